/** From the data folder to PostgreSQL and back again: whole, or gone on with, or refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../../src/platform/log.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { connectPostgres, type ConnectPostgres } from '../../../src/platform/store/postgres/sessions.ts'
import { SoftwarePerson } from '../../../src/demonstration/software-person.ts'
import { signInTerminal } from '../../../src/demonstration/raw-terminal.ts'
import { migrations } from '../../../src/server/base.ts'
import { startServer } from '../../../src/server/start.ts'
import { moveDatabase } from '../../../src/server/upkeep/move.ts'
import { createDatabase } from '../../support/database.ts'
import { apply, countersigned, runBody } from '../../support/sample-run.ts'
import { freePort } from '../../support/scratch-server.ts'
import { said } from './said.ts'

const kept = mkdtempSync(join(tmpdir(), 'countersign-moves-'))
afterAll(() => rmSync(kept, { recursive: true, force: true }))

async function start(dataDir: string, databaseUrl: string, port: number) {
  const server = await startServer({ dataDir, databaseUrl, addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, demonstration: true, log: createLog('silent') })
  onTestFinished(() => server.close())
  return server
}

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'

/** With the tables in it, as a move that was killed early leaves it; or empty. */
async function database(content: 'server' | 'template0' = 'server'): Promise<string> {
  const { url, drop } = await createDatabase(content)
  onTestFinished(drop)
  return url
}

/** A data folder that was worked with, made once and copied; and the open run that is in it. */
const made: { place?: Promise<{ dataDir: string; port: number; person: SoftwarePerson; terminal: Awaited<ReturnType<typeof signInTerminal>>; open: Awaited<ReturnType<typeof countersigned>> }> } = {}

async function source(name: string) {
  const place = await (made.place ??= (async () => {
    const dataDir = join(kept, 'original')
    const port = await freePort()
    const server = await start(dataDir, '', port)
    const person = new SoftwarePerson(server.url)
    await person.setUp(server.setupLink ?? '', 'Ada Owner')
    const terminal = await signInTerminal(server.url, (link) => person.allowTerminal(link))
    const done = await countersigned(person, terminal)
    await apply(terminal, done.run.id, done.start)
    const open = await countersigned(person, terminal, runBody({ workspace: 'payments/other-prod' }))
    await server.close()
    return { dataDir, port, person, terminal, open }
  })())
  const dataDir = join(kept, name)
  await cp(place.dataDir, dataDir, { recursive: true })
  return { ...place, dataDir }
}

const refusal = (starting: Promise<unknown>): Promise<unknown> => starting.then(() => 'it started', (cause: unknown) => (cause instanceof Error && 'code' in cause ? cause.code : cause))

const error = (code: string) => ({ error: { code } })

