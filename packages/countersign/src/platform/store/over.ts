/**
 * Kysely over a connection that somebody else owns: a database's own adapter and query compiler, and no driver, because connections
 * and transactions are given out by the store alone. A `Turn` is the right to use the connection, as long as a unit or a read lasts.
 */
import {
  DefaultQueryExecutor, Kysely, Transaction,
  type CompiledQuery, type DatabaseConnection, type Dialect, type DialectAdapter, type Driver, type QueryCompiler, type QueryResult,
} from 'kysely'
import { StorageError } from './errors.ts'
import type { Db, Tables, Tx } from './store.ts'
import type { Turn } from './turns.ts'

export type Row = Record<string, unknown>
export type Answered = { rows: Row[]; changes: number }

/** One statement on the connection of the turn. SQLite answers at once. */
export type Ask = (sql: string, parameters: readonly unknown[]) => Answered | Promise<Answered>

/** How a database is spoken to: what differs between the two. */
export type Tongue = { adapter: DialectAdapter; compiler: QueryCompiler; introspector: Dialect['createIntrospector'] }

const ALLOWED: Record<Turn['kind'], RegExp> = {
  read: /^\s*(select|with|values)\b/i,
  unit: /^\s*(select|with|values|insert|update|delete)\b/i,
  migration: /^\s*(select|with|insert|update|delete|create|alter|drop)\b/i,
}

export function transactionOver(tongue: Tongue, ask: Ask, turn: Turn): Tx {
  const asking = within(ask, turn)
  return beginning(new Transaction<Tables>(props(tongue, asKysely(asking))), { turn, tongue, ask: asking })
}

export function databaseOver(tongue: Tongue, ask: Ask, turn: Turn): Db {
  const asking = within(ask, turn)
  return beginning(new Kysely<Tables>(props(tongue, asKysely(asking))), { turn, tongue, ask: asking })
}

type Speaking = { readonly turn: Turn; readonly tongue: Tongue; readonly ask: (sql: string, parameters: readonly unknown[]) => Promise<Answered> }
const given = new WeakMap<Db | Tx, Speaking>()

function beginning<T extends Db | Tx>(db: T, speaks: Speaking): T {
  given.set(db, speaks)
  return db
}

/** For statements whose text is known: they are asked as all others are. */
export function speaking(db: Db | Tx): Speaking {
  const speaks = given.get(db)
  if (speaks === undefined) throw new StorageError('unit_closed', 'This database was not given out by the store. Use what store.read or store.write passes, and only inside it.')
  return speaks
}

/** Of `performance.now()`: this reading or unit sees everything that was committed before, and perhaps not what was committed since. */
export function beganAt(db: Db | Tx): number {
  return given.get(db)?.turn.began ?? 0
}

/** What every statement goes through. */
function within(ask: Ask, turn: Turn): Speaking['ask'] {
  return async (sql, parameters) => {
    if (!turn.open) throw new StorageError('unit_closed', 'A statement came after its unit of work had ended. Await every statement inside the unit.')
    if (!ALLOWED[turn.kind].test(sql)) throw new StorageError('statement_refused', `This statement is not allowed in a ${turn.kind}: ${sql.slice(0, 60)}`)
    turn.statements?.push({ sql, parameters })
    try {
      return await ask(sql, parameters)
    } catch (error) {
      turn.failure ??= error
      throw error
    }
  }
}

function asKysely(ask: Speaking['ask']): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, changes } = await ask(query.sql, query.parameters)
      return { rows: rows as R[], numAffectedRows: BigInt(changes) }
    },
    async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
      yield await Promise.reject(new StorageError('not_supported', 'Streaming holds the connection; read pages instead.'))
    },
  }
}

function props(tongue: Tongue, connection: DatabaseConnection) {
  const executor = new DefaultQueryExecutor(tongue.compiler, tongue.adapter, { provideConnection: (consumer) => consumer(connection) })
  const dialect: Dialect = {
    createAdapter: () => tongue.adapter,
    createDriver: () => noDriver,
    createQueryCompiler: () => tongue.compiler,
    createIntrospector: tongue.introspector,
  }
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
