/** The only SQL of the state door's rows: workspaces, versions, bodies, credentials, requests, locks, leases. */
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { newId } from '../../platform/ids.ts'
import type { Unsealed } from '../../platform/row-mac.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { StateDeps } from './ports.ts'
import { sealedTables } from './sealed-tables.ts'
import type {
  StateBodyTable, StateCredentialTable, StateLeaseTable, StateLockEndedTable, StateLockTable, StatePieceTable, StateRequestTable, StateVersionTable, StateWorkspaceTable,
} from './tables.ts'

export type WorkspaceRow = Selectable<StateWorkspaceTable>
export type VersionRow = Selectable<StateVersionTable>
export type BodyRow = Selectable<StateBodyTable>
export type PieceRow = Selectable<StatePieceTable>
export type CredentialRow = Selectable<StateCredentialTable>
export type RequestRow = Selectable<StateRequestTable>
export type LockRow = Selectable<StateLockTable>
export type LeaseRow = Selectable<StateLeaseTable>
export type EndedLockRow = Selectable<StateLockEndedTable>

type Sealing = Pick<StateDeps, 'rowMacs'>

// Workspaces

export async function workspaceNamed(db: Db | Tx, name: string): Promise<WorkspaceRow | null> {
  return (await db.selectFrom('state_workspace').selectAll().where('name', '=', name).executeTakeFirst()) ?? null
}

