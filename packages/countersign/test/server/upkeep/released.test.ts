/**
 * Data of each released version opens in this one; a migration that was cut off at any statement goes on; and nothing newer is touched.
 * Released versions kept their data in the folder, so this is about SQLite; postgres-released.test.ts does the rest.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { auditVerify } from '../../../src/ledger/index.ts'
import { createLog } from '../../../src/platform/log.ts'
import { existingFolder } from '../../../src/platform/folder.ts'
import { connectSqlite, type Connect } from '../../../src/platform/store/sqlite/connection.ts'
import { openStore } from '../../../src/platform/store/open.ts'
import { migrations } from '../../../src/server/base.ts'
import { startServer } from '../../../src/server/start.ts'
import { onPostgres } from '../../support/database.ts'
import { freePort, scratchFolder } from '../../support/scratch-server.ts'
import { cutEverywhere, type Cut } from './cut.ts'
import { fixture, unpacked, unreadable, versions } from './fixture.ts'
import { said } from './said.ts'

const released = [...readFileSync(join(import.meta.dirname, '../../../../../CHANGELOG.md'), 'utf8').matchAll(/^## (\d+\.\d+\.\d+)/gm)].map((match) => match[1] ?? '')

async function start(dataDir: string, url: string) {
  const server = await startServer({ dataDir, addresses: [{ host: '127.0.0.1', port: await freePort() }], url, demonstration: true, log: createLog('silent') })
  onTestFinished(() => server.close())
  return server
}

const refusal = async (starting: Promise<unknown>): Promise<string> => await starting.then(() => 'it started', (error: unknown) => (error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error)))

describe.skipIf(onPostgres)('data of a released version', () => {
  it('is kept here for each of them, and for what is not released yet', () => {
    expect(versions).toEqual([...released, 'unreleased'].toSorted())
  })

  it.each(versions)('%s is backed up, brought up to date, and served where its statements are still read', async (version) => {
    const one = fixture(version)
    const dataDir = await unpacked(one)
    const before = (await said('db', 'status', '--data', dataDir)).data as { schema: { missing: string[]; changed: string[] }; leaves: number }
    expect(before.schema.changed).toEqual([])
    // A backup of it can be made before it is brought up to date.
    await said('backup', 'create', '--data', dataDir, '--to', `${dataDir}.backup`, '--passphrase-file', `${dataDir}/keys/cookie.secret`)
    expect((await said('backup', 'verify', `${dataDir}.backup`, '--passphrase-file', `${dataDir}/keys/cookie.secret`)).data).toMatchObject({ leaves: before.leaves })
    expect((await said('db', 'migrate', '--data', dataDir)).data).toEqual({ applied: expect.objectContaining({ length: before.schema.missing.length }) as unknown })
    if (version === unreadable) return expect(await refusal(start(dataDir, one.url))).toMatch(/^database_damaged: .*countersigned/)
    const server = await start(dataDir, one.url)
    const { store, ledger } = server.parts.base
    expect(await store.read((db) => db.selectFrom('run').select(['id', 'state']).orderBy('created_at').execute())).toEqual([{ id: one.applied, state: 'applied' }, { id: one.open, state: 'asked' }])
    expect((await store.read((db) => server.parts.identity.directory.state(db)))?.people.size).toBe(1)
    expect((await ledger.checkpoint()).size).toBeGreaterThanOrEqual(before.leaves)
    expect((await auditVerify(store, existingFolder(join(dataDir, 'checkpoints')))).problems).toEqual([])
  })

  it('of before an update restores into this version, and the newer steps follow at the start', async () => {
    const one = fixture('unreleased')
    const dataDir = await unpacked(one)
    const database = new DatabaseSync(join(dataDir, 'countersign.db'))
    // As the version before the newest step left it.
    database.exec("drop table platform_mark; delete from platform_migration where name = 'platform_0006_marks'")
    database.close()
    const secret = ['--passphrase-file', `${dataDir}/keys/cookie.secret`]
    const [file = '', keys = '', target = ''] = ['.backup', '.keys', '.restored'].map((end) => `${dataDir}${end}`)
    await said('backup', 'create', '--data', dataDir, '--to', file, '--keys-to', keys, ...secret)
    expect(await said('backup', 'restore', file, '--data', target, '--keys', keys, ...secret)).toMatchObject({ code: 0 })
    const server = await start(target, one.url)
    const leaf = await server.parts.base.ledger.newest('ledger.restored')
    expect(JSON.parse(leaf?.details ?? '{}')).toMatchObject({ voided: { grants: 1, sessions: 1, terminals: 1 } })
  })
})

describe.skipIf(onPostgres)('a migration', () => {
  it('that is cut off at any statement goes on at the next start, and ends as one that was not', async () => {
    const dataDir = join(await scratchFolder('cut'), 'data')
    const opens = await cutEverywhere(1, async (cut) => {
      await (await openStore({ dataDir, migrations, connect: throughSqlite(cut) })).close()
    })
    expect(opens).toBeGreaterThan(150)
    expect(await schemaOf(dataDir)).toEqual(await schemaOf(await whole()))
  })

  it('of a newer version is not undone: an older program refuses the database and leaves it as it is', async () => {
    const dataDir = await unpacked(fixture('unreleased'))
    const database = new DatabaseSync(join(dataDir, 'countersign.db'))
    database.exec("insert into platform_migration values ('platform_9999_from_the_future', 'x', 1)")
    database.close()
    const before = readFileSync(join(dataDir, 'countersign.db'))
    const error = { error: { code: 'schema_newer', message: expect.stringContaining('platform_9999_from_the_future') as string } }
    expect((await said('db', 'migrate', '--data', dataDir)).data).toMatchObject(error)
    await expect(start(dataDir, 'http://localhost:1').then(() => null)).rejects.toMatchObject({ code: 'schema_newer' })
    expect((await said('backup', 'create', '--data', dataDir, '--to', `${dataDir}.b`, '--passphrase-file', `${dataDir}/keys/cookie.secret`)).data).toMatchObject({ error: { code: 'backup_newer' } })
    expect((await said('db', 'status', '--data', dataDir))).toMatchObject({ code: 0, data: { schema: { unknown: ['platform_9999_from_the_future'] } }, lines: expect.stringContaining('newer version') as string })
    expect(readFileSync(join(dataDir, 'countersign.db')).equals(before)).toBe(true)
  })
})

async function whole(): Promise<string> {
  const dataDir = join(await scratchFolder('whole'), 'data')
  await (await openStore({ dataDir, migrations })).close()
  return dataDir
}

function schemaOf(dataDir: string): unknown {
  const database = new DatabaseSync(join(dataDir, 'countersign.db'), { readOnly: true })
  const rows = [database.prepare('select type, name, sql from sqlite_master order by type, name').all(), database.prepare('select name, digest from platform_migration order by name').all()]
  database.close()
  return rows
}

function throughSqlite(cut: Cut): Connect {
  return (path, mode) => {
    const real = connectSqlite(path, mode)
    if (mode === 'read') return real
    return {
      query: (sql, parameters) => cut.through(sql, () => real.query(sql, parameters)),
      // What a process that is killed cannot do is left to the connection: it takes its transaction back.
      command: (sql) => (sql.startsWith('ROLLBACK') || sql.startsWith('PRAGMA') ? real.command(sql) : cut.through(sql, () => real.command(sql))),
      get inTransaction() {
        return real.inTransaction
      },
      close: () => real.close(),
    }
  }
}
