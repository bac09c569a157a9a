/** Attacks on states that are kept here, by whoever holds a credential, a lock, a run's lease, or a pen for the database. */
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { IssuedCredential } from '../../src/doors/state/views.ts'
import { createLog } from '../../src/platform/log.ts'
import type { Tx } from '../../src/platform/store/store.ts'
import { countersigned, runBody } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { askState, credentialFor, done, importState, lockInfo, locked, named, redeemBytes, requestOf, sha256, sharedServer, stateText, WireClient } from '../support/states.ts'
import type { LockInfo, Owned } from '../support/states.ts'
import { change, recruit, terminalOf } from '../support/team.ts'

const server = sharedServer()
let workspaces = 0

async function begin(): Promise<{ owned: Owned; workspace: string; api: string; seen: () => Promise<Record<string, unknown>> }> {
  const owned = await server()
  const workspace = `attacked/w${++workspaces}-prod`
  const api = `/api/v1/state/workspaces/${named(workspace)}`
  return { owned, workspace, api, seen: () => owned.person.must('GET', api) }
}

const location = (address: string): string => createHash('sha256').update('countersign.location.v1\n').update(JSON.stringify(['http', ['address', address]])).digest('hex')
const before = { serial: 1, resources: { database: '1', other: '1' } }

/** A run that was countersigned and started: its plan deletes `terraform_data.database`. With the client that its credential is for. */
async function applying(owned: Owned, workspace: string) {
  const state = { ...before, lineage: workspace }
  await importState(owned, workspace, state)
  const backend = { type: 'http', cliWorkspace: 'default', location: location(`${owned.url}/state/v1/${workspace}`) }
  const claims = { state: { lineage: workspace, serial: 1, digest: sha256(stateText(state)) }, workspace: { name: workspace, backend } }
  const { run, start } = await countersigned(owned.person, owned.terminal, runBody({ workspace, claims }))
  const { lease } = (await owned.terminal.must('POST', `/api/v1/runs/${run.id}/apply-start`, start)) as { lease: string }
  const asked = await owned.terminal.must('POST', '/api/v1/state/requests', { action: 'state.run-credential', workspace, run: run.id, lease })
  const client = new WireClient((await owned.terminal.must('POST', `/api/v1/state/requests/${String(asked['id'])}/redeem`)) as IssuedCredential)
  return {
    client,
    write: async (lock: LockInfo, serial: number, resources: Record<string, string>) => (await client.write(lock, stateText({ lineage: workspace, serial, resources }))).status,
    report: () => owned.terminal.must('POST', `/api/v1/runs/${run.id}/outcome`, { lease, result: 'applied', summary: '', state: { lineage: workspace, serial: 2, digest: 'd'.repeat(64) }, treeUnchanged: true }),
    effect: async () => (await owned.terminal.must('GET', `/api/v1/runs/${run.id}`))['effect'],
  }
}

describe('the credential of a run', () => {
  it('writes nothing that becomes current once the run has ended, under a lock that it took before', async () => {
    const { owned, workspace, seen } = await begin()
    const { client, write, report, effect } = await applying(owned, workspace)
    const lock = lockInfo()
    expect((await client.lock(lock)).status).toBe(200)
    expect(await write(lock, 2, { other: '1' })).toBe(200)
    expect((await client.unlock(lock)).status).toBe(200)
    const thief = lockInfo()
    expect((await client.lock(thief)).status).toBe(200)
    await report()
    await expect.poll(effect).toMatchObject({ agrees: true, version: 2 })
    expect(await write(thief, 3, { evil: '1' })).toBe(200)
    expect(await seen()).toMatchObject({ version: 2, quarantined: 1, frozen: { why: 'its run had ended' } })
  })
})

describe('a credential', () => {
  it('whose terminal was signed out sets aside what it writes under the lock that it still has', async () => {
    const { owned, workspace, seen } = await begin()
    await importState(owned, workspace, before)
    const client = new WireClient(await credentialFor(owned, workspace))
    const lock = await locked(owned, client)
    await owned.terminal.must('DELETE', '/api/v1/token')
    expect((await client.write(lock, stateText({ serial: 2, resources: { evil: '1' } }))).status).toBe(200)
    expect(await seen()).toMatchObject({ version: 1, quarantined: 1, frozen: { why: 'its credential was revoked' } })
    expect((await client.send('GET')).status).toBe(401)
  })

  it('that has expired takes no new lock in the place of its own, and reads no more', async () => {
    const clock = new HandClock()
    const owned = await ownedServer({ clock })
    await importState(owned, 'shop/app-dev', before)
    const client = new WireClient(await credentialFor(owned, 'shop/app-dev', { phase: 'plan', lasts: 60 }))
    expect((await client.lock(lockInfo('OperationTypePlan'))).status).toBe(200)
    clock.time += 24 * 3600_000 + 1
    expect((await client.send('GET')).status).toBe(401)
    expect((await client.lock(lockInfo('OperationTypePlan'))).status).toBe(401)
    expect((await client.send('GET')).text).not.toContain('lineage-1')
  })
})

