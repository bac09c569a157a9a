import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StorageError } from '../../src/platform/store/errors.ts'
import { openStore } from '../../src/platform/store/open.ts'
import type { Migration, Store } from '../../src/platform/store/store.ts'
import { failingDisk, type Fault } from './failing-disk.ts'

declare module '../../src/platform/store/tables.ts' {
  interface Tables {
    fault_row: { id: number; body: string }
  }
}

const migrations: Migration[] = [{ name: 'fault_0001', up: async (db) => {
  await db.schema.createTable('fault_row').addColumn('id', 'bigint', (c) => c.primaryKey()).addColumn('body', 'text', (c) => c.notNull()).execute()
} }]

let dataDir: string
let store: Store
let disk: ReturnType<typeof failingDisk>
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'countersign-faults-'))
  disk = failingDisk()
  store = await openStore({ dataDir, migrations, connect: disk.connect })
  disk.log.length = 0
})
afterEach(async () => {
  await store.close()
  await rm(dataDir, { recursive: true, force: true })
})

const put = (id: number, body = ''): Promise<string> =>
  store.write((tx) => tx.insertInto('fault_row').values({ id, body }).execute())
    .then(() => 'done', (error: unknown) => (error instanceof StorageError ? error.code : String(error)))
const ids = async (): Promise<number[]> => (await store.read((db) => db.selectFrom('fault_row').select('id').orderBy('id').execute())).map((row) => row.id)

test('units handed over together share one commit', async () => {
  expect(await Promise.all([put(1), put(2), put(3), put(4)])).toEqual(['done', 'done', 'done', 'done'])
  expect(disk.log.filter((line) => line === 'COMMIT')).toHaveLength(1)
  expect(disk.log.filter((line) => line === 'SAVEPOINT unit')).toHaveLength(4)
})

test('a commit that fails without effect rejects every unit of the group, and the next one goes through', async () => {
  disk.faults.push({ command: /^COMMIT/, when: 'without effect', times: 1 })
  expect(await Promise.all([put(1), put(2)])).toEqual(['storage_unavailable', 'storage_unavailable'])
  expect(await ids()).toEqual([])
  expect(await put(3)).toBe('done')
  expect(await ids()).toEqual([3])
})

test('a commit that fails after it has lasted rejects all the same: nobody is told that it lasted', async () => {
  disk.faults.push({ command: /^COMMIT/, when: 'with effect', times: 1 })
  expect(await Promise.all([put(1), put(2)])).toEqual(['storage_unavailable', 'storage_unavailable'])
  expect(await ids()).toEqual([1, 2])
  expect(await put(1)).toBe('conflict')
  expect(await put(3)).toBe('done')
})

test('a unit that failed by itself is told storage_unavailable when its group did not last: it may have lost to a unit that never was', async () => {
  disk.faults.push({ command: /^COMMIT/, when: 'without effect', times: 1 })
  expect(await Promise.all([put(1), put(1)])).toEqual(['storage_unavailable', 'storage_unavailable'])
})

test.each(['without effect', 'with effect'] as const)('a disk error in a statement (%s) ends the group, also for units before it; those after it go on', async (when) => {
  const fault: Fault = { command: /insert into "fault_row"/, when, times: 0 }
  disk.faults.push(fault)
  const results = Promise.all([
    put(1),
    store.write(async (tx) => {
      fault.times = 1
      await tx.insertInto('fault_row').values({ id: 2, body: '' }).execute().catch(() => undefined)
    }).catch((error: unknown) => (error instanceof StorageError ? error.code : error)),
    put(3),
  ])
  expect(await results).toEqual(['storage_unavailable', 'storage_unavailable', 'done'])
  expect(await ids()).toEqual([3])
})

test.each(['BEGIN IMMEDIATE', 'SAVEPOINT unit', 'RELEASE unit', 'ROLLBACK TO unit; RELEASE unit'])('%s that fails loses nothing and the store goes on', async (command) => {
  for (const when of ['without effect', 'with effect'] as const) {
    disk.faults.push({ command: new RegExp(`^${command}`), when, times: 1 })
    await put(1)
    await put(1)
    await put(1)
    disk.faults.length = 0
    expect(await put(1)).toBe('conflict')
    expect(await ids()).toEqual([1])
  }
})

test('a connection that cannot roll back is replaced; while that fails, every change is refused clearly', async () => {
  const before = disk.opened()
  disk.faults.push(
    { command: /^COMMIT/, when: 'without effect', times: 1 },
    { command: /^ROLLBACK$/, when: 'without effect', times: 2 },
    { command: /^OPEN write/, when: 'without effect', times: 1 },
  )
  expect([await put(1), await put(1), await put(1)]).toEqual(['storage_unavailable', 'storage_unavailable', 'storage_unavailable'])
  expect(disk.faults.map((fault) => fault.times)).toEqual([0, 0, 0])
  expect(await put(1)).toBe('done')
  expect(disk.opened()).toBeGreaterThan(before)
  expect(await ids()).toEqual([1])
})

test('a full disk: nothing half done, and changes work again when there is room', async () => {
  await store.close()
  const limited = failingDisk()
  let pages = 60
  store = await openStore({ dataDir, migrations, connect: (path, mode) => {
    const connection = limited.connect(path, mode)
    return { ...connection, get inTransaction() { return connection.inTransaction }, command: (text) => {
      if (text === 'BEGIN IMMEDIATE') connection.command(`PRAGMA max_page_count = ${pages}`)
      connection.command(text)
    } }
  } })
  const big = 'x'.repeat(20_000)
  const results: string[] = []
  for (let id = 0; id < 30; id++) results.push(await put(id, big))
  expect(results).toContain('storage_unavailable')
  expect(await ids()).toEqual(results.flatMap((result, id) => (result === 'done' ? [id] : [])))
  pages = 10_000
  expect(await put(100, big)).toBe('done')
})

test('the message names the file and what to do, not the statement', async () => {
  disk.faults.push({ command: /^COMMIT/, when: 'without effect', times: 1 })
  const error: unknown = await store.write((tx) => sql`insert into fault_row values (1, 'secret text')`.execute(tx)).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(StorageError)
  expect(String(error)).toContain(join(dataDir, 'countersign.db'))
  expect(String(error)).not.toContain('secret text')
})
