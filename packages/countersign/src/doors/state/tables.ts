/**
 * The tables of the state door. What is secret in them is sealed (`platform/envelope`) or a digest: no column holds a state, an address
 * of a resource, a lock's id or a credential's secret in clear. `mac` seals a row that gives access: see sealed-tables.ts.
 */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'

export interface StateWorkspaceTable {
  /** `sws_` */
  id: string
  /** project/workspace, as the policy and roles name it */
  name: string
  created_at: number
  /** Number of the version that is current; 0 where there is no state. */
  version: number
  /** Number that the last version got, current or not: numbers are never given twice. */
  last_number: number
  /** When the last write that cannot be trusted, or an effect that differs from its consent, closed it to writers. */
  frozen_at: number | null
  frozen_why: string
  updated_at: number
  mac: string
}

/** `kept` is or was current; `quarantined` waits for a person; `discarded` was refused by one; `deleted` can be brought back; `destroyed` has lost its key. */
export type VersionStatus = 'kept' | 'quarantined' | 'discarded' | 'deleted' | 'destroyed'

export interface StateVersionTable {
  /** `stv_` */
  id: string
  workspace: string
  number: number
  status: VersionStatus
  origin: 'write' | 'import' | 'rollback' | 'accepted'
  /** The version that a rollback or an accepted write came from; 0 otherwise. */
  from_number: number
  /** The version id under which its bytes are sealed: its own, or that of the version it came from. */
  sealed_as: string
  lineage: string
  serial: number
  /** Bytes of the plain state. */
  size: number
  /** SHA-256 of the plain state, hex. */
  digest: string
  /** JSON: how many resources, outputs, secrets found; whether the body is opaque. No names. */
  counts: string
  person: string
  person_name: string
  /** `stc_`, or "" where a terminal or a browser did it */
  credential: string
  /** `run_`, or "" */
  run: string
  /** SHA-256 of LockInfo.ID, or "" */
  lock: string
  /** Code of the statement that was countersigned for it, or "" where the policy allowed it. */
  evidence: string
  source: string
  /** Why it was quarantined, or "". */
  why: string
  created_at: number
  /** When it was deleted, and when its data key goes. */
  deleted_at: number | null
  destroy_at: number | null
}

/** What seals the bytes, apart from what lists read. A destroyed version has no row here: its data key is gone with `head`. */
export interface StateBodyTable {
  /** `stv_`: the version that was sealed */
  version: string
  workspace: string
  /** `state` the bytes, `facts` what was read out of them (addresses, digests, findings) */
  kind: 'state' | 'facts'
  /** The envelope's head: names the key-encryption key, holds the wrapped data key. */
  head: string
  /** Id of the key-encryption key in `head`: what rotation looks for. */
  kek: string
  /** `stb_`: one sealing, whose bytes are so many of `state_piece`. */
  body: string
  pieces: number
}

/** The sealed bytes themselves (bodies.ts). Those that no `state_body` names are on their way, or were left behind. */
export interface StatePieceTable {
  body: string
  /** From 0. */
  number: number
  bytes: Uint8Array
}

export interface StateCredentialTable {
  /** `stc_` */
  id: string
  /** SHA-256 of the secret, hex. */
  secret_hash: string
  workspace_name: string
  phase: 'plan' | 'apply'
  tier: 'outputs' | 'redacted' | 'full'
  person: string
  person_name: string
  /** The terminal's key that asked for it. */
  executor: string
  /** `run_` that it is for, or "" */
  run: string
  /** `sta_` under which it was granted; of a run's, the question that its lease answered */
  request: string
  created_at: number
  expires_at: number
  revoked_at: number | null
  revoked_why: string
  last_used_at: number | null
  last_source: string
  mac: string
}

/** One question to the gate: `ref` there is this id. */
export interface StateRequestTable {
  /** `sta_` */
  id: string
  action: string
  /** The name, which may be that of a workspace that has no state yet. */
  workspace_name: string
  requester: string
  requester_name: string
  /** `stc_` or a terminal's key; "" from a browser */
  executor: string
  source: string
  /** What the same question asked again is known by: SHA-256 over credential, source, action and LockInfo.ID; "" for the API's. */
  same: string
  /** Canonical text of the subject, its digest and code. */
  subject: string
  subject_digest: string
  code: string
  decision: 'allow' | 'step-up' | 'deny'
  reasons: string
  /** The grant where the policy allowed it, or "". */
  allowed_grant: string
  created_at: number
  expires_at: number
  /** When its effect happened; it never happens again. */
  done_at: number | null
  /** JSON: what came of it (version, credential): no secrets. */
  result: string
  /** JSON: what was asked beside the statement, and what was prepared for its effect (requests.ts); null over the wire. */
  asked: string | null
  mac: string
}

