/** What people are told, and each way in which it has still to reach them. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'

export interface NoticeTable {
  id: string
  person: string
  kind: string
  /** One sentence, as it stands on the person's page. */
  text: string
  at: number
}

export interface NoticeDeliveryTable {
  id: string
  channel: string
  /** An e-mail address; "" where the channel has one place only. */
  recipient: string
  /** JSON of the message. */
  message: string
  state: 'waiting' | 'sent' | 'given-up'
  tries: number
  due_at: number
  /** After this nobody wants it any more. */
  until: number
  created_at: number
  error: string
}

declare module '../../platform/store/tables.ts' {
  interface Tables {
    notice: NoticeTable
    notice_delivery: NoticeDeliveryTable
  }
}

export const noticeMigrations: Migration[] = [{ name: 'watch-0001-notices', up: first }]

async function first(db: Kysely<Tables>): Promise<void> {
  await db.schema.createTable('notice')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('notice_person').on('notice').columns(['person', 'at']).execute()
  await db.schema.createTable('notice_delivery')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('channel', 'text', (c) => c.notNull())
    .addColumn('recipient', 'text', (c) => c.notNull())
    .addColumn('message', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('tries', 'integer', (c) => c.notNull())
    .addColumn('due_at', 'bigint', (c) => c.notNull())
    .addColumn('until', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('error', 'text', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('notice_delivery_due').on('notice_delivery').columns(['state', 'due_at']).execute()
}
