/**
 * What a restore makes void, before the first request, with the leaf that says so.
 *
 * The adversary has an old backup, or waits for one to be restored: everything in it that was good once and has been used, ended or revoked
 * since would be good again. A grant that was consumed is open, a code is unused, a session that was ended lives, a call that was carried
 * out is unknown. So whatever is worth something by itself ends here: it is asked for anew. What a person is and has (directory, keys,
 * roles, passwords, apps) cannot be told from what it was: it is as in the backup, and the operator goes through what changed since.
 *
 * Each table is named with what becomes of it; a test holds the list against the schema, so that a new table is thought about.
 */
import { sql, type RawBuilder } from 'kysely'
import { wallOf, type Clock } from '../../platform/clock.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { Db, Tables, Tx } from '../../platform/store/store.ts'
import { stepAt } from '../../identity/index.ts'

type Deps = { ledger: Pick<Ledger, 'append'>; clock: Clock }
type Voided = 'grants' | 'challenges' | 'ceremonies' | 'sessions' | 'terminals' | 'links' | 'recoveryCodes' | 'codes' | 'stateCredentials' | 'stateLeases' | 'calls'
/** How many of each are worth something now; 0 is left out. */
export type VoidedCounts = Partial<Record<Voided, number>>

const WHY = 'the database was restored from a backup'

/** `kept`: as it was in the backup. The others: under which name what ended is counted. */
export const fates: Readonly<Record<string, 'kept' | 'forgotten' | Voided>> = {
  platform_migration: 'kept', platform_mark: 'kept', platform_instance: 'kept', platform_time: 'kept', platform_server: 'forgotten', platform_lease: 'forgotten', once_call: 'calls',
  ledger_leaf: 'kept', ledger_details: 'kept', ledger_id: 'kept', ledger_fact: 'kept', ledger_node: 'kept', ledger_head: 'kept', ledger_checkpoint: 'kept', ledger_key: 'kept', checkpoint_place: 'kept',
  directory_entry: 'kept', authenticator: 'kept', person_profile: 'kept', password: 'kept', totp_authenticator: 'kept', code_attempt: 'kept',
  setup_token: 'links', host_recovery_token: 'links', invitation: 'links', pending_key: 'links', ceremony: 'ceremonies', session: 'sessions', terminal_token: 'terminals',
  oidc_record: 'forgotten', dpop_proof: 'kept', totp_step: 'codes', recovery_code: 'recoveryCodes',
  gate_challenge: 'challenges', gate_ceremony: 'ceremonies', gate_countersignature: 'kept', gate_grant: 'grants',
  notice: 'kept', notice_delivery: 'kept', run: 'kept', run_plan: 'kept', run_plan_piece: 'kept', run_plan_consumed: 'kept', run_workspace: 'kept', policy_version: 'kept', policy_change: 'kept',
  // A lock stays with its workspace: whoever held it has lost the credential, so that a last write goes to quarantine and a person decides.
  state_workspace: 'kept', state_version: 'kept', state_body: 'kept', state_piece: 'kept', state_request: 'kept', state_lock: 'kept', state_lock_ended: 'kept', state_run: 'kept',
  state_credential: 'stateCredentials', state_lease: 'stateLeases',
}

const openGrants = (tx: Tx) => tx.selectFrom('gate_grant').where('status', '=', 'open')
const openChallenges = (tx: Tx) => tx.selectFrom('gate_challenge').where('status', '=', 'waiting')

/** What is counted, and in which rows it is worth something. */
const worth: readonly (readonly [Voided, keyof Tables, RawBuilder<unknown>])[] = [
  ['grants', 'gate_grant', sql`status = 'open'`],
  ['challenges', 'gate_challenge', sql`status = 'waiting'`],
  ['sessions', 'session', sql`ended_at is null`],
  ['terminals', 'terminal_token', sql`ended_at is null`],
  ['links', 'invitation', sql`ended_at is null`],
  ['codes', 'totp_authenticator', sql`revoked_at is null`],
  ['recoveryCodes', 'recovery_code', sql`used_at is null`],
  ['stateCredentials', 'state_credential', sql`revoked_at is null`],
  ['stateLeases', 'state_lease', sql`1 = 1`],
  ['calls', 'once_call', sql`1 = 1`],
]