export interface StateLockTable {
  /** `slk_`: of this taking, however often the same ID comes */
  id: string
  /** One row a workspace: whoever has it holds the lock. */
  workspace: string
  /** SHA-256 of LockInfo.ID, hex. */
  lock: string
  mode: 'plan' | 'write'
  /** JSON of LockInfo without its ID: the client's word. */
  info: string
  credential: string
  person: string
  person_name: string
  source: string
  request: string
  run: string
  /** Version that was current when it was taken. */
  base_version: number
  reads: number
  taken_at: number
  /** After this its writes go to quarantine. */
  cap_at: number
  mac: string
}

/** Locks that ended without their holder: a last write under one goes to quarantine. */
export interface StateLockEndedTable {
  id: string
  workspace: string
  lock: string
  credential: string
  why: 'forced' | 'revoked' | 'capped'
  ended_at: number
}

/** The right to a few GETs without a lock. */
export interface StateLeaseTable {
  /** `stl_` */
  id: string
  workspace: string
  credential: string
  source: string
  tier: 'outputs' | 'redacted' | 'full'
  request: string
  gets_left: number
  idle_at: number
  expires_at: number
  mac: string
}

/** A run whose apply was given a credential for the state: what it changes is compared with what was countersigned. */
export interface StateRunTable {
  run: string
  /** The workspace's name: it may have had no state. */
  workspace_name: string
  /** Version that was current when the credential was given; 0 where there was none. */
  base_version: number
  /** What the runs door said of its end: "" while it goes on, `applied`, or another word where the apply may be cut short. */
  ended: string
  /** When it was compared for good. */
  judged_at: number | null
}

declare module '../../platform/store/tables.ts' {
  interface Tables {
    state_workspace: StateWorkspaceTable
    state_version: StateVersionTable
    state_body: StateBodyTable
    state_piece: StatePieceTable
    state_credential: StateCredentialTable
    state_request: StateRequestTable
    state_lock: StateLockTable
    state_lock_ended: StateLockEndedTable
    state_lease: StateLeaseTable
    state_run: StateRunTable
  }
}

export const stateMigrations: Migration[] = [{ name: 'state-0001', up: first }, { name: 'state-0002-seals', up: seals }]

type Column = readonly [name: string, type: 'text' | 'bigint' | 'blob', nullable?: 'null']

async function table(db: Kysely<Tables>, name: string, key: readonly string[], columns: readonly Column[]): Promise<void> {
  let make = db.schema.createTable(name)
  for (const [column, type, nullable] of columns) make = make.addColumn(column, type, (c) => (nullable ? c : c.notNull()))
  await make.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[]).execute()
}

