/**
 * Kysely over a connection that somebody else owns: its own adapter and query compiler for SQLite, and
 * no driver, because connections and transactions are given out by the store alone.
 *
 * A `Turn` is the right to use the connection, for as long as a unit of work or a read lasts.
 */
import {
  DefaultQueryExecutor, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, Transaction,
  type CompiledQuery, type DatabaseConnection, type Dialect, type Driver, type QueryResult,
} from 'kysely'
import { StorageError } from '../errors.ts'
import type { Db, Tables, Tx } from '../store.ts'
import type { Connection } from './connection.ts'

export type Statement = { sql: string; parameters: readonly unknown[] }

export interface Turn {
  open: boolean
  readonly kind: 'unit' | 'read' | 'migration'
  /** The first failure of a statement: it dooms the turn, even when the caller caught it. */
  failure: unknown
  /** Everything that was asked, for the digest of migrations. */
  readonly statements: Statement[] | null
}

const ALLOWED: Record<Turn['kind'], RegExp> = {
  read: /^\s*(select|with|values)\b/i,
  unit: /^\s*(select|with|values|insert|update|delete)\b/i,
  migration: /^\s*(select|with|insert|update|delete|create|alter|drop)\b/i,
}

export function transactionOver(connection: Connection, turn: Turn): Tx {
  return new Transaction<Tables>(props(asKysely(connection, turn)))
}

export function databaseOver(connection: Connection, turn: Turn): Db {
  return new Kysely<Tables>(props(asKysely(connection, turn)))
}

function asKysely(connection: Connection, turn: Turn): DatabaseConnection {
  return {
    executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      return new Promise((resolve) => {
        if (!turn.open) throw new StorageError('unit_closed', 'A statement came after its unit of work had ended. Await every statement inside the unit.')
        if (!ALLOWED[turn.kind].test(query.sql)) throw new StorageError('statement_refused', `This statement is not allowed in a ${turn.kind}: ${query.sql.slice(0, 60)}`)
        turn.statements?.push({ sql: query.sql, parameters: query.parameters })
        try {
          const { rows, changes } = connection.query(query.sql, query.parameters)
          resolve({ rows: rows as R[], numAffectedRows: BigInt(changes) })
        } catch (error) {
          turn.failure ??= error
          throw error
        }
      })
    },
    async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
      yield await Promise.reject(new StorageError('not_supported', 'Streaming holds the connection; read pages instead.'))
    },
  }
}

function props(connection: DatabaseConnection) {
  const executor = new DefaultQueryExecutor(compiler, adapter, { provideConnection: (consumer) => consumer(connection) })
  return { config: { dialect }, dialect, driver: noDriver, executor }
}

const refuse = (): Promise<never> =>
  Promise.reject(new StorageError('nested_unit', 'A transaction cannot be begun here: the store gives one to every unit of work.'))

const noDriver: Driver = {
  init: async () => {},
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: async () => {},
  destroy: async () => {},
}

const adapter = new SqliteAdapter()
const compiler = new SqliteQueryCompiler()
const dialect: Dialect = {
  createAdapter: () => adapter,
  createDriver: () => noDriver,
  createQueryCompiler: () => compiler,
  createIntrospector: (db) => new SqliteIntrospector(db),
}
