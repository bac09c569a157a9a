/**
 * Work in the background that several servers of one database would otherwise each do: one of them holds the lease, renews it while it
 * lives, and gives it back when it ends. It is for doing things once, not for being right: a server that was stopped for longer than its
 * lease and goes on does what another has begun, so everything that is done under one must bear being done twice.
 */
import type { Clock } from './clock.ts'
import type { Migration, Store } from './store/store.ts'

export interface LeaseTable {
  name: string
  /** A server's id; "" when it was given back. */
  holder: string
  until: number
}

declare module './store/tables.ts' {
  interface Tables {
    platform_lease: LeaseTable
  }
}

export const leaseMigrations: Migration[] = [{
  name: 'platform_0005_leases',
  up: async (db) => {
    await db.schema
      .createTable('platform_lease')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('holder', 'text', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute()
  },
}]

export interface Lease {
  /** Takes it, or renews it; false while another server holds it. */
  take(): Promise<boolean>
  giveBack(): Promise<void>
}

export function createLease(deps: { store: Store; clock: Clock; server: string }, name: string, lastsMs: number): Lease {
  const { store, clock, server } = deps
  return {
    take: () => store.write(async (tx) => {
      const now = clock.now()
      await tx.insertInto('platform_lease').values({ name, holder: '', until: 0 }).onConflict((on) => on.doNothing()).execute()
      const { numUpdatedRows } = await tx.updateTable('platform_lease').set({ holder: server, until: now + lastsMs })
        .where('name', '=', name).where((e) => e.or([e('holder', '=', server), e('until', '<=', now)])).executeTakeFirst()
      return numUpdatedRows === 1n
    }),
    async giveBack() {
      await store.write((tx) => tx.updateTable('platform_lease').set({ holder: '', until: 0 }).where('name', '=', name).where('holder', '=', server).execute())
    },
  }
}