async function first(db: Kysely<Tables>): Promise<void> {
  await table(db, 'state_workspace', ['id'], [
    ['id', 'text'], ['name', 'text'], ['created_at', 'bigint'], ['version', 'bigint'], ['last_number', 'bigint'], ['frozen_at', 'bigint', 'null'], ['frozen_why', 'text'], ['updated_at', 'bigint'],
  ])
  await db.schema.createIndex('state_workspace_name').unique().on('state_workspace').column('name').execute()
  await table(db, 'state_version', ['id'], [
    ['id', 'text'], ['workspace', 'text'], ['number', 'bigint'], ['status', 'text'], ['origin', 'text'], ['from_number', 'bigint'], ['sealed_as', 'text'],
    ['lineage', 'text'], ['serial', 'bigint'], ['size', 'bigint'], ['digest', 'text'], ['counts', 'text'], ['person', 'text'], ['person_name', 'text'],
    ['credential', 'text'], ['run', 'text'], ['lock', 'text'], ['evidence', 'text'], ['source', 'text'], ['why', 'text'],
    ['created_at', 'bigint'], ['deleted_at', 'bigint', 'null'], ['destroy_at', 'bigint', 'null'],
  ])
  await db.schema.createIndex('state_version_number').unique().on('state_version').columns(['workspace', 'number']).execute()
  await db.schema.createIndex('state_version_sealed').on('state_version').column('sealed_as').execute()
  await db.schema.createIndex('state_version_destroy').on('state_version').column('destroy_at').execute()
  await table(db, 'state_body', ['version', 'kind'], [['version', 'text'], ['workspace', 'text'], ['kind', 'text'], ['head', 'text'], ['kek', 'text'], ['body', 'text'], ['pieces', 'bigint']])
  await db.schema.createIndex('state_body_body').on('state_body').column('body').execute()
  await table(db, 'state_piece', ['body', 'number'], [['body', 'text'], ['number', 'bigint'], ['bytes', 'blob']])
  await db.schema.createIndex('state_body_kek').on('state_body').column('kek').execute()
  await table(db, 'state_credential', ['id'], [
    ['id', 'text'], ['secret_hash', 'text'], ['workspace_name', 'text'], ['phase', 'text'], ['tier', 'text'], ['person', 'text'], ['person_name', 'text'], ['executor', 'text'],
    ['run', 'text'], ['request', 'text'], ['created_at', 'bigint'], ['expires_at', 'bigint'], ['revoked_at', 'bigint', 'null'], ['revoked_why', 'text'], ['last_used_at', 'bigint', 'null'], ['last_source', 'text'],
  ])
  await db.schema.createIndex('state_credential_person').on('state_credential').column('person').execute()
  await table(db, 'state_request', ['id'], [
    ['id', 'text'], ['action', 'text'], ['workspace_name', 'text'], ['requester', 'text'], ['requester_name', 'text'], ['executor', 'text'], ['source', 'text'], ['same', 'text'],
    ['subject', 'text'], ['subject_digest', 'text'], ['code', 'text'], ['decision', 'text'], ['reasons', 'text'], ['allowed_grant', 'text'],
    ['created_at', 'bigint'], ['expires_at', 'bigint'], ['done_at', 'bigint', 'null'], ['result', 'text'], ['asked', 'text', 'null'],
  ])
  await db.schema.createIndex('state_request_same').on('state_request').column('same').execute()
  await db.schema.createIndex('state_request_requester').on('state_request').columns(['requester', 'created_at']).execute()
  await table(db, 'state_lock', ['workspace'], [
    ['workspace', 'text'], ['lock', 'text'], ['mode', 'text'], ['info', 'text'], ['credential', 'text'], ['person', 'text'], ['person_name', 'text'], ['source', 'text'],
    ['request', 'text'], ['run', 'text'], ['base_version', 'bigint'], ['reads', 'bigint'], ['taken_at', 'bigint'], ['cap_at', 'bigint'],
  ])
  await table(db, 'state_lock_ended', ['id'], [['id', 'text'], ['workspace', 'text'], ['lock', 'text'], ['credential', 'text'], ['why', 'text'], ['ended_at', 'bigint']])
  await db.schema.createIndex('state_lock_ended_lock').on('state_lock_ended').columns(['workspace', 'lock']).execute()
  await table(db, 'state_lease', ['id'], [
    ['id', 'text'], ['workspace', 'text'], ['credential', 'text'], ['source', 'text'], ['tier', 'text'], ['request', 'text'], ['gets_left', 'bigint'], ['idle_at', 'bigint'], ['expires_at', 'bigint'],
  ])
  await table(db, 'state_run', ['run'], [['run', 'text'], ['workspace_name', 'text'], ['base_version', 'bigint'], ['ended', 'text'], ['judged_at', 'bigint', 'null']])
  await db.schema.createIndex('state_lease_credential').on('state_lease').columns(['credential', 'workspace']).execute()
}

/** A row of before has no seal, and gives nothing. */
async function seals(db: Kysely<Tables>): Promise<void> {
  for (const name of ['state_workspace', 'state_credential', 'state_request', 'state_lock', 'state_lease']) {
    await db.schema.alterTable(name).addColumn('mac', 'text', (c) => c.notNull().defaultTo('')).execute()
  }
  await db.schema.alterTable('state_lock').addColumn('id', 'text', (c) => c.notNull().defaultTo('')).execute()
}
