/** The SQL of what is asked, listed and swept; what locks and writes need stands in store.ts. */
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Unsealed } from '../../platform/row-mac.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { StateDeps } from './ports.ts'
import { sealedTables } from './sealed-tables.ts'
import type { CredentialRow, RequestRow, VersionRow, WorkspaceRow } from './store.ts'
import type { StateRunTable } from './tables.ts'

export type RunRow = Selectable<StateRunTable>

// Requests

/** Newest first: what may still be answered or redeemed. */
export async function openRequestsOf(db: Db | Tx, person: string, now: number): Promise<RequestRow[]> {
  return db.selectFrom('state_request').selectAll().where('requester', '=', person).where('done_at', 'is', null).where('decision', '!=', 'deny')
    .where('created_at', '>', now - 86_400_000).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(50).execute()
}

// Credentials

export async function insertCredential({ rowMacs }: Pick<StateDeps, 'rowMacs'>, tx: Tx, row: Unsealed<CredentialRow>): Promise<CredentialRow> {
  const sealed = rowMacs.seal(sealedTables.credential, row)
  await tx.insertInto('state_credential').values(sealed).execute()
  return sealed
}

export async function credentialsOf(db: Db | Tx, of: { person?: string; scopes?: readonly string[] }): Promise<CredentialRow[]> {
  let query = db.selectFrom('state_credential').selectAll()
  if (of.person !== undefined) query = query.where('person', '=', of.person)
  if (of.scopes !== undefined) query = query.where(within('workspace_name', of.scopes))
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(200).execute()
}

/** Ends those that still work. @returns their ids */
export async function revokeCredentials(tx: Tx, of: { id?: string; person?: string; executor?: string }, now: number, why: string): Promise<CredentialRow[]> {
  let query = tx.selectFrom('state_credential').selectAll().where('revoked_at', 'is', null).where('expires_at', '>', now)
  if (of.id !== undefined) query = query.where('id', '=', of.id)
  if (of.person !== undefined) query = query.where('person', '=', of.person)
  if (of.executor !== undefined) query = query.where('executor', '=', of.executor)
  const rows = await query.execute()
  for (const { id } of rows) await tx.updateTable('state_credential').set({ revoked_at: now, revoked_why: why }).where('id', '=', id).execute()
  return rows
}

export async function credentialOfRun(db: Db | Tx, run: string): Promise<CredentialRow | null> {
  return (await db.selectFrom('state_credential').selectAll().where('run', '=', run).executeTakeFirst()) ?? null
}

// Workspaces and versions

/** By name; of those that lie within one of the scopes: "" is all of them. */
export async function workspacesWithin(db: Db | Tx, scopes: readonly string[]): Promise<WorkspaceRow[]> {
  return db.selectFrom('state_workspace').selectAll().where('last_number', '>', 0).where(within('name', scopes)).orderBy('name').limit(2000).execute()
}

/** Names within a scope: the scope itself, or what begins with it and a slash. */
function within(column: 'name' | 'workspace_name', scopes: readonly string[]) {
  const parts = scopes.map((scope) => (scope === '' ? sql<boolean>`1 = 1` : sql<boolean>`(${sql.ref(column)} = ${scope} or substr(${sql.ref(column)}, 1, ${sql.lit(scope.length + 1)}) = ${`${scope}/`})`))
  return parts.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`(${sql.join(parts, sql` or `)})`
}

export async function versionsPage(db: Db | Tx, workspace: string, page: { before: number; limit: number }): Promise<VersionRow[]> {
  return db.selectFrom('state_version').selectAll().where('workspace', '=', workspace).where('number', '<', page.before).orderBy('number', 'desc').limit(page.limit).execute()
}

export async function versionsWith(db: Db | Tx, workspace: string, status: readonly VersionRow['status'][]): Promise<VersionRow[]> {
  return db.selectFrom('state_version').selectAll().where('workspace', '=', workspace).where('status', 'in', [...status]).orderBy('number', 'desc').execute()
}

/** Lineage and serial of everything that was current once: a serial that comes again has to be above these. */
export async function serialsOf(db: Db | Tx, workspace: string): Promise<{ lineage: string; serial: number }[]> {
  const rows = await db.selectFrom('state_version').select((e) => ['lineage', e.fn.max('serial').as('serial')]).where('workspace', '=', workspace)
    .where('status', 'in', ['kept', 'deleted', 'destroyed']).groupBy('lineage').execute()
  return rows
}

/** The newest that was current once, where nothing is any more. */
export async function lastCurrent(db: Db | Tx, workspace: string): Promise<VersionRow | null> {
  const row = await db.selectFrom('state_version').selectAll().where('workspace', '=', workspace).where('status', 'in', ['deleted', 'destroyed']).where('why', '=', '').where('deleted_at', 'is not', null)
    .orderBy('deleted_at', 'desc').orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row ?? null
}

export async function countQuarantined(db: Db | Tx, workspace: string): Promise<number> {
  const { count } = await db.selectFrom('state_version').select((e) => e.fn.countAll().as('count')).where('workspace', '=', workspace).where('status', '=', 'quarantined').executeTakeFirstOrThrow()
  return Number(count)
}

// Runs

export async function insertRun(tx: Tx, row: RunRow): Promise<void> {
  await tx.insertInto('state_run').values(row).onConflict((c) => c.doNothing()).execute()
}

export async function stateRun(db: Db | Tx, run: string): Promise<RunRow | null> {
  return (await db.selectFrom('state_run').selectAll().where('run', '=', run).executeTakeFirst()) ?? null
}

export async function updateStateRun(tx: Tx, run: string, set: Partial<RunRow>): Promise<void> {
  await tx.updateTable('state_run').set(set).where('run', '=', run).execute()
}

/** Over, and not compared for good. */
export async function endedRuns(db: Db | Tx): Promise<RunRow[]> {
  return db.selectFrom('state_run').selectAll().where('judged_at', 'is', null).where('ended', '!=', '').orderBy('run').limit(50).execute()
}

/** What a run wrote that became current, oldest first. */
export async function versionsOfRun(db: Db | Tx, workspace: string, run: string): Promise<VersionRow[]> {
  return db.selectFrom('state_version').selectAll().where('workspace', '=', workspace).where('run', '=', run).where('origin', '=', 'write')
    .where('status', 'in', ['kept', 'deleted']).orderBy('number').execute()
}
