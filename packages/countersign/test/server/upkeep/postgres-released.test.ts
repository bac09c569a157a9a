/** Data of released versions moved to PostgreSQL, and migrations that are cut off there. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../../src/platform/log.ts'
import { connectPostgres, type ConnectPostgres } from '../../../src/platform/store/postgres/sessions.ts'
import { openStore } from '../../../src/platform/store/open.ts'
import { migrations } from '../../../src/server/base.ts'
import { startServer } from '../../../src/server/start.ts'
import { createDatabase } from '../../support/database.ts'
import { freePort, scratchFolder } from '../../support/scratch-server.ts'
import { cutEverywhere, type Cut } from './cut.ts'
import { fixture, unpacked, unreadable, versions } from './fixture.ts'
import { said } from './said.ts'

async function database(content: 'server' | 'template0'): Promise<string> {
  const { url, drop } = await createDatabase(content)
  onTestFinished(drop)
  return url
}

describe('data of a released version', () => {
  it.each(versions.filter((version) => version !== unreadable))('%s is brought up to date and moves to PostgreSQL', async (version) => {
    const one = fixture(version)
    const dataDir = await unpacked(one)
    const url = await database('server')
    const { schema } = (await said('db', 'status', '--data', dataDir)).data as { schema: { missing: string[] } }
    if (schema.missing.length > 0) {
      expect((await said('db', 'move', '--data', dataDir, '--to', url)).data).toMatchObject({ error: { code: 'move_refused' } })
      expect(await said('db', 'migrate', '--data', dataDir)).toMatchObject({ code: 0 })
    }
    expect(await said('db', 'move', '--data', dataDir, '--to', url)).toMatchObject({ code: 0 })
    const server = await startServer({ dataDir, databaseUrl: url, addresses: [{ host: '127.0.0.1', port: await freePort() }], url: one.url, demonstration: true, log: createLog('silent') })
    onTestFinished(() => server.close())
    expect(await server.parts.base.store.read((db) => db.selectFrom('run').select(['id', 'state']).orderBy('created_at').execute())).toEqual([{ id: one.applied, state: 'applied' }, { id: one.open, state: 'asked' }])
  })
})

describe('a migration on PostgreSQL', () => {
  it('that is cut off at a statement goes on at the next start', async () => {
    const dataDir = await scratchFolder('cut')
    const databaseUrl = await database('template0')
    const opens = await cutEverywhere(process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 1 : 7, async (cut) => {
      await (await openStore({ dataDir, databaseUrl, migrations, connectPostgres: throughPostgres(cut) })).close()
    })
    expect(opens).toBeGreaterThan(15)
    expect((await said('db', 'status', '--data', dataDir, '--database-url', databaseUrl)).data).toMatchObject({ schema: { missing: [], changed: [], unknown: [], recorded: expect.objectContaining({ length: migrations.length }) as unknown } })
    // And what is there is whole: the very same statements as in one go, or the digests would differ; and it is worked with.
    await (await openStore({ dataDir, databaseUrl, migrations })).close()
  })
})

function throughPostgres(cut: Cut): ConnectPostgres {
  return (address, limits) => {
    const sessions = connectPostgres(address, limits)
    return {
      ...sessions,
      take: async () => {
        const session = await sessions.take()
        let reading = false
        return {
          ...session,
          query: async (sql, parameters, kind) => (kind === 'read' ? await session.query(sql, parameters, kind) : await cut.through(sql, () => session.query(sql, parameters, kind))),
          command: async (sql) => {
            if (sql.startsWith('BEGIN')) reading = sql.includes('READ ONLY')
            return reading || /^(ROLLBACK|SELECT|CREATE TABLE)/.test(sql) ? await session.command(sql) : await cut.through(sql, () => session.command(sql))
          },
        }
      },
    }
  }
}
