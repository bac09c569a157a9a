/**
 * One connection to the database file: the port behind which SQLite stands, and where tests put a disk
 * that fails. Everything is synchronous. Errors are StorageError where `storageFailure` knows them.
 */
import { DatabaseSync } from '@photostructure/sqlite'
import { bindable } from '../values.ts'
import { storageFailure } from './failures.ts'

export type Row = Record<string, unknown>

export interface Connection {
  /** Runs one statement. `changes` counts the rows that INSERT, UPDATE or DELETE touched. */
  query(sql: string, parameters: readonly unknown[]): { rows: Row[]; changes: number }
  /** Transaction control and pragmas. */
  command(sql: string): void
  readonly inTransaction: boolean
  close(): void
}

export type Connect = (path: string, mode: 'write' | 'read') => Connection

/** Longest wait for a lock that a foreign program holds (a backup, a shell): the whole process waits. */
const BUSY_MS = 2_000
const STATEMENTS_KEPT = 256
/** Of the writer, kB: the inner pages of every table stay in memory. */
const CACHE_KB = 32_000

export const connectSqlite: Connect = (path, mode) => {
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw storageFailure(error, path)
    }
  }
  const database = attempt(() => {
    const opened = new DatabaseSync(path, { readOnly: mode === 'read', timeout: BUSY_MS, enableForeignKeyConstraints: true, defensive: true })
    // WAL lets readers see the last commit while a unit is open. FULL: a commit is on disk when it returns.
    // secure_delete: erased details are overwritten, not merely unlinked. temp_store: where nothing but the folder can be written, and so that
    // nothing of it lies anywhere else.
    opened.exec('PRAGMA temp_store = MEMORY')
    if (mode === 'write') opened.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -${CACHE_KB}`)
    else opened.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF')
    return opened
  })
  const prepare = (sql: string) => {
    const statement = database.prepare(sql)
    return { statement, returnsRows: statement.columns().length > 0 }
  }
  const kept = new Map<string, ReturnType<typeof prepare>>()
  const prepared = (sql: string): ReturnType<typeof prepare> => {
    const found = kept.get(sql)
    if (found !== undefined) return found
    const made = prepare(sql)
    if (kept.size >= STATEMENTS_KEPT) kept.clear()
    kept.set(sql, made)
    return made
  }
  return {
    query: (sql, parameters) =>
      attempt(() => {
        const values = parameters.map(bindable)
        const { statement, returnsRows } = prepared(sql)
        if (!returnsRows) return { rows: [], changes: statement.run(...values).changes }
        const rows: Row[] = statement.all(...values).map((row: Row) => ({ ...row }))
        return { rows, changes: rows.length }
      }),
    command: (sql) => attempt(() => database.exec(sql)),
    get inTransaction() {
      return database.isOpen && database.isTransaction
    },
    close: () => {
      kept.clear()
      if (database.isOpen) database.close()
    },
  }
}
