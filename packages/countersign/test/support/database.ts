/**
 * Which database a test runs on. In the project `postgres` of vitest.config.ts it is a new database in the server that
 * postgres-setup.ts has started; elsewhere it is SQLite, in the data folder.
 */
import { DatabaseSync } from '@photostructure/sqlite'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { openStore } from '../../src/platform/store/open.ts'

export const onPostgres = process.env['COUNTERSIGN_TEST_DATABASE'] === 'postgres'

/** What is in a new database: nothing, or the tables of all rooms, or those of identity alone. */
export type Content = 'template0' | 'server' | 'identity'

const administrator = (): string => inject('postgres').administrator
const urlOf = (name: string): string => administrator().replace(/\/postgres$/, `/${name}`)
const newName = (): string => `t${randomBytes(8).toString('hex')}`

/** The URL of a new database. Whoever made it drops it. */
export async function createDatabase(content: Content = 'template0'): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = newName()
  const create = () => tell(administrator(), `create database ${name} template ${content} strategy file_copy`)
  await create().catch(async (error: unknown) => {
    if (content === 'template0' || !(error instanceof pg.DatabaseError) || error.code !== '3D000') throw error
    await makeTemplate(content)
    await create()
  })
  return { url: urlOf(name), drop: () => tell(administrator(), `drop database if exists ${name} with (force)`) }
}

/** Migrated once and copied from then on: to make the tables anew for every test would take longer than the tests. Of two that make it, one name wins. */
async function makeTemplate(content: 'server' | 'identity'): Promise<void> {
  const name = newName()
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-template-'))
  const migrations = content === 'server' ? (await import('../../src/server/base.ts')).migrations : (await import('../../src/identity/index.ts')).identityMigrations
  await tell(administrator(), `create database ${name}`)
  try {
    await (await openStore({ dataDir, databaseUrl: urlOf(name), migrations })).close()
    await tell(administrator(), `alter database ${name} rename to ${content}`)
  } catch (error) {
    await tell(administrator(), `drop database ${name} with (force)`)
    if (!(error instanceof pg.DatabaseError && error.code === '42P04')) throw error
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const databases = new Map<string, string>()

/** The database that belongs to this data folder, for `startServer` and `openStore`: "" is the one in it. The same at each call, until the test is over. */
export async function databaseOf(dataDir: string, content: Content = 'server'): Promise<string> {
  if (!onPostgres) return ''
  const known = databases.get(dataDir)
  if (known !== undefined) return known
  const { url, drop } = await createDatabase(content)
  databases.set(dataDir, url)
  onTestFinished(async () => {
    databases.delete(dataDir)
    await drop()
  })
  return url
}

/** What somebody does who can write the database, past the program. The server is stopped. */
export async function tamper(dataDir: string, sql: string): Promise<void> {
  if (onPostgres) return await tell(await databaseOf(dataDir), sql)
  const database = new DatabaseSync(join(dataDir, 'countersign.db'))
  database.exec(sql)
  database.close()
}

/** One statement past the program. */
export async function tell(url: string, sql: string): Promise<void> {
  const { hostname, username, password, pathname } = new URL(url)
  const client = new pg.Client({ host: decodeURIComponent(hostname), user: username, password, database: pathname.slice(1) })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
