/** Who this installation is: an instance and the one organisation in it. Made once; both are in everything that is signed. */
import type { Clock } from './clock.ts'
import { newId } from './ids.ts'
import type { Random } from './random.ts'
import type { Migration, Store } from './store/store.ts'

export interface InstanceTable {
  /** Always 1: there is one. */
  id: number
  instance: string
  org: string
  created_at: number
}

declare module './store/tables.ts' {
  interface Tables {
    platform_instance: InstanceTable
  }
}

export type Instance = { instance: string; org: string }

export const platformMigrations: Migration[] = [{
  name: 'platform_0001_instance',
  up: async (db) => {
    await db.schema
      .createTable('platform_instance')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('org', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}]

export async function loadInstance(store: Store, clock: Clock, random: Random): Promise<Instance> {
  const load = () => store.read((db) => db.selectFrom('platform_instance').select(['instance', 'org']).executeTakeFirst())
  const found = await load()
  if (found !== undefined) return found
  const made = { id: 1, instance: newId('ins', clock, random), org: newId('org', clock, random), created_at: clock.now() }
  await store.write((tx) => tx.insertInto('platform_instance').values(made).onConflict((on) => on.doNothing()).execute())
  return (await load()) ?? { instance: made.instance, org: made.org }
}
