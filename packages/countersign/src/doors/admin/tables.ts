/** The tables of the admin door: the policies that were in force, and the changes that were asked for. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'

/** In force from `seq` on. Row 0 is what the genesis statement pinned; each later row carries who countersigned it. */
export interface PolicyVersionTable {
  seq: number
  digest: string
  text: string
  /** Canonical text of the policy statement; "" for row 0. */
  subject: string
  /** JSON array of countersignatures; "[]" for row 0. */
  countersignatures: string
  /** Directory size when it was countersigned. */
  directory_size: number
  changed_by: string
  at: number
}

export interface PolicyChangeTable {
  id: string
  from_digest: string
  to_digest: string
  text: string
  requester: string
  created_at: number
}

declare module '../../platform/store/tables.ts' {
  interface Tables {
    policy_version: PolicyVersionTable
    policy_change: PolicyChangeTable
  }
}

export const adminMigrations: Migration[] = [{ name: 'admin-0001', up: first }]

async function first(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('policy_version')
    .addColumn('seq', 'integer', (c) => c.primaryKey())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('countersignatures', 'text', (c) => c.notNull())
    .addColumn('directory_size', 'integer', (c) => c.notNull())
    .addColumn('changed_by', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('policy_change')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('from_digest', 'text', (c) => c.notNull())
    .addColumn('to_digest', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('requester', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
}
