/**
 * The store: the one database, SQLite or PostgreSQL, behind one interface.
 *
 * Guaranteed, and tested for every implementation by test/contract/store.ts:
 * - `write` runs one unit of work, all or nothing. When it resolves, the unit is on disk; when it
 *   rejects, nothing of it is in the database. (After `storage_unavailable` from a failing commit the
 *   disk may have kept it all the same: the caller must ask again, not assume.)
 * - `read` sees one snapshot of committed units, never a part of one.
 * - Units that conflict are as if run one after another.
 * Not guaranteed: an order between units handed over at the same time.
 *
 * A unit only talks to the database. It must not wait for anything else: others queue behind it. On PostgreSQL it may run more than
 * once, when another server's unit came first (postgres/units.ts): it begins anew from what it closes over, and what it leaves outside
 * its transaction (a variable set, a message sent) must be the same after two runs as after one. `afterCommit` runs once.
 * A statement that fails dooms its unit, even if the error is caught (PostgreSQL works like that):
 * use ON CONFLICT where a conflict is an expected answer.
 */
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

export type { Migration, Tables } from './tables.ts'

export type Db = Kysely<Tables>
export type Tx = Transaction<Tables>

export interface Store {
  readonly dialect: 'sqlite' | 'postgres'
  /** A read inside a read joins it. A read inside a unit of work is refused (`nested_unit`): use the unit's own `tx`. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>
  /** A unit inside a unit is refused (`nested_unit`). Errors of `work` come back unchanged. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** How many transactions have committed units so far, where that is counted: several units may share one. */
  readonly commits?: () => number
  /** Other processes on the same database; undefined where there can be none. */
  readonly peers?: Peers
  /** Finishes what was handed over, then closes. Idempotent. */
  close(): Promise<void>
}

/** Wake-ups between the processes of one database. */
export interface Peers {
  /** Call it after the commit. Best effort: it is lost with the process. */
  tell(topic: string): void
  /** `null`: some may have been missed, so anything may have changed. Never what this process told. */
  hear(heard: (topic: string | null) => void): void
}
