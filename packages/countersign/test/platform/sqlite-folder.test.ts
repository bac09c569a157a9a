import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StorageError } from '../../src/platform/store/errors.ts'
import { openStore } from '../../src/platform/store/open.ts'
import type { Migration, Store } from '../../src/platform/store/store.ts'

declare module '../../src/platform/store/tables.ts' {
  interface Tables {
    folder_row: { id: number }
  }
}

const migrations: Migration[] = [{ name: 'folder_0001', up: async (db) => {
  await db.schema.createTable('folder_row').addColumn('id', 'bigint', (c) => c.primaryKey()).execute()
} }]

let base: string
let dataDir: string
const stores: Store[] = []
const children: ChildProcess[] = []
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'countersign-folder-'))
  dataDir = join(base, 'deep', 'data')
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(base, { recursive: true, force: true })
})

const open = async (options: { readOnly?: boolean } = {}): Promise<Store> => {
  const store = await openStore({ dataDir, migrations, ...options })
  stores.push(store)
  return store
}
const failure = async (options: { readOnly?: boolean } = {}): Promise<{ code: string; message: string }> => {
  const error: unknown = await open(options).catch((caught: unknown) => caught)
  if (!(error instanceof StorageError)) throw error
  return { code: error.code, message: error.message }
}
const mode = (path: string): number => statSync(path).mode & 0o777

test('the folder is 0700 and every file in it 0600, also under a generous umask', async () => {
  const umask = process.umask(0)
  try {
    const store = await open()
    await store.write((tx) => tx.insertInto('folder_row').values({ id: 1 }).execute())
    expect(mode(dataDir)).toBe(0o700)
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['countersign.db', 'countersign.db-wal', 'countersign.db-shm', 'countersign.lock', 'countersign.pid']))
    for (const name of readdirSync(dataDir)) expect([name, mode(join(dataDir, name))]).toEqual([name, 0o600])
  } finally {
    process.umask(umask)
  }
})

test('a folder with something in it that others can enter is refused, with the command that closes it', async () => {
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(join(dataDir, 'something'), '')
  chmodSync(dataDir, 0o755)
  expect(await failure()).toMatchObject({ code: 'data_folder_unsafe', message: expect.stringContaining(`chmod 700 ${dataDir}`) })
})

test('an empty folder that was made for it is closed and used', async () => {
  mkdirSync(dataDir, { recursive: true })
  chmodSync(dataDir, 0o755)
  await open()
  expect(mode(dataDir)).toBe(0o700)
})

test('a folder or a database that is a link is refused', async () => {
  mkdirSync(join(base, 'elsewhere'), { mode: 0o700 })
  mkdirSync(join(base, 'deep'))
  symlinkSync(join(base, 'elsewhere'), dataDir)
  expect((await failure()).code).toBe('data_folder_unsafe')
  rmSync(dataDir)
  mkdirSync(dataDir, { mode: 0o700 })
  symlinkSync(join(base, 'target.db'), join(dataDir, 'countersign.db'))
  expect((await failure()).code).toBe('data_folder_unsafe')
})

test('a database file that others could read is closed', async () => {
  const store = await open()
  await store.close()
  chmodSync(join(dataDir, 'countersign.db'), 0o644)
  await open()
  expect(mode(join(dataDir, 'countersign.db'))).toBe(0o600)
})

test('the folder serves one opener at a time, and the second is told who has it', async () => {
  const store = await open()
  expect(await failure()).toEqual({ code: 'data_folder_in_use', message: expect.stringContaining(`process ${process.pid}`) })
  await store.close()
  await open()
})

test('another process has it: refused while it lives; after kill -9 it is free, whatever it left behind', async () => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const script = `
    import { openStore } from ${JSON.stringify(new URL('../../src/platform/store/open.ts', import.meta.url).href)}
    await openStore({ dataDir: process.argv[1], migrations: [] })
    console.log('open')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await new Promise((resolve) => child.stdout.once('data', resolve))
  expect(await failure()).toEqual({ code: 'data_folder_in_use', message: expect.stringContaining(`process ${child.pid}`) })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  expect(readdirSync(dataDir)).toContain('countersign.pid')
  await open()
})

test('reading only works beside the process that writes, sees what is committed, and cannot write', async () => {
  const store = await open()
  const reader = await open({ readOnly: true })
  await store.write((tx) => tx.insertInto('folder_row').values({ id: 1 }).execute())
  expect(await reader.read((db) => db.selectFrom('folder_row').selectAll().execute())).toEqual([{ id: 1 }])
  await expect(reader.write((tx) => tx.insertInto('folder_row').values({ id: 2 }).execute())).rejects.toMatchObject({ code: 'statement_refused' })
})

test('reading only makes nothing: no folder, no file, no schema', async () => {
  expect((await failure({ readOnly: true })).code).toBe('storage_unavailable')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(join(dataDir, 'countersign.db'), '', { mode: 0o600 })
  expect((await failure({ readOnly: true })).code).toBe('schema_mismatch')
})

test('a file that is not a database is named, and kept as it is', async () => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(join(dataDir, 'countersign.db'), 'not a database at all, but somebody wrote it\n'.repeat(200), { mode: 0o600 })
  expect(await failure()).toMatchObject({ code: 'database_damaged', message: expect.stringContaining('countersign.db') })
  expect(statSync(join(dataDir, 'countersign.db')).size).toBe(45 * 200)
})
