/** The SQLite store, put together: lock, file, writer, readers, migrations. */
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { DATABASE, lockFolder, privateFile, privateFolder } from '../data-folder.ts'
import { StorageError } from '../errors.ts'
import { migrate, rehearseOver, requireMigrated, type MigrationHost } from '../migrate.ts'
import type { Migration, Store } from '../store.ts'
import { newTurns } from '../turns.ts'
import type { Connect } from './connection.ts'
import { sqliteTongue } from './dialect.ts'
import { Readers } from './readers.ts'
import { Writer } from './writer.ts'

export type Limits = { queue: number; readers: number; readQueue: number; unitMs: number }

export type SqliteOptions = { dataDir: string; migrations: readonly Migration[]; readOnly: boolean; anySchema: boolean; clock: Clock; limits: Limits; connect: Connect }

export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const path = join(options.dataDir, DATABASE)
  const shared = { connect: options.connect, path, turns: newTurns(), limits: options.limits }
  if (options.readOnly) {
    const readers = new Readers(shared)
    if (!options.anySchema) await requireMigrated({ read: (work) => readers.read(work), change: refuseChange, rehearse }, options.migrations)
    return { dialect: 'sqlite', read: (work) => readers.read(work), write: refuseChange, close: () => readers.close() }
  }
  privateFolder(options.dataDir)
  // First the lock: two processes that start together must not both create and migrate.
  const unlock = lockFolder(options.dataDir, options.clock.now())
  let writer: Writer | undefined
  try {
    privateFile(path)
    writer = new Writer(shared)
    const store = sqliteStore(writer, new Readers(shared), unlock)
    await migrate(store.host, options.migrations, () => options.clock.now())
    return store.store
  } catch (error) {
    await writer?.close()
    unlock()
    throw error
  }
}

function sqliteStore(writer: Writer, readers: Readers, unlock: () => void): { store: Store; host: MigrationHost } {
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await writer.close()
    await readers.close()
    unlock()
  }
  return {
    store: {
      dialect: 'sqlite',
      read: (work) => readers.read(work),
      write: (work) => writer.submit(work),
      commits: () => writer.commits,
      close: () => (closing ??= close()),
    },
    host: {
      read: (work) => readers.read(work),
      change: (work) => writer.submit((tx, turn) => work(tx, turn.statements ?? []), 'migration'),
      rehearse,
    },
  }
}

const rehearse: MigrationHost['rehearse'] = (work) => rehearseOver(sqliteTongue, work)

function refuseChange(): Promise<never> {
  return Promise.reject(new StorageError('statement_refused', 'The database was opened for reading only.'))
}
