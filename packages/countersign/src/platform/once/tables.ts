/** One row for a call that was carried out: known again by its key for a day. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../store/tables.ts'

export interface OnceCallTable {
  /** SHA-256 over who calls and their key, hex. */
  id: string
  /** SHA-256 over method, address and body, hex: the same key with another call is a mistake. */
  request: string
  /** HTTP status of the answer; null between the effect and the answer. */
  status: number | null
  /** The answer's body, sealed: it may hold a lease. "" while there is none, and where it is not kept. */
  answer: string
  at: number
}

declare module '../store/tables.ts' {
  interface Tables {
    once_call: OnceCallTable
  }
}

export const onceMigrations: Migration[] = [{ name: 'platform_0003_once', up: first }]

async function first(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('once_call')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('request', 'text', (c) => c.notNull())
    .addColumn('status', 'bigint')
    .addColumn('answer', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('once_call_by_time').on('once_call').column('at').execute()
}