describe('moving to PostgreSQL', () => {
  it('takes everything along, and the folder starts no more', async () => {
    const { dataDir, port, terminal, open } = await source('whole')
    const url = await database('template0')
    const before = (await said('db', 'status', '--data', dataDir)).data
    const moved = await said('db', 'move', '--data', dataDir, '--to', url)
    expect(moved).toMatchObject({ code: 0, data: { leaves: before['leaves'], root: before['root'], found: 0 } })
    expect(JSON.stringify(moved)).not.toContain(new URL(url).password)
    expect(await refusal(start(dataDir, '', port))).toBe('database_moved')
    const server = await start(dataDir, url, port)
    // Nothing was made void: nothing went back. A session goes on, and a grant of before is good.
    await apply(terminal, open.run.id, open.start)
    expect(JSON.parse((await server.parts.base.ledger.newest('ledger.moved'))?.details ?? '{}')).toMatchObject({ leaves: before['leaves'], from: 'sqlite' })
    expect((await said('db', 'status', '--data', dataDir, '--database-url', url)).data).toMatchObject({ dialect: 'postgres', schema: { missing: [] }, instance: before['instance'], marks: [{ name: 'moved-here', state: 'done' }] })
    await server.close()
    // The way back over the old file is closed by what the folder has seen.
    expect((await said('db', 'move', '--data', dataDir, '--to', url)).data).toMatchObject(error('target_not_empty'))
    expect(await said('db', 'move', '--data', dataDir, '--back')).toMatchObject({ code: 0 })
    expect(await refusal(start(dataDir, '', port))).toBe('database_behind')
  })

  it('can be undone while nobody has worked there', async () => {
    const { dataDir, port, terminal, open } = await source('back')
    expect((await said('db', 'move', '--data', dataDir, '--back')).data).toMatchObject(error('move_refused'))
    expect(await said('db', 'move', '--data', dataDir, '--to', await database())).toMatchObject({ code: 0 })
    expect(await said('db', 'move', '--data', dataDir, '--back')).toMatchObject({ code: 0 })
    await start(dataDir, '', port)
    await apply(terminal, open.run.id, open.start)
  })

  it('that fails at any unit, with or without having written it, goes on where it was', async () => {
    const { dataDir, port } = await source('killed')
    const url = await database()
    const upkeep = { dataDir, migrations, clock: systemClock, random: systemRandom, to: url }
    const failures: string[] = []
    let moved: Awaited<ReturnType<typeof moveDatabase>> | undefined
    // Each try is cut off at another commit, half of them after it.
    for (let attempt = 0; moved === undefined && attempt < 200; attempt++) {
      const left = { commits: 4 + attempt * (long ? 1 : 11), after: attempt % 2 === 1 }
      moved = await moveDatabase({ ...upkeep, connectPostgres: cutAfter(left) }).catch((cause: unknown) => {
        failures.push(cause instanceof Error ? cause.message : '')
        return undefined
      })
      if (moved === undefined && attempt === 1) expect(await refusal(start(dataDir, url, port))).toBe('restore_unfinished')
    }
    expect(failures.length).toBeGreaterThan(1)
    expect(new Set(failures).size).toBe(1)
    expect(moved?.found).toBeGreaterThan(0)
    const server = await start(dataDir, url, port)
    expect((await server.parts.base.ledger.newest('ledger.moved'))?.details).toContain(moved?.root)
  })

  it('is refused beside a running server, into what is used, and when what arrived is not what was sent', async () => {
    const { dataDir, port } = await source('refused')
    const url = await database()
    const server = await start(dataDir, '', port)
    expect((await said('db', 'move', '--data', dataDir, '--to', url)).data).toMatchObject(error('data_folder_in_use'))
    await server.close()
    const used = await database()
    const other = await start(join(kept, 'other'), used, await freePort())
    await other.close()
    expect((await said('db', 'move', '--data', dataDir, '--to', used)).data).toMatchObject(error('target_not_empty'))
    const upkeep = { dataDir, migrations, clock: systemClock, random: systemRandom, to: url }
    await expect(moveDatabase({ ...upkeep, connectPostgres: forging })).rejects.toMatchObject({ code: 'copy_differs' })
    // The source was not touched.
    await (await start(dataDir, '', port)).close()
  })
})

describe('a backup of one database', () => {
  it('restores into the other, and back', async () => {
    const { dataDir, port, person } = await source('both')
    await writeFile(join(kept, 'key'), `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 })
    const secret = ['--key-file', join(kept, 'key')]
    const [first, second, keys] = [join(kept, 'first'), join(kept, 'second'), join(kept, 'keys')]
    await said('backup', 'create', '--data', dataDir, '--to', first, '--keys-to', keys, ...secret)
    const url = await database('template0')
    const [there, here] = [join(kept, 'there'), join(kept, 'here')]
    expect((await said('backup', 'restore', first, '--data', there, '--database-url', url, '--keys', keys, ...secret)).data).toMatchObject({ from: 'sqlite', database: 'postgres', missing: [] })
    const onPostgres = await start(there, url, port)
    await person.signIn()
    const leaves = (await onPostgres.parts.base.ledger.checkpoint()).size
    await onPostgres.close()
    expect((await said('backup', 'create', '--data', there, '--database-url', url, '--to', second, ...secret)).data).toMatchObject({ backup: { leaves } })
    expect((await said('backup', 'restore', second, '--data', here, '--keys', keys, ...secret)).data).toMatchObject({ from: 'postgres', database: 'sqlite', leaves })
    const onSqlite = await start(here, '', port)
    await person.signIn()
    expect((await person.call('GET', '/api/v1/members')).status).toBe(200)
    await onSqlite.close()
    expect((await readFile(join(here, 'policy.yaml'), 'utf8')).length).toBeGreaterThan(0)
    await rm(there, { recursive: true })
  })
})

/** Lets so many commits through, and then fails one: before it reached the server, or after. */
function cutAfter(left: { commits: number; after: boolean }): ConnectPostgres {
  return (address, limits) => {
    const sessions = connectPostgres(address, limits)
    return {
      ...sessions,
      take: async () => {
        const session = await sessions.take()
        return {
          ...session,
          command: async (sql) => {
            if (sql !== 'COMMIT' || --left.commits >= 0) return await session.command(sql)
            if (left.after) await session.command(sql)
            throw new Error('cut off on purpose')
          },
        }
      },
    }
  }
}

/** Changes one row of what is sent. */
const forging: ConnectPostgres = (address, limits) => {
  const sessions = connectPostgres(address, limits)
  return {
    ...sessions,
    take: async () => {
      const session = await sessions.take()
      return { ...session, query: (sql, parameters, kind) => session.query(sql, sql.includes('insert into "person_profile"') || sql.includes('insert into "gate_grant"') ? parameters.map((one) => (one === 'open' ? 'consumed' : one)) : parameters, kind) }
    },
  }
}