describe('what a person decided', () => {
  it('is not undone by restoring what was discarded: it waits again, and is no version to restore with the whole', async () => {
    const { owned, workspace, api, seen } = await begin()
    await importState(owned, workspace, before)
    const client = new WireClient(await credentialFor(owned, workspace))
    const lock = await locked(owned, client)
    await client.write(lock, stateText({ serial: 2, lineage: 'swapped', resources: { evil: '1' } }))
    await client.unlock(lock)
    await done(owned.terminal, owned.person, { action: 'state.discard', workspace, version: 2 })
    expect(await seen()).toMatchObject({ frozen: null, version: 1 })
    await done(owned.terminal, owned.person, { action: 'state.restore', workspace, version: 2 })
    expect(await seen()).toMatchObject({ frozen: { why: 'it has another lineage' }, quarantined: 1, version: 1 })
    expect((await owned.terminal.call('POST', '/api/v1/state/requests', { action: 'state.rollback', workspace, version: 2 })).body).toMatchObject({ code: 'state_frozen' })
    await done(owned.terminal, owned.person, { action: 'state.discard', workspace, version: 2 })
    await done(owned.terminal, owned.person, { action: 'state.delete', workspace, whole: true })
    await done(owned.terminal, owned.person, { action: 'state.restore', workspace, whole: true })
    expect(await seen()).toMatchObject({ version: 1, lineage: 'lineage-1' })
    expect(await owned.terminal.must('GET', `${api}/versions`)).toMatchObject({ versions: [{ version: 2, status: 'discarded' }, { version: 1, status: 'kept', current: true }] })
  })

  it('about restoring a whole state is no word for another one that was deleted meanwhile', async () => {
    const { owned, workspace, seen } = await begin()
    await importState(owned, workspace, before)
    await done(owned.terminal, owned.person, { action: 'state.delete', workspace, whole: true })
    const restore = await askState(owned.terminal, { action: 'state.restore', workspace, whole: true })
    await importState(owned, workspace, { serial: 1, lineage: 'another', resources: { evil: '1' } })
    await done(owned.terminal, owned.person, { action: 'state.delete', workspace, whole: true })
    await owned.person.countersign(restore.code)
    expect(await requestOf(owned.terminal, restore.id)).toMatchObject({ status: 'void' })
    expect(await seen()).toMatchObject({ version: 0 })
    expect(await done(owned.terminal, owned.person, { action: 'state.restore', workspace, whole: true })).toMatchObject({ status: 'done' })
  })

  it('about a write that was set aside says nothing of an effect that differs from its consent', async () => {
    const { owned, workspace, seen } = await begin()
    const { client, write, report, effect } = await applying(owned, workspace)
    const lock = lockInfo()
    await client.lock(lock)
    expect(await write(lock, 2, { other: 'changed', evil: '1' })).toBe(200)
    await done(owned.terminal, owned.person, { action: 'state.force-unlock', workspace })
    expect(await write(lock, 3, { other: 'changed', evil: '1' })).toBe(200)
    expect(await seen()).toMatchObject({ version: 2, quarantined: 1, frozen: { why: 'its lock was ended by somebody' } })
    await report()
    await expect.poll(effect).toMatchObject({ agrees: false })
    await done(owned.terminal, owned.person, { action: 'state.discard', workspace, version: 3 })
    expect(await seen()).toMatchObject({ version: 2, quarantined: 0, frozen: { why: 'what a run changed is not what was countersigned' } })
    await done(owned.terminal, owned.person, { action: 'state.accept', workspace, version: 2 })
    expect(await seen()).toMatchObject({ version: 2, frozen: null })
  })
})

