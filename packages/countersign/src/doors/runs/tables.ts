/** The tables of the runs door. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'

/** What happened to a run at this door; whether it waits or is granted is the gate's to say. */
export type RunState = 'asked' | 'denied' | 'cancelled' | 'applying' | 'applied' | 'failed' | 'outcome-unknown'

export interface RunTable {
  id: string
  workspace: string
  environment: string
  scope: string
  state: RunState
  /** Canonical text of the subject, and its digest and code. */
  subject: string
  subject_digest: string
  code: string
  plan_file: string
  requester: string
  requester_name: string
  executor: string
  decision: string
  /** JSON: the reasons of a denial. */
  reasons: string
  /** The grant of a run that the policy allowed, or "". */
  allowed_grant: string
  created_at: number
  expires_at: number
  started_at: number | null
  ended_at: number | null
  /** SHA-256 of the lease's secret: whoever holds lease and executor key may report. */
  lease_hash: string | null
  /** JSON of what was reported. */
  outcome: string | null
  /** When the terminal that applies last said that it still does; 0 before. */
  alive_at: number
  /** JSON: what the state showed of its effect, where the state is kept here; null where nothing was compared. */
  effect: string | null
}

export interface RunPlanTable {
  run: string
  digest: string
  /** The redacted plan, gzip; nothing where it is kept in pieces. */
  body: Uint8Array
  /** So many of `run_plan_piece` under this name (kept.ts); "" and 0 where it is not. */
  pieces_of: string
  pieces: number
}

export interface RunPlanPieceTable {
  /** `rpl_`: one packed plan. */
  plan: string
  number: number
  bytes: Uint8Array
}

/** A plan file is applied once, for ever: this row is inserted in the transaction that starts the apply. */
export interface RunPlanConsumedTable {
  plan_file: string
  run: string
  at: number
}

/** What a workspace's state is known to be. Written when an apply starts, moved on when its outcome is reported. */
export interface RunWorkspaceTable {
  workspace: string
  /** "" until a first outcome names it. */
  lineage: string
  /** JSON of the backend's fingerprint. */
  backend: string
  /** The lowest serial a next plan may be based on. */
  serial: number
  last_run: string
  updated_at: number
}

declare module '../../platform/store/tables.ts' {
  interface Tables {
    run: RunTable
    run_plan: RunPlanTable
    run_plan_piece: RunPlanPieceTable
    run_plan_consumed: RunPlanConsumedTable
    run_workspace: RunWorkspaceTable
  }
}

export const runsMigrations: Migration[] = [{ name: 'runs-0001', up: first }, { name: 'runs-0002-alive', up: alive }, { name: 'runs-0003-effect', up: effect }, { name: 'runs-0004-pieces', up: pieces }]

async function alive(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('run').addColumn('alive_at', 'bigint', (c) => c.notNull().defaultTo(0)).execute()
}

async function effect(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('run').addColumn('effect', 'text').execute()
}

async function pieces(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('run_plan').addColumn('pieces_of', 'text', (c) => c.notNull().defaultTo('')).execute()
  await db.schema.alterTable('run_plan').addColumn('pieces', 'bigint', (c) => c.notNull().defaultTo(0)).execute()
  await db.schema.createIndex('run_plan_pieces').on('run_plan').column('pieces_of').execute()
  await db.schema
    .createTable('run_plan_piece')
    .addColumn('plan', 'text', (c) => c.notNull())
    .addColumn('number', 'bigint', (c) => c.notNull())
    .addColumn('bytes', 'blob', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_plan_piece_key', ['plan', 'number'])
    .execute()
}

async function first(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('run')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace', 'text', (c) => c.notNull())
    .addColumn('environment', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('subject_digest', 'text', (c) => c.notNull().unique())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('plan_file', 'text', (c) => c.notNull())
    .addColumn('requester', 'text', (c) => c.notNull())
    .addColumn('requester_name', 'text', (c) => c.notNull())
    .addColumn('executor', 'text', (c) => c.notNull())
    .addColumn('decision', 'text', (c) => c.notNull())
    .addColumn('reasons', 'text', (c) => c.notNull())
    .addColumn('allowed_grant', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('lease_hash', 'text')
    .addColumn('outcome', 'text')
    .execute()
  await db.schema.createIndex('run_by_time').on('run').column('created_at').execute()
  await db.schema.createIndex('run_by_workspace').on('run').columns(['workspace', 'state']).execute()
  await db.schema
    .createTable('run_plan')
    .addColumn('run', 'text', (c) => c.primaryKey().references('run.id'))
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('body', 'blob', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('run_plan_consumed')
    .addColumn('plan_file', 'text', (c) => c.primaryKey())
    .addColumn('run', 'text', (c) => c.notNull().unique().references('run.id'))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('run_workspace')
    .addColumn('workspace', 'text', (c) => c.primaryKey())
    .addColumn('lineage', 'text', (c) => c.notNull())
    .addColumn('backend', 'text', (c) => c.notNull())
    .addColumn('serial', 'bigint', (c) => c.notNull())
    .addColumn('last_run', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('run_workspace_lineage').on('run_workspace').column('lineage').execute()
}
