/**
 * Which database a test runs on. In the project `postgres` of vitest.config.ts it is a new database in the server that
 * postgres-setup.ts has started; elsewhere it is SQLite, in the data folder.
 */
import { DatabaseSync } from '@photostructure/sqlite'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import type {} from './postgres-setup.ts'

export const onPostgres = process.env['COUNTERSIGN_TEST_DATABASE'] === 'postgres'

/** Folder of the programs; "" where there is no PostgreSQL, and the project's tests are skipped. */
export const postgresBin: string = onPostgres ? (inject('postgres')?.bin ?? '') : ''

/** What is in a new database: nothing, or the tables of one of the templates that postgres-setup.ts makes. */
export type Content = 'template0' | 'server' | 'identity'

/** The URL of a new database. Whoever made it drops it. */
export async function createDatabase(content: Content = 'template0'): Promise<{ url: string; drop(): Promise<void> }> {
  const administrator = inject('postgres')?.administrator ?? ''
  const name = `t${randomBytes(8).toString('hex')}`
  await tell(administrator, `create database ${name} template ${content} strategy file_copy`)
  return { url: administrator.replace(/\/postgres$/, `/${name}`), drop: () => tell(administrator, `drop database if exists ${name} with (force)`) }
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

async function tell(url: string, sql: string): Promise<void> {
  const { hostname, username, password, pathname } = new URL(url)
  const client = new pg.Client({ host: decodeURIComponent(hostname), user: username, password, database: pathname.slice(1) })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
