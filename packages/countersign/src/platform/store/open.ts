/** The way to a store. */
import { systemClock, type Clock } from '../clock.ts'
import type { ConnectPostgres } from './postgres/sessions.ts'
import type { Tongue } from './over.ts'
import { connectSqlite, type Connect } from './sqlite/connection.ts'
import { sqliteTongue } from './sqlite/dialect.ts'
import { openSqlite, type Limits } from './sqlite/store.ts'
import type { Migration, Store } from './store.ts'

export type StoreOptions = {
  /** Made (0700) when missing. One process at a time, except with `readOnly`. */
  dataDir: string
  /** All rooms' lists, one after another. */
  migrations: readonly Migration[]
  /** PostgreSQL in place of the database in the folder; "" is none. */
  databaseUrl?: string | undefined
  /** Only `read`: takes no lock, so it works beside a running server. */
  readOnly?: boolean
  /** With `readOnly`: an older or a newer database is opened as well, by who knows what to do with it. */
  anySchema?: boolean
  clock?: Clock
  limits?: Partial<Limits>
  /** Where tests put a disk that fails. */
  connect?: Connect
  /** Where tests put a PostgreSQL server that fails. */
  connectPostgres?: ConnectPostgres | undefined
}

const LIMITS: Limits = { queue: 2_000, readers: 4, readQueue: 2_000, unitMs: 30_000 }

/** Throws StorageError: data_folder_in_use, data_folder_unsafe, schema_newer, schema_mismatch, database_damaged, storage_unavailable, not_supported; SettingError for the URL. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, migrations, databaseUrl = '', readOnly = false, anySchema = false, clock = systemClock } = options
  const limits = { ...LIMITS, ...options.limits }
  if (databaseUrl === '') return await openSqlite({ dataDir, migrations, readOnly, anySchema, clock, limits, connect: options.connect ?? connectSqlite })
  // Loaded only where it is used: the command line opens no database most of the time.
  const [{ openPostgres }, { connectPostgres }] = await Promise.all([import('./postgres/store.ts'), import('./postgres/sessions.ts')])
  return await openPostgres({ url: databaseUrl, dataDir, migrations, readOnly, anySchema, clock, limits, connect: options.connectPostgres ?? connectPostgres })
}

/** How the database of a dialect is spoken to: for who has to know what its migrations issue. */
export async function tongueOf(dialect: Store['dialect']): Promise<Tongue> {
  return dialect === 'sqlite' ? sqliteTongue : (await import('./postgres/dialect.ts')).postgresTongue
}