describe('who writes the database while the server runs', () => {
  const edits: [string, (tx: Tx, at: { id: string; newest: number; older: number }) => Promise<unknown>][] = [
    ['takes the newest leaf out of the ledger\'s index', (tx, { id, newest }) => tx.deleteFrom('ledger_id').where('key', '=', 'head').where('value', '=', id).where('idx', '=', newest).execute()],
    ['writes the older leaf over the newest', async (tx, { newest, older }) => {
      const { leaf } = await tx.selectFrom('ledger_leaf').select('leaf').where('idx', '=', older).executeTakeFirstOrThrow()
      await tx.updateTable('ledger_leaf').set({ leaf }).where('idx', '=', newest).execute()
    }],
  ]
  for (const [what, edit] of edits) {
    it(`and ${what} brings no older version back`, async () => {
      const { owned, workspace, api } = await begin()
      await importState(owned, workspace, before)
      await importState(owned, workspace, { serial: 2, resources: { database: 'two' } })
      const client = new WireClient(await credentialFor(owned, workspace))
      expect((await owned.person.call('GET', api)).status).toBe(200)
      const { store } = owned.server.parts.base
      await store.write(async (tx) => {
        const { id } = await tx.selectFrom('state_workspace').select('id').where('name', '=', workspace).executeTakeFirstOrThrow()
        const [newest, older] = await tx.selectFrom('ledger_id').select('idx').where('key', '=', 'head').where('value', '=', id).orderBy('idx', 'desc').execute()
        await edit(tx, { id, newest: newest?.idx ?? 0, older: older?.idx ?? 0 })
        await tx.updateTable('state_workspace').set({ version: 1 }).where('id', '=', id).execute()
      })
      expect((await owned.person.call('GET', api)).body).toMatchObject({ code: 'state_tampered' })
      const answer = await client.send('GET')
      expect(answer.status).toBe(500)
      expect(answer.text).toContain('state_tampered')
    })
  }
})

it('a credential that is tried on another workspace is told of under its own', async () => {
  const { owned, workspace } = await begin()
  const { credential } = new WireClient(await credentialFor(owned, workspace))
  const elsewhere = new WireClient({ ...credential, address: credential.address.replace(/[^/]+$/, 'other') })
  expect((await elsewhere.send('GET')).status).toBe(403)
  expect((await elsewhere.send('DELETE')).status).toBe(403)
  const entries = await owned.server.parts.base.ledger.find({ key: 'credential', value: credential.id })
  const refused = entries.filter(({ leaf }) => leaf.includes('"state.refused"')).map(({ details }) => JSON.parse(details ?? '{}') as unknown)
  expect(refused).toMatchObject(['state.read', 'state.delete'].map((action) => ({ action, code: 'credential_scope', workspace })))
})

it('a run that writes another provider\'s address where nothing was planned is frozen', async () => {
  const { owned, workspace, seen } = await begin()
  const { client, effect } = await applying(owned, workspace)
  const lock = lockInfo()
  await client.lock(lock)
  const poisoned = stateText({ lineage: workspace, serial: 2, resources: { other: '1' } }).replace('terraform.io/builtin/terraform', 'registry.terraform.io/evil/terraform')
  expect((await client.write(lock, poisoned)).status).toBe(200)
  expect((await client.unlock(lock)).status).toBe(200)
  await expect.poll(effect).toMatchObject({ agrees: false, unexpected: 1 })
  expect(await seen()).toMatchObject({ frozen: { why: 'what a run changed is not what was countersigned' } })
})

describe('a person whose role is gone', () => {
  it('reads nothing under the lock that they have, and what they write is set aside', async () => {
    const { owned, workspace, seen } = await begin()
    await importState(owned, workspace, before)
    const { id, person } = await recruit(owned.person, `Olga ${workspaces}`, 'operator', 'attacked')
    const theirs = { person, terminal: await terminalOf(person) }
    const client = new WireClient(await credentialFor(theirs, workspace))
    const lock = await locked(theirs, client)
    const asked = await askState(theirs.terminal, { action: 'state.read', workspace })
    await person.countersign(asked.code)
    await change(owned.person, `/api/v1/members/${id}/roles`, { role: 'operator', scope: 'attacked', change: 'remove' })
    expect((await client.send('GET')).status).toBe(403)
    expect((await redeemBytes(theirs.terminal, asked.id)).status).toBe(401)
    expect((await client.write(lock, stateText({ serial: 2, resources: { evil: '1' } }))).status).toBe(200)
    expect(await seen()).toMatchObject({ version: 1, quarantined: 1, frozen: { why: 'the role of who wrote it is gone' } })
  })
})

