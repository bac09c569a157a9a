/**
 * What was done to a database as a whole, kept in it: restored from a backup, moved here from another database, moved away to one. A
 * server that starts reads this before anything else: it does not serve what is half copied or what lives on elsewhere, and what was
 * restored it first makes harmless (voiding.ts).
 */
import type { Accepted } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Migration, Store, Tx } from '../../platform/store/store.ts'
import { UpkeepError } from './errors.ts'

export type MarkName = 'restored' | 'moved-here' | 'moved-away'
/** `unfinished`: rows may be missing. `waiting`: the next start has to settle it. `settled`: the owners are not told yet. `done`: kept for who looks. */
export type MarkState = 'unfinished' | 'waiting' | 'settled' | 'done'

export interface MarkTable {
  name: string
  state: string
  /** JSON. */
  details: string
  at: number
}

declare module '../../platform/store/tables.ts' {
  interface Tables {
    platform_mark: MarkTable
  }
}

export const markMigrations: Migration[] = [{
  name: 'platform_0006_marks',
  up: async (db) => {
    await db.schema
      .createTable('platform_mark')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('details', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute()
  },
}]

export type Details = Record<string, string | number>
export type Mark = { name: MarkName; state: MarkState; details: Details; at: number }

export async function setMark(tx: Tx, { name, state, details, at }: Mark): Promise<void> {
  const row = { state, details: JSON.stringify(details), at }
  await tx.insertInto('platform_mark').values({ name, ...row }).onConflict((on) => on.column('name').doUpdateSet(row)).execute()
}

export async function marksOf(store: Pick<Store, 'read'>): Promise<Mark[]> {
  const rows = await store.read((db) => db.selectFrom('platform_mark').selectAll().orderBy('name').execute())
  return rows.map((row) => ({ name: row.name as MarkName, state: row.state as MarkState, details: JSON.parse(row.details) as Details, at: row.at }))
}

export const isWaiting = (mark: Mark): boolean => mark.state === 'waiting'

/** @throws UpkeepError `restore_unfinished`, `database_moved` */
export async function refuseUnusable(store: Pick<Store, 'read'>): Promise<void> {
  const marks = await marksOf(store)
  const half = marks.find(({ state }) => state === 'unfinished')
  if (half?.name === 'restored') throw new UpkeepError('restore_unfinished', 'Restoring a backup into this database was begun and not finished.', 'Delete the data folder, or drop the database, that it was restored into, and restore again.')
  if (half !== undefined) throw new UpkeepError('restore_unfinished', 'Moving into this database was begun and not finished.', 'Go on where it stopped with the same: countersign db move')
  const away = marks.find(({ name }) => name === 'moved-away')
  if (away === undefined) return
  throw new UpkeepError(
    'database_moved', `What was in this database was moved to ${String(away.details['to'])} on ${new Date(away.at).toISOString()}; this one was left as it was then.`,
    'Start with --database-url. To come back after working there, make a backup of it and restore that. If nobody has worked there since: countersign db move --back',
  )
}

/** An older database that the host goes on with is settled as a restored one. */
export async function markAccepted(store: Pick<Store, 'write'>, clock: Clock, { leaves, root, seen }: Accepted): Promise<void> {
  const newest = seen.reduce((best, one) => (one.size > best.size ? one : best), { where: '', size: 0, root: '' })
  const details = { accepted: 'an older database', leaves, root, seenSize: newest.size, seenRoot: newest.root, seenAt: newest.where }
  await store.write((tx) => setMark(tx, { name: 'restored', state: 'waiting', details, at: clock.now() }))
}
