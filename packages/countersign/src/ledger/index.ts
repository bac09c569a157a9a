/**
 * The ledger: an append-only Merkle tree (RFC 6962) of everything that was decided and done.
 *
 * Guaranteed: a leaf is in the database exactly when the effect it speaks of is (same transaction); a
 * checkpoint covers committed leaves only, is durable in the folder and in the database before anyone
 * sees it, and is never signed over a history that contradicts an earlier one of ours.
 * Not guaranteed: that whoever holds the key and the folder has not written another history. Checkpoints
 * that left the host (statements, CLIs, evidence) show that.
 */
import type { JsonObject } from '../platform/json.ts'
import type { Db, Tx } from '../platform/store/store.ts'

export interface Ledger {
  /** Origin of the checkpoints: `countersign/<instance>`. */
  readonly origin: string
  /** C2SP vkey of the signing key. */
  readonly vkey: string
  /**
   * In the transaction of the effect. The leaf is placed at the end of the unit of work: `index` may be
   * read when `store.write` has resolved, not before (it throws).
   */
  append(tx: Tx, entry: NewEntry): Promise<{ readonly index: number }>
  /** Covers every leaf that was committed before the call. Callers at the same time share one signature. */
  checkpoint(): Promise<Checkpoint>
  /** Sibling hashes (hex) of leaf `index` in the tree of `size` leaves, lowest first. */
  inclusion(index: number, size: number): Promise<string[]>
  consistency(from: number, to: number): Promise<string[]>
  /** At most 1,000 at a time, in order. */
  entries(from: number, limit: number): Promise<Entry[]>
  /** Entries that carry this id, in order. */
  find(id: { key: string; value: string }): Promise<Entry[]>
  /** The last entry of a type: what a table must agree with at the start. */
  newest(type: `${string}.${string}`): Promise<Entry | null>
  /** The last entry that carries this id, as the caller's snapshot sees it: what a row must agree with before it is believed. */
  newestOf(db: Db | Tx, id: { key: string; value: string }): Promise<Entry | null>
  /** Entries of one type that carry this id, newest first, below the index `before`. */
  latest(db: Db | Tx, id: { key: string; value: string }, page: { type: `${string}.${string}`; before: number; limit: number }): Promise<Entry[]>
}

export type NewEntry = { type: string; ids: Record<string, string>; details: JsonObject }
/** `leaf` and `details` are canonical text, `salt` is base64url; salt "" and details null when they were erased. */
export type Entry = { index: number; leaf: string; salt: string; details: string | null }
/** `root` is hex; `note` is the signed note (C2SP tlog-checkpoint). */
export type Checkpoint = { note: string; size: number; root: string }

export { openLedger, type LedgerOptions } from './open.ts'
export type { Seen } from './facts.ts'
export type { Accepted } from './older.ts'
export type { Reconciled } from './reconcile.ts'
export { LedgerError, startCases, type LedgerErrorCode, type StartCode } from './errors.ts'
export { ledgerMigrations } from './tables.ts'
export { auditVerify, type Audit, type AuditProblem } from './audit.ts'
export { findEntries, type Found, type FoundEntry, type Page, type Reader, type Wanted } from './search/find.ts'
export { proveLeaves } from './search/prove.ts'
