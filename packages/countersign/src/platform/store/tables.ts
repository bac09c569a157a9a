/**
 * Every table of the database by name. Empty here: each room adds its own, beside its migrations:
 *
 *     declare module '../platform/store/tables.ts' {
 *       interface Tables { ledger_leaf: LedgerLeafTable }
 *     }
 *
 * Columns are text, integer (times in milliseconds, booleans as 0 and 1) or blob: what SQLite and
 * PostgreSQL both have. On PostgreSQL `integer` will be compiled to bigint and `blob` to bytea.
 */
import type { Kysely } from 'kysely'

export interface Tables {}

/**
 * One step of the schema. `up` issues the same statements whatever the database holds (move data with
 * INSERT ... SELECT), so that their digest can be recorded and checked at every start. A migration that
 * has been released is never edited: write another. Names are unique: `room_0001_what`.
 */
export type Migration = { name: string; up(db: Kysely<Tables>): Promise<void> }
