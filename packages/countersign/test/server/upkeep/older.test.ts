/** A database that is older than what somebody has seen: it does not start, and the one way on opens nothing. */
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../../src/platform/log.ts'
import { openStore } from '../../../src/platform/store/open.ts'
import { migrations } from '../../../src/server/base.ts'
import { startServer, type StartOptions } from '../../../src/server/start.ts'
import { signInTerminal } from '../../../src/demonstration/raw-terminal.ts'
import { databaseOf, onPostgres } from '../../support/database.ts'
import { countersigned, apply } from '../../support/sample-run.ts'
import { ownedServer, scratchFolder } from '../../support/scratch-server.ts'
import { at, emptyPlace, said } from './said.ts'

/** A server whose database is, as an attacker or an unlucky operator puts it there, from before a countersignature was used; the folder is today's. */
async function putBack() {
  const owned = await ownedServer()
  const open = await countersigned(owned.person, owned.terminal)
  const folder = await scratchFolder('older')
  const secret = ['--key-file', join(folder, 'key')]
  await writeFile(join(folder, 'key'), `${Buffer.alloc(32, 9).toString('base64')}\n`, { mode: 0o600 })
  await said('backup', 'create', ...(await at(owned.dataDir)), '--to', join(folder, 'old'), '--keys-to', join(folder, 'keys'), ...secret)
  await apply(owned.terminal, open.run.id, open.start)
  const seen = await owned.server.parts.base.ledger.checkpoint()
  await owned.server.close()
  const place = await emptyPlace('older-data')
  expect(await said('backup', 'restore', join(folder, 'old'), ...place.flags, '--keys', join(folder, 'keys'), ...secret)).toMatchObject({ code: 0 })
  return { owned, open, seen, place }
}

async function withTodaysFolder() {
  const made = await putBack()
  const { owned, place } = made
  await rm(join(place.dataDir, 'checkpoints'), { recursive: true })
  await rename(join(owned.dataDir, 'checkpoints'), join(place.dataDir, 'checkpoints'))
  // Not by our restore: by a copy of the database's file, of which nothing in it tells.
  const store = await openStore({ dataDir: place.dataDir, databaseUrl: await databaseOf(place.dataDir), migrations })
  await store.write((tx) => tx.deleteFrom('platform_mark').execute())
  await store.close()
  return made
}

type Made = Awaited<ReturnType<typeof putBack>>

async function start({ owned, place }: Made, options: Pick<StartOptions, 'seen' | 'acceptOlder'> = {}) {
  const server = await startServer({ dataDir: place.dataDir, databaseUrl: await databaseOf(place.dataDir), addresses: [{ host: '127.0.0.1', port: owned.port }], url: owned.url, demonstration: true, log: createLog('silent'), ...options })
  onTestFinished(() => server.close())
  return server
}

const refusal = async (starting: Promise<unknown>): Promise<{ code: string; message: string }> => await starting.then(() => ({ code: 'it started', message: '' }), (error: unknown) => error as { code: string; message: string })
const codeIn = ({ message }: { message: string }): string => /--accept-older-database ([0-9A-Z-]{14})/.exec(message)?.[1] ?? 'none'

describe('a database that is older than the folder\'s checkpoints', () => {
  it('does not start, says why, and goes on by the code that is shown, with nothing open in it', async () => {
    const made = await withTodaysFolder()
    const { owned, open, seen, place } = made
    const refused = await refusal(start(made))
    expect(refused).toMatchObject({ code: 'database_behind', message: expect.stringContaining(`covers ${seen.size}`) as string })
    const code = codeIn(refused)
    expect(await refusal(start(made, { acceptOlder: 'K7QF-2M9D-4XWT' }))).toMatchObject({ code: 'database_behind', message: expect.stringContaining('belongs to something else') as string })
    expect((await refusal(start(made, { acceptOlder: '!' }))).code).toBe('database_behind')

    const server = await start(made, { acceptOlder: code })
    await owned.person.signIn()
    const terminal = await signInTerminal(owned.url, (link) => owned.person.allowTerminal(link), owned.terminal.key)
    expect((await terminal.call('POST', `/api/v1/runs/${open.run.id}/apply-start`, open.start)).body).toMatchObject({ code: 'grant_void' })
    const leaf = await server.parts.base.ledger.newest('ledger.restored')
    expect(JSON.parse(leaf?.details ?? '{}')).toMatchObject({ accepted: 'an older database', seenSize: seen.size, seenRoot: seen.root, voided: { grants: 1 } })
    // The owners are told, and what was given up stays as evidence.
    expect(await server.parts.base.store.read((db) => db.selectFrom('notice').select('kind').execute())).toContainEqual({ kind: 'database-restored' })
    expect((await readdir(join(place.dataDir, 'checkpoints'))).filter((name) => name.endsWith('.given-up')).length).toBeGreaterThan(0)
    await server.close()
    // A flag that was left where it is does nothing, and nothing more.
    await (await start(made, { acceptOlder: code })).close()
  })

  it.skipIf(onPostgres)('has no way on where the database knows itself that its end was cut off, or contradicts what it does have', async () => {
    const made = await withTodaysFolder()
    const store = await openStore({ dataDir: made.place.dataDir, databaseUrl: await databaseOf(made.place.dataDir), migrations })
    await store.write((tx) => tx.insertInto('ledger_checkpoint').values(made.seen).execute())
    await store.close()
    const refused = await refusal(start(made))
    expect({ code: refused.code, way: codeIn(refused) }).toEqual({ code: 'database_behind', way: 'none' })
  })
})

describe('a database that is older than what a terminal on this machine remembers', () => {
  it.skipIf(onPostgres)('does not start either, after a restore into a new folder; a note of another ledger says nothing', async () => {
    const made = await putBack()
    const note = { where: 'the checkpoint that a terminal remembers', note: made.seen.note }
    const refused = await refusal(start(made, { seen: [note] }))
    expect(refused).toMatchObject({ code: 'database_behind', message: expect.stringContaining('a terminal remembers') as string })
    const accepted = await start(made, { seen: [note], acceptOlder: codeIn(refused) })
    await accepted.close()
    // What was given up is not asked again.
    await (await start(made, { seen: [note] })).close()
    const foreign = { where: 'another', note: made.seen.note.replaceAll(made.owned.server.parts.base.instance, 'ins_other') }
    await (await start(made, { seen: [foreign] })).close()
  })
})
