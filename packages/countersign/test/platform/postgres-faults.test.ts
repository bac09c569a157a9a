/** A PostgreSQL that fails at the worst moments, and what is refused before anything is served. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StorageError } from '../../src/platform/store/errors.ts'
import { openStore } from '../../src/platform/store/open.ts'
import { connectPostgres, type ConnectPostgres } from '../../src/platform/store/postgres/sessions.ts'
import type { Migration, Store } from '../../src/platform/store/store.ts'
import { createDatabase } from '../support/database.ts'

declare module '../../src/platform/store/tables.ts' {
  interface Tables {
    lost_row: { id: number }
  }
}

const migrations: Migration[] = [{ name: 'lost_0001', up: async (db) => {
  await db.schema.createTable('lost_row').addColumn('id', 'bigint', (c) => c.primaryKey()).execute()
} }]

let folder: string
let url: string
let drop: () => Promise<void>
let store: Store
/** How the next commits are lost: before the server has them, or after it did them. */
let losing: ('before' | 'after')[] = []

const unreliable: ConnectPostgres = (address, limits) => {
  const sessions = connectPostgres(address, limits)
  return { ...sessions, take: async () => {
    const session = await sessions.take()
    return { ...session, command: async (text) => {
      const how = text === 'COMMIT' ? losing.shift() : undefined
      if (how === undefined) return await session.command(text)
      if (how === 'after') await session.command(text)
      throw new StorageError('storage_unavailable', 'the connection was lost')
    } }
  } }
}

beforeEach(async () => {
  losing = []
  folder = await mkdtemp(join(tmpdir(), 'countersign-faults-'))
  ;({ url, drop } = await createDatabase())
  store = await openStore({ dataDir: join(folder, 'data'), databaseUrl: url, migrations, connectPostgres: unreliable })
})
afterEach(async () => {
  await store.close()
  await drop()
  await rm(folder, { recursive: true, force: true })
})

const put = (id: number): Promise<string> => store.write((tx) => tx.insertInto('lost_row').values({ id }).execute()).then(() => 'done', codeOf)
const ids = async (): Promise<number[]> => (await store.read((db) => db.selectFrom('lost_row').select('id').orderBy('id').execute())).map(({ id }) => id)
const codeOf = (error: unknown): string => (error instanceof StorageError ? error.code : String(error))
const opening = (databaseUrl: string, more: object = {}): Promise<{ code: string; message: string }> =>
  openStore({ dataDir: join(folder, 'other'), databaseUrl, migrations, ...more }).then(
    async (opened) => opened.close().then(() => ({ code: 'opened', message: '' })),
    (error: unknown) => ({ code: codeOf(error), message: String(error) }))

test('a commit without an answer is never run again by itself: it may have lasted, and the caller is told to ask', async () => {
  losing = ['before', 'after']
  expect([await put(1), await put(2)]).toEqual(['storage_unavailable', 'storage_unavailable'])
  expect(await ids()).toEqual([2])
  expect([await put(2), await put(3)]).toEqual(['conflict', 'done'])
})

test('a read whose end is lost is refused, and the next one is answered', async () => {
  await put(1)
  losing = ['before']
  await expect(ids()).rejects.toMatchObject({ code: 'storage_unavailable' })
  expect(await ids()).toEqual([1])
})

test('a password that is wrong, a database that is not there, a server that does not answer: said in words, without the password', async () => {
  const at = new URL(url)
  at.password = 'hunter2'
  const wrong = await opening(at.href)
  const missing = await opening(url.replace(/\/[^/]*$/, '/not_there'))
  const nobody = await opening('postgres://u:hunter2@127.0.0.1:1/d')
  expect([wrong.code, missing.code, nobody.code]).toEqual(['storage_unavailable', 'storage_unavailable', 'storage_unavailable'])
  expect(wrong.message).toMatch(/refuses the user or the password/)
  expect(missing.message).toMatch(/no such database/)
  expect(nobody.message).toMatch(/127\.0\.0\.1:1\/d cannot be reached \(ECONNREFUSED\)/)
  expect([wrong, missing, nobody].map(({ message }) => message).join()).not.toContain('hunter2')
})

test('the data folder is for one server at a time here as well', async () => {
  const second = await openStore({ dataDir: join(folder, 'data'), databaseUrl: url, migrations }).catch((error: unknown) => error)
  expect(codeOf(second)).toBe('data_folder_in_use')
})

test('servers that start together on an empty database make its tables once', async () => {
  const empty = await createDatabase()
  try {
    const opened = await Promise.all(['a', 'b', 'c'].map((name) => openStore({ dataDir: join(folder, name), databaseUrl: empty.url, migrations })))
    await Promise.all(opened.map((one, id) => one.write((tx) => tx.insertInto('lost_row').values({ id }).execute())))
    for (const one of opened) await one.close()
  } finally {
    await empty.drop()
  }
})

test('reading only makes nothing, and cannot write', async () => {
  expect((await opening(url, { readOnly: true })).code).toBe('opened')
  const reader = await openStore({ dataDir: join(folder, 'nowhere'), databaseUrl: url, migrations, readOnly: true })
  await expect(reader.write((tx) => tx.insertInto('lost_row').values({ id: 1 }).execute())).rejects.toMatchObject({ code: 'statement_refused' })
  await reader.close()
  const empty = await createDatabase()
  expect((await opening(empty.url, { readOnly: true })).code).toBe('schema_mismatch')
  await empty.drop()
})
