/** What a database is, without changing it and whatever version made it. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { existingFolder } from '../../platform/folder.ts'
import { DATABASE } from '../../platform/store/data-folder.ts'
import { compareSchema, type MigrationTable, type Schema } from '../../platform/store/migrate.ts'
import { openStore, tongueOf } from '../../platform/store/open.ts'
import type { Store } from '../../platform/store/store.ts'
import type { Upkeep } from './create.ts'
import { marksOf, type Mark } from './marks.ts'

export type Status = {
  dialect: Store['dialect']
  /** Bytes on the disk. */
  size: number
  schema: Schema
  instance: string | null
  leaves: number | null
  root: string | null
  /** The newest one of the database, and the size that the newest one in the folder covers. */
  checkpoint: { size: number; root: string } | null
  inFolder: number | null
  marks: Mark[]
}

export async function statusOf({ dataDir, databaseUrl, migrations }: Upkeep): Promise<Status> {
  const store = await openStore({ dataDir, databaseUrl, migrations, readOnly: true, anySchema: true })
  try {
    // Each by itself: on PostgreSQL a read in which a table is missing is over.
    const head = await store.read((db) => db.selectFrom('ledger_head').select(['size', 'root']).executeTakeFirst()).catch(() => undefined)
    const place = await store.read((db) => db.selectFrom('platform_instance').select('instance').executeTakeFirst()).catch(() => undefined)
    const checkpoint = await store.read((db) => db.selectFrom('ledger_checkpoint').select(['size', 'root']).orderBy('size', 'desc').limit(1).executeTakeFirst()).catch(() => undefined)
    const newest = (await existingFolder(join(dataDir, 'checkpoints')).list()).filter((name) => name.endsWith('.checkpoint')).at(-1)
    return {
      dialect: store.dialect, size: await sizeOf(store, dataDir), schema: await schemaOf(store, migrations), instance: place?.instance ?? null,
      leaves: head?.size ?? null, root: head?.root ?? null, checkpoint: checkpoint ?? null, inFolder: newest === undefined ? null : Number.parseInt(newest, 10), marks: await marksOf(store).catch(() => []),
    }
  } finally {
    await store.close()
  }
}

export async function schemaOf(store: Store, migrations: Upkeep['migrations']): Promise<Schema> {
  const recorded: MigrationTable[] = await store.read((db) => db.selectFrom('platform_migration').selectAll().orderBy('applied_at').orderBy('name').execute()).catch(() => [])
  return await compareSchema(await tongueOf(store.dialect), recorded, migrations)
}

async function sizeOf(store: Store, dataDir: string): Promise<number> {
  if (store.dialect === 'sqlite') return ['', '-wal'].reduce((sum, end) => sum + (statSync(join(dataDir, `${DATABASE}${end}`), { throwIfNoEntry: false })?.size ?? 0), 0)
  const { rows } = await store.read((db) => sql<{ size: number }>`select pg_database_size(current_database()) as size`.execute(db))
  return rows[0]?.size ?? 0
}
