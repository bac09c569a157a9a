/** A backup of a running server, and what becomes of it: through the commands, on the database that this project is on. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { signInTerminal } from '../../../src/demonstration/raw-terminal.ts'
import { openStore } from '../../../src/platform/store/open.ts'
import { migrations } from '../../../src/server/base.ts'
import { tableOrder } from '../../../src/server/upkeep/shapes.ts'
import { fates } from '../../../src/server/upkeep/voiding.ts'
import { databaseOf, onPostgres } from '../../support/database.ts'
import { apply, ask, countersigned, runBody, show } from '../../support/sample-run.ts'
import { ownedServer, scratchServer } from '../../support/scratch-server.ts'
import { at, emptyPlace, passphraseFile, said } from './said.ts'

type Owned = Awaited<ReturnType<typeof ownedServer>>

/** Kept until all tests are over: restores need the file, and no longer the server that it came from. */
const kept = mkdtempSync(join(tmpdir(), 'countersign-backups-'))
afterAll(() => rmSync(kept, { recursive: true, force: true }))

async function keyFile(name: string): Promise<string[]> {
  const path = join(kept, name)
  if (!existsSync(path)) await writeFile(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  return ['--key-file', path]
}

/** A running server with a grant that nobody has used, a request that waits, and a backup of that moment. */
async function backedUp() {
  const owned = await ownedServer()
  const open = await countersigned(owned.person, owned.terminal)
  const waiting = await ask(owned.terminal, runBody({ workspace: 'payments/other-prod' }))
  const secret = await keyFile('key')
  const file = join(kept, `${randomBytes(4).toString('hex')}.csbackup`)
  const keys = join(kept, `${randomBytes(4).toString('hex')}.cskeys`)
  const made = await said('backup', 'create', ...(await at(owned.dataDir)), '--to', file, '--keys-to', keys, ...secret)
  return { owned, open, waiting, secret, file, keys, made }
}

/** One for all tests that look at the file and not at the server. */
const once: { files?: Promise<Pick<Awaited<ReturnType<typeof backedUp>>, 'file' | 'keys' | 'secret' | 'owned'>> } = {}
const backupFile = () => (once.files ??= backedUp())

/** The same address as before: keys and sessions are bound to it. */
async function startAgain(dataDir: string, { port, url }: Pick<Owned, 'port' | 'url'>) {
  return await scratchServer({ dataDir, port, url })
}

describe('a backup', () => {
  it('is made beside the running server, opens, and says what is in it', async () => {
    const { made, file, keys, secret, owned } = await backedUp()
    expect(made).toMatchObject({ code: 0, data: { backup: { leaves: expect.any(Number) as number } } })
    const { data, lines, code } = await said('backup', 'verify', file, ...secret)
    expect({ code, lines }).toEqual({ code: 0, lines: expect.stringContaining('The backup is whole') as string })
    const facts = (made.data as { backup: { leaves: number; root: string; rows: number } }).backup
    expect(data).toMatchObject({ leaves: facts.leaves, root: facts.root, rows: facts.rows, instance: owned.server.parts.base.instance, checkpoint: { size: expect.any(Number) as number } })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    // Keys are apart: neither file is taken for the other, and what stands in either is sealed.
    expect((await said('backup', 'verify', keys, ...secret)).data).toMatchObject({ error: { code: 'backup_not_one' } })
    for (const path of [file, keys]) for (const clear of ['Ada Owner', 'PRIVATE KEY', 'payments/']) expect((await readFile(path)).includes(clear)).toBe(false)
    expect((await said('backup', 'create', ...(await at(owned.dataDir)), '--to', file, ...secret)).data).toMatchObject({ error: { code: 'backup_target' } })
  })

  it('holds one moment, while others write', async () => {
    const { owned, secret } = await backedUp()
    const busy = { on: true }
    const writing = (async () => {
      while (busy.on) await ask(owned.terminal, runBody({ workspace: `payments/w${randomBytes(4).toString('hex')}`, actions: ['create'] })).catch(() => undefined)
    })()
    const files = ['a', 'b'].map((name) => join(kept, name))
    const sizes: unknown[] = []
    for (const file of files) {
      expect(await said('backup', 'create', ...(await at(owned.dataDir)), '--to', file, ...secret)).toMatchObject({ code: 0 })
      const { code, data } = await said('backup', 'verify', file, ...secret)
      expect({ code, file }).toEqual({ code: 0, file })
      sizes.push(data['leaves'])
    }
    busy.on = false
    await writing
    expect(new Set(sizes).size).toBeGreaterThan(1)
  })

  it.skipIf(onPostgres)('that was cut, edited, or is opened with another secret is refused by name', async () => {
    const { file, secret } = await backupFile()
    const whole = await readFile(file)
    const variants: [string, string, () => Buffer][] = [
      ['cut in the middle', 'backup_truncated', () => whole.subarray(0, whole.length >> 1)],
      ['without its last byte', 'backup_truncated', () => whole.subarray(0, -1)],
      ['cut in its head', 'backup_truncated', () => whole.subarray(0, 40)],
      ['empty', 'backup_truncated', () => Buffer.alloc(0)],
      ['one bit in the middle', 'backup_edited', () => flipped(whole, whole.length >> 1)],
      ['one bit at the end', 'backup_edited', () => flipped(whole, whole.length - 1)],
      ['something added', 'backup_edited', () => Buffer.concat([whole, Buffer.alloc(7)])],
      ['its head', 'backup_secret_wrong', () => flipped(whole, 60)],
      ['something else', 'backup_edited', () => randomBytes(4096)],
    ]
    const refused: [string, unknown][] = []
    for (const [name, , make] of variants) {
      const path = join(kept, name)
      await writeFile(path, make())
      const { code, data } = await said('backup', 'verify', path, ...secret)
      expect(code).toBe(1)
      refused.push([name, (data['error'] as { code: string }).code])
    }
    expect((await said('backup', 'verify', file, ...(await keyFile('other')))).data).toMatchObject({ error: { code: 'backup_secret_wrong' } })
    expect(refused).toEqual(variants.map(([name, code]) => [name, code]))
  })

  it.skipIf(onPostgres)('may be sealed with a passphrase, which is then what opens it', async () => {
    const { owned } = await backedUp()
    const secret = ['--passphrase-file', await passphraseFile(kept)]
    const file = join(kept, 'with-passphrase')
    expect(await said('backup', 'create', ...(await at(owned.dataDir)), '--to', file, ...secret)).toMatchObject({ code: 0 })
    expect(await said('backup', 'verify', file, ...secret)).toMatchObject({ code: 0 })
    const refusals = [['another passphrase altogether', 'verify', file], ['short', 'create', ...(await at(owned.dataDir)), '--to', join(kept, 'weak')]] as const
    const codes: unknown[] = []
    for (const [passphrase, ...words] of refusals) codes.push((await said('backup', ...words, '--passphrase-file', await passphraseFile(kept, passphrase))).data['error'])
    expect(codes).toMatchObject([{ code: 'backup_secret_wrong' }, { code: 'backup_secret_weak' }])
    expect((await said('backup', 'verify', file, ...(await keyFile('key')))).data).toMatchObject({ error: { code: 'backup_secret_missing' } })
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

describe('a restored backup', () => {
  it('goes on from the same ledger, and opens nothing that was open in it', async () => {
    const { owned, open, waiting, file, keys, secret } = await backedUp()
    // The attacker's way: what was used after the backup is open in it.
    await apply(owned.terminal, open.run.id, open.start)
    const cookieHolder = owned.person
    expect((await cookieHolder.call('GET', '/api/v1/members')).status).toBe(200)
    await owned.server.close()

    const place = await emptyPlace('restored')
    const restored = await said('backup', 'restore', file, ...place.flags, '--keys', keys, ...secret)
    expect(restored).toMatchObject({ code: 0, data: { missing: [], toVoid: { grants: 1, challenges: 1, sessions: 1, terminals: 1 } } })
    const again = await startAgain(place.dataDir, owned)

    expect((await owned.terminal.call('GET', `/api/v1/runs/${open.run.id}`)).status).toBe(401)
    expect((await cookieHolder.call('GET', '/api/v1/members')).status).toBe(401)
    await cookieHolder.signIn()
    // The same terminal's key, signed in anew: a grant belongs to it, and is void all the same.
    const terminal = await signInTerminal(owned.url, (link) => cookieHolder.allowTerminal(link), owned.terminal.key)
    expect((await terminal.call('POST', `/api/v1/runs/${open.run.id}/apply-start`, open.start)).body).toMatchObject({ code: 'grant_void' })
    expect((await cookieHolder.call('POST', `/api/v1/challenges/${waiting.code}/ceremony`, {})).status).toBeGreaterThanOrEqual(400)
    expect((await show(terminal, waiting.id)).status).toBe('cancelled')
    // And what is asked anew works.
    const fresh = await countersigned(cookieHolder, terminal, open.body)
    await apply(terminal, fresh.run.id, fresh.start)

    const leaf = await again.server.parts.base.ledger.newest('ledger.restored')
    expect(JSON.parse(leaf?.details ?? '{}')).toMatchObject({ leaves: restored.data['leaves'], root: restored.data['root'], voided: { grants: 1, challenges: 1, sessions: 1, terminals: 1 } })
    expect(again.server.parts.base.settled).toHaveLength(1)
    await again.server.close()
    expect((await startAgain(place.dataDir, owned)).server.parts.base.settled).toEqual([])
  })

  it('takes no code of an app of before, and no recovery code', async () => {
    const { owned, secret, keys } = await backedUp()
    await owned.server.parts.base.store.write(async (tx) => {
      const app = { label: 'app', sealed_seed: '', fingerprint: '', vouched_at: 1, created_at: 1, last_used_at: null, revoked_at: null, from_terminal: '' }
      for (const name of ['usr_a', 'usr_b']) await tx.insertInto('totp_authenticator').values({ ...app, id: `aut_${name}`, person: name }).execute()
      await tx.insertInto('totp_step').values({ person: 'usr_a', last_step: 5 }).execute()
      await tx.insertInto('recovery_code').values({ hash: 'h', person: 'usr_a', created_at: 1, used_at: null }).execute()
      await tx.insertInto('state_credential').values({ id: 'stc_1', secret_hash: 's', workspace_name: 'a/b', phase: 'apply', tier: 'full', person: 'usr_a', person_name: 'A', executor: 'e', run: '', request: 'sta_1', created_at: 1, expires_at: 9e12, revoked_at: null, revoked_why: '', last_used_at: null, last_source: '', mac: '' }).execute()
      await tx.insertInto('once_call').values({ id: 'c', request: 'r', status: 200, answer: '', at: Date.now() }).execute()
    })
    const file = join(kept, 'codes')
    await said('backup', 'create', ...(await at(owned.dataDir)), '--to', file, ...secret)
    await owned.server.close()
    const place = await emptyPlace('restored')
    await said('backup', 'restore', file, ...place.flags, '--keys', keys, ...secret)
    const before = Math.floor(Date.now() / 30_000)
    const { server } = await startAgain(place.dataDir, owned)
    const rows = await server.parts.base.store.read(async (db) => ({
      steps: await db.selectFrom('totp_step').selectAll().orderBy('person').execute(),
      unused: await db.selectFrom('recovery_code').where('used_at', 'is', null).selectAll().execute(),
      credentials: await db.selectFrom('state_credential').select('revoked_why').execute(),
      calls: await db.selectFrom('once_call').where('id', '=', 'c').selectAll().execute(),
    }))
    expect(rows.steps.map(({ person: name }) => name)).toEqual(['usr_a', 'usr_b'])
    for (const { last_step: step } of rows.steps) expect(step).toBeGreaterThanOrEqual(before + 1)
    expect(rows.unused).toEqual([])
    expect(rows.credentials).toEqual([{ revoked_why: expect.stringContaining('restored') as string }])
    expect(rows.calls).toEqual([])
  })

  it.skipIf(onPostgres)('says which keys are missing, and does not start without them', async () => {
    const { owned, file, secret } = await backupFile()
    const place = await emptyPlace('keyless')
    const restored = await said('backup', 'restore', file, ...place.flags, ...secret)
    expect(restored).toMatchObject({ code: 0, data: { missing: [expect.stringContaining('ledger.pem') as string, expect.stringContaining('sealing.secret') as string] } })
    await expect(startAgain(place.dataDir, owned)).rejects.toMatchObject({ code: 'key_missing' })
  })

  it('goes only into what is empty, and takes no keys of another installation', async () => {
    const { file, secret } = await backupFile()
    const other = await scratchServer()
    const foreign = join(kept, 'foreign.cskeys')
    await said('backup', 'create', ...(await at(other.dataDir)), '--keys-to', foreign, ...secret)
    expect((await said('backup', 'restore', file, ...(await at(other.dataDir)), ...secret)).data).toMatchObject({ error: { code: 'target_not_empty' } })
    const place = await emptyPlace('foreign')
    expect((await said('backup', 'restore', file, ...place.flags, '--keys', foreign, ...secret)).data).toMatchObject({ error: { code: 'keys_foreign' } })
    // Of the same installation, with another key in the place of the one that signs.
    const { owned, file: own } = await backedUp()
    await owned.server.close()
    await rm(join(owned.dataDir, 'keys', 'ledger.pem'))
    await copyFile(join(other.dataDir, 'keys', 'ledger.pem'), join(owned.dataDir, 'keys', 'ledger.pem'))
    const swapped = join(kept, 'swapped.cskeys')
    await said('backup', 'create', ...(await at(owned.dataDir)), '--keys-to', swapped, ...secret)
    expect((await said('backup', 'restore', own, ...place.flags, '--keys', swapped, ...secret)).data).toMatchObject({ error: { code: 'keys_foreign' } })
    // Nothing was made by the refusal, so the same place still takes it.
    expect(await said('backup', 'restore', file, ...place.flags, ...secret)).toMatchObject({ code: 0 })
    expect((await said('backup', 'restore', file, ...place.flags, ...secret)).data).toMatchObject({ error: { code: 'target_not_empty' } })
  })

  it.skipIf(onPostgres)('that was cut short does not start', async () => {
    const { owned, file, secret, keys } = await backupFile()
    const place = await emptyPlace('cut')
    expect(await said('backup', 'restore', file, ...place.flags, '--keys', keys, ...secret)).toMatchObject({ code: 0 })
    const store = await openStore({ dataDir: place.dataDir, databaseUrl: await databaseOf(place.dataDir), migrations })
    await store.write((tx) => tx.updateTable('platform_mark').set({ state: 'unfinished' }).execute())
    await store.close()
    await expect(startAgain(place.dataDir, owned)).rejects.toMatchObject({ code: 'restore_unfinished' })
    // What is damaged is found before anything is made.
    const damaged = join(kept, 'damaged')
    await writeFile(damaged, flipped(await readFile(file), (await stat(file)).size - 100))
    const untouched = await emptyPlace('untouched')
    expect((await said('backup', 'restore', damaged, ...untouched.flags, ...secret)).data).toMatchObject({ error: { code: 'backup_edited' } })
    expect(await said('backup', 'restore', file, ...untouched.flags, ...secret)).toMatchObject({ code: 0 })
  })
})

it('what becomes of each table at a restore has been thought about', async () => {
  expect((await tableOrder(migrations)).filter((name) => !(name in fates))).toEqual([])
})
