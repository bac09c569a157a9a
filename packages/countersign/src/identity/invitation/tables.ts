/**
 * Two tables between an invitation and a key that counts. Neither makes anybody anything: a link only lets somebody make a key,
 * and a key that waits here is in no directory until a member has vouched for it.
 */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'

export interface InvitationTable {
  /** SHA-256 of the link's secret. */
  hash: string
  person: string
  inviter: string
  /** Credential id of the inviter's key that will have to vouch: it is named in what the invited person signs. */
  credential: string
  created_at: number
  expires_at: number
  ended_at: number | null
}

export interface PendingKeyTable {
  /** `aut_`: the id that the key will have. */
  id: string
  person: string
  /** Canonical text of the registration, short code of its digest. */
  subject: string
  code: string
  /** JSON of the countersignature by the key itself, and of what the authenticator answered. */
  possession: string
  registered: string
  sign_count: number
  label: string
  voucher: string
  credential: string
  address: string
  client: string
  created_at: number
  expires_at: number
  ended_at: number | null
  ended_why: string | null
  /** JSON of the first voucher's countersignature, where it takes two; "" before it is there. */
  vouched: string
}

declare module '../../platform/store/tables.ts' {
  interface Tables {
    invitation: InvitationTable
    pending_key: PendingKeyTable
  }
}

export const invitationMigrations: Migration[] = [{ name: 'identity_1001_invitation', up: first }, { name: 'identity_1002_second_voucher', up: secondVoucher }]

async function first(db: Kysely<Tables>): Promise<void> {
  await db.schema.createTable('invitation')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('inviter', 'text', (c) => c.notNull())
    .addColumn('credential', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .execute()
  await db.schema.createIndex('invitation_person').on('invitation').column('person').execute()
  await db.schema.createTable('pending_key')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('possession', 'text', (c) => c.notNull())
    .addColumn('registered', 'text', (c) => c.notNull())
    .addColumn('sign_count', 'bigint', (c) => c.notNull())
    .addColumn('label', 'text', (c) => c.notNull())
    .addColumn('voucher', 'text', (c) => c.notNull())
    .addColumn('credential', 'text', (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('client', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_why', 'text')
    .execute()
  await db.schema.createIndex('pending_key_person').on('pending_key').column('person').execute()
}

async function secondVoucher(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('pending_key').addColumn('vouched', 'text', (c) => c.notNull().defaultTo('')).execute()
}