export async function findWorkspace(db: Db | Tx, id: string): Promise<WorkspaceRow | null> {
  return (await db.selectFrom('state_workspace').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

/** The row of this name, made where there is none yet: two that make it at the same moment get the same one. */
export async function ensureWorkspace({ rowMacs, clock, random }: Pick<StateDeps, 'rowMacs' | 'clock' | 'random'>, tx: Tx, name: string): Promise<WorkspaceRow> {
  const now = clock.now()
  const row = { id: newId('sws', clock, random), name, created_at: now, version: 0, last_number: 0, frozen_at: null, frozen_why: '', updated_at: now }
  await tx.insertInto('state_workspace').values(rowMacs.seal(sealedTables.workspace, row)).onConflict((c) => c.doNothing()).execute()
  return tx.selectFrom('state_workspace').selectAll().where('name', '=', name).executeTakeFirstOrThrow()
}

export async function updateWorkspace(tx: Tx, id: string, set: Partial<WorkspaceRow>): Promise<void> {
  await tx.updateTable('state_workspace').set(set).where('id', '=', id).execute()
}

// Versions and their sealed bytes

export async function versionNumbered(db: Db | Tx, workspace: string, number: number): Promise<VersionRow | null> {
  return (await db.selectFrom('state_version').selectAll().where('workspace', '=', workspace).where('number', '=', number).executeTakeFirst()) ?? null
}

export async function insertVersion(tx: Tx, row: VersionRow): Promise<void> {
  await tx.insertInto('state_version').values(row).execute()
}

/** @returns false when it has another status than one of `from` by now. */
export async function updateVersion(tx: Tx, id: string, from: readonly VersionRow['status'][], set: Partial<VersionRow>): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('state_version').set(set).where('id', '=', id).where('status', 'in', [...from]).executeTakeFirst()
  return numUpdatedRows === 1n
}

/** @returns false when there is one already */
export async function insertBody(tx: Tx, row: BodyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.insertInto('state_body').values(row).onConflict((c) => c.doNothing()).executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export async function bodyOf(db: Db | Tx, sealedAs: string, kind: BodyRow['kind']): Promise<BodyRow | null> {
  return (await db.selectFrom('state_body').selectAll().where('version', '=', sealedAs).where('kind', '=', kind).executeTakeFirst()) ?? null
}

export async function insertPiece(tx: Tx, row: PieceRow): Promise<void> {
  await tx.insertInto('state_piece').values(row).execute()
}

export async function pieceOf(db: Db | Tx, body: string, number: number): Promise<Uint8Array | null> {
  return (await db.selectFrom('state_piece').select('bytes').where('body', '=', body).where('number', '=', number).executeTakeFirst())?.bytes ?? null
}

export async function deletePieces(tx: Tx, body: string): Promise<void> {
  await tx.deleteFrom('state_piece').where('body', '=', body).execute()
}

/** Of all kinds. */
export async function deleteBodies(tx: Tx, version: string): Promise<void> {
  for (const { body } of await tx.selectFrom('state_body').select('body').where('version', '=', version).execute()) await deletePieces(tx, body)
  await tx.deleteFrom('state_body').where('version', '=', version).execute()
}

/** What was read of the bytes, in every version that has them. */
export async function addCounts(tx: Tx, sealedAs: string, counts: object): Promise<void> {
  for (const row of await tx.selectFrom('state_version').select(['id', 'counts']).where('sealed_as', '=', sealedAs).execute()) {
    await tx.updateTable('state_version').set({ counts: JSON.stringify({ ...(JSON.parse(row.counts) as object), ...counts }) }).where('id', '=', row.id).execute()
  }
}

/** Quarantined versions that came under one lock: what a last write sent again, or again and again, is compared and counted with. */
export async function quarantinedUnder(db: Db | Tx, workspace: string, lock: string): Promise<{ number: number; digest: string }[]> {
  return db.selectFrom('state_version').select(['number', 'digest']).where('workspace', '=', workspace).where('lock', '=', lock).where('status', '=', 'quarantined').execute()
}

/** Whether these very bytes were a version here before: what a client encrypted cannot be given another serial (serial.ts). */
export async function wasWritten(db: Db | Tx, workspace: string, digest: string): Promise<boolean> {
  const row = await db.selectFrom('state_version').select('id').where('workspace', '=', workspace).where('digest', '=', digest).where('status', '!=', 'quarantined').limit(1).executeTakeFirst()
  return row !== undefined
}

// Credentials

export async function findCredential(db: Db | Tx, id: string): Promise<CredentialRow | null> {
  return (await db.selectFrom('state_credential').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

export async function updateCredential(tx: Tx, id: string, set: Partial<CredentialRow>): Promise<void> {
  await tx.updateTable('state_credential').set(set).where('id', '=', id).execute()
}

// Questions to the gate

export async function findRequest(db: Db | Tx, id: string): Promise<RequestRow | null> {
  return (await db.selectFrom('state_request').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

/** The question that is known by this: the newest one that has not had its effect, else the newest that has. "" is never looked for. */
export async function sameRequest(db: Db | Tx, same: string): Promise<RequestRow | null> {
  if (same === '') return null
  return (await db.selectFrom('state_request').selectAll().where('same', '=', same)
    .orderBy(sql`case when done_at is null then 0 else 1 end`).orderBy('created_at', 'desc').orderBy('id', 'desc').executeTakeFirst()) ?? null
}

/** Whether the question that is known by this had its effect: it may have been asked more than once, where something else changed first. */
export async function wasDone(db: Db | Tx, same: string): Promise<boolean> {
  return (await db.selectFrom('state_request').select('id').where('same', '=', same).where('done_at', 'is not', null).limit(1).executeTakeFirst()) !== undefined
}

/** The newest one of this action and client that had its effect since then. */
export async function doneSince(db: Db | Tx, of: { action: string; name: string; executor: string; source: string; since: number }): Promise<RequestRow | null> {
  return (await db.selectFrom('state_request').selectAll().where('workspace_name', '=', of.name).where('action', '=', of.action).where('executor', '=', of.executor)
    .where('source', '=', of.source).where('done_at', '>=', of.since).orderBy('done_at', 'desc').limit(1).executeTakeFirst()) ?? null
}

export async function insertRequest({ rowMacs }: Sealing, tx: Tx, row: Unsealed<RequestRow>): Promise<RequestRow> {
  const sealed = rowMacs.seal(sealedTables.request, row)
  await tx.insertInto('state_request').values(sealed).execute()
  return sealed
}

/** Its effect happens now, and never again. @returns false when it has happened before. */
export async function finishRequest(tx: Tx, id: string, at: number, result: object): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('state_request').set({ done_at: at, result: JSON.stringify(result) }).where('id', '=', id).where('done_at', 'is', null).executeTakeFirst()
  return numUpdatedRows === 1n
}

// Locks

export async function lockOf(db: Db | Tx, workspace: string): Promise<LockRow | null> {
  return (await db.selectFrom('state_lock').selectAll().where('workspace', '=', workspace).executeTakeFirst()) ?? null
}

/** Under the unique key of the workspace. @returns false when somebody has it, also since this very moment. */
export async function insertLock({ rowMacs }: Sealing, tx: Tx, row: Unsealed<LockRow>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.insertInto('state_lock').values(rowMacs.seal(sealedTables.lock, row)).onConflict((c) => c.doNothing()).executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export async function deleteLock(tx: Tx, workspace: string, lock: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('state_lock').where('workspace', '=', workspace).where('lock', '=', lock).executeTakeFirst()
  return numDeletedRows === 1n
}

/** One of the reads that a lock is good for. */
export async function countLockRead({ rowMacs }: Sealing, tx: Tx, lock: LockRow): Promise<void> {
  const { reads, mac } = rowMacs.seal(sealedTables.lock, { ...lock, reads: lock.reads + 1 })
  await tx.updateTable('state_lock').set({ reads, mac }).where('workspace', '=', lock.workspace).where('id', '=', lock.id).execute()
}

export async function endedLock(db: Db | Tx, workspace: string, lock: string, credential: string): Promise<EndedLockRow | null> {
  return (await db.selectFrom('state_lock_ended').selectAll().where('workspace', '=', workspace).where('lock', '=', lock).where('credential', '=', credential).executeTakeFirst()) ?? null
}

export async function insertEndedLock(tx: Tx, row: EndedLockRow): Promise<void> {
  await tx.insertInto('state_lock_ended').values(row).execute()
}

// Reading leases

export async function leasesOf(db: Db | Tx, of: { workspace: string; credential: string; source: string; now: number }): Promise<LeaseRow[]> {
  return db.selectFrom('state_lease').selectAll().where('credential', '=', of.credential).where('workspace', '=', of.workspace).where('source', '=', of.source)
    .where('gets_left', '>', 0).where('idle_at', '>', of.now).where('expires_at', '>', of.now).orderBy('expires_at', 'desc').execute()
}

export async function insertLease({ rowMacs }: Sealing, tx: Tx, row: Unsealed<LeaseRow>): Promise<void> {
  await tx.insertInto('state_lease').values(rowMacs.seal(sealedTables.lease, row)).execute()
}

/** One of its GETs. */
export async function useLease({ rowMacs }: Sealing, tx: Tx, lease: LeaseRow, idleAt: number): Promise<LeaseRow> {
  const used = rowMacs.seal(sealedTables.lease, { ...lease, gets_left: lease.gets_left - 1, idle_at: idleAt })
  await tx.updateTable('state_lease').set({ gets_left: used.gets_left, idle_at: used.idle_at, mac: used.mac }).where('id', '=', lease.id).execute()
  return used
}

/** @returns those that were good for something yet */
export async function deleteLeases(tx: Tx, workspace: string): Promise<LeaseRow[]> {
  const rows = await tx.selectFrom('state_lease').selectAll().where('workspace', '=', workspace).where('gets_left', '>', 0).execute()
  await tx.deleteFrom('state_lease').where('workspace', '=', workspace).execute()
  return rows
}
