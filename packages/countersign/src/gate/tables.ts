/** The gate's tables: what waits, who is in the middle of answering, what was answered, and what that is worth. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../platform/store/tables.ts'

export type ChallengeStatus = 'waiting' | 'countersigned' | 'denied' | 'expired' | 'cancelled' | 'consumed'
export type GrantStatus = 'open' | 'consumed' | 'void'

export interface GateChallengeTable {
  id: string
  /** Twelve characters without hyphens: unique, so that a code says one thing for ever. */
  code: string
  kind: string
  action: string
  /** Canonical text: the bytes that are countersigned. */
  subject: string
  subject_digest: string
  /** JSON of the requirement, which the subject also holds. */
  requirement: string
  policy_digest: string
  rule: string
  requester: string
  requester_name: string
  executor: string
  source_address: string
  source_client: string
  /** What the challenge is about, for the door that asked: a run, a policy change, an authenticator. */
  ref: string
  /** Grants of one scope are voided together: a workspace, or the action's own name. */
  scope: string
  /** What the roles of who asks and who approves have to cover: a workspace, or a wider scope; "" is the organisation. */
  reach: string
  status: ChallengeStatus
  created_at: number
  expires_at: number
  decided_at: number | null
  /** Who denied it, and whether they said that they had not asked for it. "" and 0 otherwise. */
  denied_by: string
  reported: number
  /** Its seal: see sealed-tables.ts. */
  mac: string
}

export interface GateCeremonyTable {
  id: string
  challenge: string
  person: string
  session: string
  /** Canonical text. */
  envelope: string
  role: string
  slot: number
  created_at: number
  expires_at: number
  used_at: number | null
  mac: string
}

export interface GateCountersignatureTable {
  /** SHA-256 of the canonical countersignature: one assertion counts once, whatever it is sent to. */
  digest: string
  challenge: string
  person: string
  person_name: string
  authenticator: string
  authenticator_label: string
  role: string
  slot: number
  countersignature: string
  at: number
  mac: string
}

export interface GateGrantTable {
  id: string
  /** "" when the policy allowed without a countersignature. */
  challenge: string
  action: string
  subject_digest: string
  actor: string
  executor: string
  scope: string
  /** As of its challenge. */
  reach: string
  ref: string
  status: GrantStatus
  created_at: number
  expires_at: number
  ended_at: number | null
  ended_why: string | null
  mac: string
}

declare module '../platform/store/tables.ts' {
  interface Tables {
    gate_challenge: GateChallengeTable
    gate_ceremony: GateCeremonyTable
    gate_countersignature: GateCountersignatureTable
    gate_grant: GateGrantTable
  }
}

export const gateMigrations: Migration[] = [{ name: 'gate-0001', up: first }, { name: 'gate-0002-reach', up: reach }, { name: 'gate-0003-denied', up: denied }, { name: 'gate-0004-seals', up: seals }]

/** What was open before is asked anew: a row without a seal gives nothing. */
async function seals(db: Kysely<Tables>): Promise<void> {
  for (const table of ['gate_challenge', 'gate_ceremony', 'gate_countersignature', 'gate_grant']) {
    await db.schema.alterTable(table).addColumn('mac', 'text', (c) => c.notNull().defaultTo('')).execute()
  }
}

async function denied(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('gate_challenge').addColumn('denied_by', 'text', (c) => c.notNull().defaultTo('')).execute()
  await db.schema.alterTable('gate_challenge').addColumn('reported', 'integer', (c) => c.notNull().defaultTo(0)).execute()
  await db.schema.createIndex('gate_challenge_requester').on('gate_challenge').columns(['requester', 'created_at']).execute()
}

async function reach(db: Kysely<Tables>): Promise<void> {
  for (const table of ['gate_challenge', 'gate_grant']) {
    await db.schema.alterTable(table).addColumn('reach', 'text', (c) => c.notNull().defaultTo('')).execute()
  }
}

async function first(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('gate_challenge')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('code', 'text', (c) => c.notNull().unique())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('subject_digest', 'text', (c) => c.notNull().unique())
    .addColumn('requirement', 'text', (c) => c.notNull())
    .addColumn('policy_digest', 'text', (c) => c.notNull())
    .addColumn('rule', 'text', (c) => c.notNull())
    .addColumn('requester', 'text', (c) => c.notNull())
    .addColumn('requester_name', 'text', (c) => c.notNull())
    .addColumn('executor', 'text', (c) => c.notNull())
    .addColumn('source_address', 'text', (c) => c.notNull())
    .addColumn('source_client', 'text', (c) => c.notNull())
    .addColumn('ref', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('decided_at', 'bigint')
    .execute()
  await db.schema.createIndex('gate_challenge_waiting').on('gate_challenge').columns(['status', 'expires_at']).execute()
  await db.schema
    .createTable('gate_ceremony')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('challenge', 'text', (c) => c.notNull().references('gate_challenge.id'))
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('session', 'text', (c) => c.notNull())
    .addColumn('envelope', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('slot', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'bigint')
    .execute()
  await db.schema.createIndex('gate_ceremony_challenge').on('gate_ceremony').column('challenge').execute()
  await db.schema
    .createTable('gate_countersignature')
    .addColumn('digest', 'text', (c) => c.primaryKey())
    .addColumn('challenge', 'text', (c) => c.notNull().references('gate_challenge.id'))
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('person_name', 'text', (c) => c.notNull())
    .addColumn('authenticator', 'text', (c) => c.notNull())
    .addColumn('authenticator_label', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('slot', 'integer', (c) => c.notNull())
    .addColumn('countersignature', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('gate_countersignature_once_each', ['challenge', 'person'])
    .execute()
  await db.schema
    .createTable('gate_grant')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('challenge', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject_digest', 'text', (c) => c.notNull().unique())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('executor', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('ref', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_why', 'text')
    .execute()
  await db.schema.createIndex('gate_grant_scope').on('gate_grant').columns(['scope', 'status']).execute()
}