describe('a credential that is redeemed twice with one Idempotency-Key', () => {
  it('is answered again to the terminal that redeemed it, and to no other', async () => {
    const { owned, workspace } = await begin()
    const asked = await done(owned.terminal, owned.person, { action: 'state.credential', workspace, phase: 'apply' })
    const [theirs, other] = [owned.terminal, await terminalOf(owned.person)]
    theirs.headers = other.headers = { 'idempotency-key': randomUUID() }
    const path = `/api/v1/state/requests/${asked.id}/redeem`
    const first = await theirs.must('POST', path)
    expect(await theirs.must('POST', path)).toEqual(first)
    const stolen = await other.call('POST', path)
    expect([stolen.status, stolen.body['code']]).toEqual([409, 'request_done'])
    theirs.headers = {}
    await theirs.must('DELETE', '/api/v1/token')
    theirs.headers = other.headers
    expect((await theirs.call('POST', path)).status).toBe(401)
  })
})

describe('bodies and clients', () => {
  it('that are compressed are taken for no state, wherever they are sent', async () => {
    const { owned, workspace } = await begin()
    const bomb = gzipSync(Buffer.alloc(64 << 20, 0x20))
    const client = new WireClient(await credentialFor(owned, workspace))
    const lock = await locked(owned, client)
    const send = (headers: Record<string, string>) => fetch(`${client.credential.address}?ID=${lock.ID}`, {
      method: 'POST', body: bomb, headers: { ...headers, 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${client.credential.username}:${client.credential.password}`).toString('base64')}` },
    })
    expect(await (await send({ 'content-encoding': 'gzip' })).json()).toMatchObject({ status: 415, code: 'encoding_refused' })
    expect(await (await send({})).json()).toMatchObject({ status: 400, code: 'state_not_json' })
    await client.unlock(lock)
    const asked = await done(owned.terminal, owned.person, { action: 'state.import', workspace, digest: sha256(bomb), lineage: 'x', serial: 1, size: bomb.length })
    expect((await redeemBytes(owned.terminal, asked.id, bomb)).body).toMatchObject({ code: 'state_unreadable' })
    expect((await owned.person.call('GET', `/api/v1/state/workspaces/${named(workspace)}/versions`)).body).toEqual({ versions: [] })
  })

  it('of one import are received once at a time, and no larger than was asked', async () => {
    const { owned, workspace } = await begin()
    const text = stateText({ serial: 1, resources: { database: 'x'.repeat(4 << 20) } })
    const import_ = { action: 'state.import', workspace, digest: sha256(text), lineage: 'lineage-1', serial: 1 }
    const less = await done(owned.terminal, owned.person, { ...import_, size: 1000 })
    expect((await redeemBytes(owned.terminal, less.id, text)).body).toMatchObject({ code: 'body_digest_mismatch' })
    const asked = await done(owned.terminal, owned.person, { ...import_, size: Buffer.byteLength(text) })
    const terminals = [owned.terminal, owned.terminal, owned.terminal, owned.terminal]
    const answers = await Promise.all(terminals.map((terminal) => redeemBytes(terminal, asked.id, text)))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409, 409])
    for (const { status, body } of answers) if (status === 409) expect(body['code']).toMatch(/^request_(not_ready|done)$/)
  })

  it('that leave while they wait leave nothing behind: no waiter, no lock', async () => {
    const { owned, workspace } = await begin()
    await importState(owned, workspace, before)
    const { credential } = new WireClient(await credentialFor(owned, workspace))
    const authorization = `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`
    const { notify } = owned.server.parts.base
    // What somebody else still waits for may end meanwhile.
    const idle = notify.waiting()
    const gone = new AbortController()
    const asking = ['GET', 'LOCK', 'GET', 'LOCK', 'DELETE'].map((method) =>
      fetch(credential.address, { method, headers: { authorization }, signal: gone.signal, ...(method === 'LOCK' ? { body: JSON.stringify(lockInfo()) } : {}) }).catch(() => null))
    await expect.poll(() => notify.waiting(), { timeout: 10_000 }).toBeGreaterThanOrEqual(idle + 4)
    gone.abort()
    await Promise.all(asking)
    await expect.poll(() => notify.waiting(), { timeout: 10_000 }).toBeLessThanOrEqual(idle)
    expect(await owned.person.must('GET', `/api/v1/state/workspaces/${named(workspace)}`)).toMatchObject({ lock: null, version: 1 })
  })
})

