/**
 * Connections to one database: the port behind which PostgreSQL stands, and where tests put a server that fails. A session belongs to
 * one unit or read at a time. What went wrong with it is thrown as StorageError where `postgresFailure` knows it.
 */
import pg from 'pg'
import { StorageError } from '../errors.ts'
import type { Answered } from '../over.ts'
import type { Turn } from '../turns.ts'
import { bindable } from '../values.ts'
import type { DatabaseAddress } from './address.ts'
import { types } from './dialect.ts'
import { postgresFailure } from './failures.ts'
import { newPlans, type Plans } from './plans.ts'

export interface Session {
  query(sql: string, parameters: readonly unknown[], kind: Turn['kind']): Promise<Answered>
  /** Transaction control. Answers the tag of the last command: to COMMIT a failed transaction says ROLLBACK, and no error. */
  command(sql: string): Promise<string>
  /** Gives it back; one that is `broken` is closed, and whatever was open on it is rolled back by the server. */
  release(broken: boolean): void
}

export interface Sessions {
  take(): Promise<Session>
  close(): Promise<void>
}

export type SessionLimits = { connections: number; unitMs: number }
export type ConnectPostgres = (address: DatabaseAddress, limits: SessionLimits) => Sessions

const CONNECT_MS = 5_000
/** How much longer than a unit the server waits for us: then the machine with the other end of the connection is gone. */
const GRACE_MS = 5_000

/** What every connection starts with; the pool and the one that listens share it. */
export function clientConfig({ host, port, database, user, password, tls }: DatabaseAddress): pg.ClientConfig {
  return {
    host, port, database, user, ...(password === undefined ? {} : { password }), types, application_name: 'countersign',
    // The driver sends the name along unless it is an address; `host` is what the certificate must be for, in either case.
    ssl: tls === false ? false : { host: tls.servername, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    pipeline: true, connectionTimeoutMillis: CONNECT_MS, keepAlive: true, keepAliveInitialDelayMillis: 10_000,
  }
}

export const connectPostgres: ConnectPostgres = (address, { connections, unitMs }) => {
  const pool = new pg.Pool({
    ...clientConfig(address), max: connections, idleTimeoutMillis: 60_000,
    statement_timeout: unitMs, query_timeout: unitMs + GRACE_MS, idle_in_transaction_session_timeout: unitMs + GRACE_MS,
  })
  // An idle connection that the server closed leaves the pool by itself; without a listener it would end the process.
  pool.on('error', () => undefined)
  const plans = newPlans()
  const attempt = async <T>(work: () => Promise<T>, kind?: Turn['kind']): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      plans.failed(error)
      throw postgresFailure(error, address.shown, kind)
    }
  }
  return {
    take: () => attempt(async () => {
      const client = await pool.connect()
      if (!prepared.has(client)) await prepare(client).catch((error: unknown) => {
        client.release(true)
        throw error
      })
      return sessionOf(client, plans, attempt)
    }),
    close: () => pool.end(),
  }
}

const prepared = new WeakSet<pg.PoolClient>()

/** A commit that is answered is on disk, whatever the default of the database or of the role is. */
async function prepare(client: pg.PoolClient): Promise<void> {
  client.on('error', () => undefined)
  await client.query('SET synchronous_commit = on')
  prepared.add(client)
}

function sessionOf(client: pg.PoolClient, plans: Plans, attempt: <T>(work: () => Promise<T>, kind?: Turn['kind']) => Promise<T>): Session {
  return {
    // A unit may hand over several at once: they are sent at once, and answered one after another, COMMIT after those that nobody awaited.
    // The extended protocol, also without parameters: it takes one statement, and never a second one behind a semicolon.
    query: (sql, parameters, kind) => {
      const values = parameters.map(bindable)
      return attempt(async () => {
        const { rows, rowCount } = await client.query<Record<string, unknown>>({ ...plans.named(sql, kind), text: sql, values, queryMode: 'extended' } as pg.QueryConfig)
        return { rows, changes: rowCount ?? 0 }
      }, kind)
    },
    command: (sql) => attempt(async () => {
      const answered: unknown = await client.query(sql)
      const ended: unknown = Array.isArray(answered) ? answered.at(-1) : answered
      return typeof ended === 'object' && ended !== null && 'command' in ended ? String(ended.command) : ''
    }),
    release: (broken) => client.release(broken),
  }
}

export const unknownOutcome = (shown: string, cause: unknown): StorageError =>
  new StorageError('storage_unavailable', `The database ${shown} did not answer a commit. Whether the change lasted must be asked anew.`, { cause })
