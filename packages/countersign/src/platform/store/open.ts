/** The way to a store. */
import { systemClock, type Clock } from '../clock.ts'
import { StorageError } from './errors.ts'
import { connectSqlite, type Connect } from './sqlite/connection.ts'
import { openSqlite, type Limits } from './sqlite/store.ts'
import type { Migration, Store } from './store.ts'

export type StoreOptions = {
  /** Made (0700) when missing. One process at a time, except with `readOnly`. */
  dataDir: string
  /** All rooms' lists, one after another. */
  migrations: readonly Migration[]
  databaseUrl?: string | undefined
  /** Only `read`: takes no lock, so it works beside a running server. */
  readOnly?: boolean
  clock?: Clock
  limits?: Partial<Limits>
  /** Where tests put a disk that fails. */
  connect?: Connect
}

const LIMITS: Limits = { queue: 2_000, readers: 4, readQueue: 2_000, unitMs: 30_000 }

/** Throws StorageError: data_folder_in_use, data_folder_unsafe, schema_newer, schema_mismatch, database_damaged, storage_unavailable, not_supported. */
export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.databaseUrl !== undefined && options.databaseUrl !== '') {
    throw new StorageError('not_supported', 'A database URL is set, but this version keeps its data in its own folder only; PostgreSQL comes with a later version. Remove --database-url, COUNTERSIGN_DATABASE_URL or database_url.')
  }
  return await openSqlite({
    dataDir: options.dataDir,
    migrations: options.migrations,
    readOnly: options.readOnly ?? false,
    clock: options.clock ?? systemClock,
    limits: { ...LIMITS, ...options.limits },
    connect: options.connect ?? connectSqlite,
  })
}
