/**
 * The servers on one database, each with a row of its own that it writes anew now and then. That it can is what readiness means: the disk
 * takes what is written, and nobody else's row is touched. Nothing rests on who is listed here.
 */
import type { Random } from './random.ts'
import type { Migration, Store } from './store/store.ts'

/** One row: the latest time that any server of this database has seen. A server that starts does not begin before it. */
export interface HighestTimeTable {
  id: number
  at: number
}

export interface ServerTable {
  /** Random: made at the start of a process. */
  id: string
  seen_at: number
}

declare module './store/tables.ts' {
  interface Tables {
    platform_server: ServerTable
    platform_time: HighestTimeTable
  }
}

export const serverMigrations: Migration[] = [{
  name: 'platform_0002_servers',
  up: async (db) => {
    await db.schema
      .createTable('platform_server')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}, {
  name: 'platform_0004_time',
  up: async (db) => {
    await db.schema
      .createTable('platform_time')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute()
  },
}]

/** What is known of the time from before: ms, 0 for nothing. */
export async function highestTime(store: Store): Promise<number> {
  return (await store.read((db) => db.selectFrom('platform_time').select('at').where('id', '=', 1).executeTakeFirst()))?.at ?? 0
}

const FORGOTTEN_MS = 3_600_000

export const newServerId = (random: Random): string => Buffer.from(random.bytes(12)).toString('hex')

/** Says that this server is there; those that have been silent for an hour are forgotten. */
export async function pulse(store: Store, id: string, now: number): Promise<void> {
  await store.write(async (tx) => {
    await tx.insertInto('platform_server').values({ id, seen_at: now }).onConflict((on) => on.column('id').doUpdateSet({ seen_at: now })).execute()
    await tx.insertInto('platform_time').values({ id: 1, at: now })
      .onConflict((on) => on.column('id').doUpdateSet({ at: now }).where('platform_time.at', '<', now)).execute()
    await tx.deleteFrom('platform_server').where('seen_at', '<', now - FORGOTTEN_MS).execute()
  })
}