describe.skipIf(process.env['COUNTERSIGN_TEST_LONG'] !== '1')('200 MB', () => {
  it('are written and read again while others are answered, and one byte more than the limit is refused before it is sent', async () => {
    const whole = stateText({ serial: 1, resources: Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`r${at}`, `${at}`.padStart(3700, 'x')])) })
    const size = Buffer.byteLength(whole)
    expect(size).toBeGreaterThan(200_000_000)
    const owned = await ownedServer({ stateLimits: { largest: size } })
    const client = new WireClient(await credentialFor(owned, 'shop/prod'))
    const lock = await locked(owned, client)
    const writing = client.write(lock, whole)
    for (let asked = 0; asked < 20; asked++) expect((await fetch(`${owned.url}/healthz`)).status).toBeLessThan(500)
    expect(await writing).toMatchObject({ status: 200, text: '' })
    expect(sha256((await client.send('GET')).text)).toBe(sha256(whole))
    const larger = await client.write(lock, `${whole} `).catch(() => ({ status: 413 }))
    expect(larger.status).toBe(413)
    expect(await owned.person.must('GET', '/api/v1/state/workspaces/shop%2Fprod')).toMatchObject({ version: 1, size, quarantined: 0 })
  })
})

it('a canary in a state is in no file, row, log, error, metric, notice or view', async () => {
  const lines: string[] = []
  const owned = await ownedServer({ watching: { log: createLog('debug', { write: (line) => void lines.push(line) }) } })
  const [name, canary] = ['shop/prod', `Canary7${randomUUID().replaceAll('-', '')}`]
  const answers: unknown[] = []
  const [first, second] = [stateText({ serial: 1, outputs: { a: { value: canary, sensitive: true } }, resources: { database: canary } }), stateText({ serial: 2, resources: { database: `${canary}2` } })]
  const client = new WireClient(await credentialFor(owned, name))
  const lock = await locked(owned, client)
  for (const body of [first, second, first, first.replace('lineage-1', 'lineage-2'), first.slice(0, -40), canary, `{"${canary}":1,"${canary}":2}`]) answers.push(await client.write(lock, body))
  answers.push(await client.send('POST', first), await client.send('POST', first, `?ID=${canary}`))
  await client.unlock(lock)
  for (const [at, path] of ['', '/versions', '/versions/1', '/versions/2', '/diff?from=1&to=2', '/quarantine', '/reads'].entries()) answers.push([at, await owned.person.call('GET', `/api/v1/state/workspaces/${named(name)}${path}`)])
  for (const body of [{ action: 'state.discard', version: 3 }, { action: 'state.discard', version: 4 }, { action: 'state.rollback', version: 1 }]) answers.push(await done(owned.terminal, owned.person, { workspace: name, ...body }))
  const redacted = await askState(owned.terminal, { action: 'state.read-redacted', workspace: name })
  answers.push(await redeemBytes(owned.terminal, redacted.id), await owned.person.call('GET', '/api/v1/notices'), await owned.terminal.call('GET', '/api/v1/ledger/entries?from=0&limit=500'), await (await fetch(`${owned.url}/metrics`)).text())
  const { base } = owned.server.parts
  const tables = base.store.dialect === 'sqlite' ? sql<{ name: string }>`select name from sqlite_master where type = 'table'` : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`
  const rows = await base.store.read(async (db) => Promise.all((await tables.execute(db)).rows.map(({ name: table }) => sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db))))
  const cells = rows.flatMap((table) => table.rows.flatMap((row) => Object.values(row).map((cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell)))))
  const files = await Promise.all((await readdir(owned.dataDir, { recursive: true, withFileTypes: true })).filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')))
  const places = { answers: JSON.stringify(answers), log: lines.join(''), rows: cells.join('\n'), files: files.join('\n') }
  const bytes = Buffer.from(canary)
  for (const secret of [canary, bytes.toString('base64').slice(2, -4), bytes.toString('hex'), lock.ID, client.credential.password]) {
    for (const [place, text] of Object.entries(places)) expect([place, text.includes(secret)]).toEqual([place, false])
  }
  // The search finds what is there.
  expect(places.rows).toContain(client.credential.id)
  expect(places.answers).toContain('state_truncated')
  expect(places.log).toContain('/state/v1/')
})