/** Of a database of today's schema. */
export async function countVoidable(db: Db | Tx): Promise<VoidedCounts> {
  const counts: VoidedCounts = {}
  for (const [name, table, where] of worth) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)} where ${where}`.execute(db)
    if (Number(rows[0]?.count) > 0) counts[name] = Number(rows[0]?.count)
  }
  return counts
}

/** In one unit with its leaf: a crash leaves both or neither, and nothing is served before. */
export async function voidEverything(tx: Tx, deps: Deps): Promise<VoidedCounts> {
  const counts = await countVoidable(tx)
  const now = deps.clock.now()
  await voidGate(tx, deps, now)
  await endSignIns(tx, now)
  await useCodes(tx, deps.clock)
  await endStateCredentials(tx, deps, now)
  await tx.deleteFrom('state_lease').execute()
  await tx.deleteFrom('once_call').execute()
  await tx.deleteFrom('platform_lease').execute()
  await tx.deleteFrom('platform_server').execute()
  return counts
}

/** With a leaf each: a row that says otherwise afterwards is not believed. */
async function endStateCredentials(tx: Tx, { ledger }: Deps, now: number): Promise<void> {
  const live = tx.selectFrom('state_credential').select(['id', 'person', 'workspace_name']).where('revoked_at', 'is', null).where('expires_at', '>', now)
  for (const { id, person, workspace_name: workspace } of await live.execute()) {
    await ledger.append(tx, { type: 'state.credential-revoked', ids: { person, credential: id, ended: id }, details: { workspace, why: WHY } })
  }
  await tx.updateTable('state_credential').set({ revoked_at: now, revoked_why: WHY }).where('revoked_at', 'is', null).execute()
}

/** Each a leaf of its own, as when it ends otherwise: whoever looks for what became of a grant finds it. */
async function voidGate(tx: Tx, { ledger }: Deps, now: number): Promise<void> {
  for (const row of await openChallenges(tx).select(['id', 'ref', 'subject_digest']).execute()) {
    await ledger.append(tx, { type: 'gate.cancelled', ids: { ref: row.ref, challenge: row.id }, details: { challenge: row.id, subjectDigest: row.subject_digest, why: WHY } })
  }
  for (const row of await openGrants(tx).select(['id', 'ref', 'subject_digest']).execute()) {
    await ledger.append(tx, { type: 'gate.voided', ids: { grant: row.id, ref: row.ref }, details: { grant: row.id, subjectDigest: row.subject_digest, why: WHY } })
  }
  await tx.updateTable('gate_challenge').set({ status: 'cancelled', decided_at: now }).where('status', '=', 'waiting').execute()
  await tx.updateTable('gate_grant').set({ status: 'void', ended_at: now, ended_why: WHY }).where('status', '=', 'open').execute()
  await tx.deleteFrom('gate_ceremony').where('used_at', 'is', null).execute()
}

async function endSignIns(tx: Tx, now: number): Promise<void> {
  await tx.updateTable('session').set({ ended_at: now, ended_why: WHY }).where('ended_at', 'is', null).execute()
  await tx.updateTable('terminal_token').set({ ended_at: now, ended_why: WHY }).where('ended_at', 'is', null).execute()
  await tx.updateTable('invitation').set({ ended_at: now }).where('ended_at', 'is', null).execute()
  await tx.updateTable('pending_key').set({ ended_at: now, ended_why: WHY }).where('ended_at', 'is', null).execute()
  for (const table of ['oidc_record', 'ceremony', 'setup_token', 'host_recovery_token'] as const) await tx.deleteFrom(table).execute()
}

/** No code that an app has shown until now is taken, and one that it shows ahead of the clock neither: the window reaches one step either way. */
async function useCodes(tx: Tx, clock: Clock): Promise<void> {
  const step = stepAt(wallOf(clock)) + 1
  const people = new Set((await tx.selectFrom('totp_authenticator').select('person').distinct().execute()).map(({ person }) => person))
  for (const person of people) {
    await tx.insertInto('totp_step').values({ person, last_step: step })
      .onConflict((conflict) => conflict.column('person').doUpdateSet({ last_step: step }).where('totp_step.last_step', '<', step)).execute()
  }
  await tx.updateTable('recovery_code').set({ used_at: clock.now() }).where('used_at', 'is', null).execute()
}
