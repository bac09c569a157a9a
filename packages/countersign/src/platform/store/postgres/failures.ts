/**
 * What PostgreSQL and the way to it say, in the words of StorageError. Errors of a broken program (a syntax error, a missing table)
 * stay as they are. No message repeats what the server says of values: its details name them.
 */
import pg from 'pg'
import { StorageError, type StorageErrorCode } from '../errors.ts'
import type { Turn } from '../turns.ts'

/** The unit lost to another one and has not happened; it may be run again. */
export class Contended extends StorageError {
  constructor(cause: unknown) {
    super('overloaded', 'Others kept changing the same rows. Nothing was done; try again in a moment.', { cause })
  }
}

/** A statement was prepared before another server changed the schema: asked again, it is prepared anew. PostgreSQL has no code of its own for it. */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '26000' || (error.code === '0A000' && error.message.includes('cached plan')))

/** What comes after a statement that failed fails with it, and is not why. */
export const isAftermath = (error: unknown): boolean => error instanceof Contended || (error instanceof pg.DatabaseError && error.code === '25P02')

type Told = { code: StorageErrorCode; says: string }

/** By SQLSTATE, the longest that fits: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const STATES: Record<string, Told> = {
  '08': { code: 'storage_unavailable', says: 'the connection failed' },
  '0A': { code: 'not_supported', says: 'the server does not do that' },
  '22': { code: 'constraint', says: 'a value does not fit its column' },
  '23': { code: 'constraint', says: 'a rule of the schema was broken' },
  '25006': { code: 'storage_unavailable', says: 'it takes no changes: is it a standby?' },
  '25P03': { code: 'unit_overrun', says: 'a unit of work took too long and was rolled back' },
  '28': { code: 'storage_unavailable', says: 'it refuses the user or the password' },
  '3D000': { code: 'storage_unavailable', says: 'there is no such database' },
  '42501': { code: 'storage_unavailable', says: 'the user may not do that there: make it the owner of the database' },
  '53': { code: 'storage_unavailable', says: 'it has no room, memory or connections left' },
  '55': { code: 'storage_unavailable', says: 'what is needed is locked' },
  '57014': { code: 'unit_overrun', says: 'a statement took too long and was cancelled' },
  '57P': { code: 'storage_unavailable', says: 'it is shutting down or starting' },
  '58': { code: 'storage_unavailable', says: 'its disk or system reported an error' },
  'XX001': { code: 'database_damaged', says: 'data is damaged. Stop, keep the database, and restore the newest backup' },
  'XX002': { code: 'database_damaged', says: 'an index is damaged. Stop, keep the database, and restore the newest backup' },
}

/** `shown` names the database in the message. */
export function postgresFailure(error: unknown, shown: string, kind?: Turn['kind']): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error
  if (!(error instanceof pg.DatabaseError)) return isOurs(error) ? error : new StorageError('storage_unavailable', `The database ${shown} cannot be reached (${reason(error)}).`, { cause: error })
  const state = error.code ?? ''
  if (state === '40001' || state === '40P01' || isStalePlan(error)) return new Contended(error)
  if (state === '23505') return new StorageError('conflict', `A unique key of ${error.table ?? 'a table'} is taken.`, { detail: columnsOf(error) })
  if (state === '25006' && kind === 'read') return new StorageError('statement_refused', 'A read tried to change something.')
  const told = STATES[state] ?? STATES[state.slice(0, 3)] ?? STATES[state.slice(0, 2)]
  if (told === undefined) return error
  const where = told.code === 'constraint' ? `${error.table ?? 'The database'}${error.column === undefined ? '' : `.${error.column}`}` : `The database ${shown} cannot be used`
  // A data error quotes the value in its own text: it is not kept as the cause.
  return new StorageError(told.code, `${where}: ${told.says} (${state}).`, state.startsWith('22') ? {} : { cause: error })
}

/** `table.column, table.column`, from `Key (a, b)=(...) already exists.` */
function columnsOf(error: pg.DatabaseError): string {
  const columns = /^Key \(([^)]*)\)=/.exec(error.detail ?? '')?.[1] ?? error.constraint ?? ''
  return columns.split(', ').map((column) => `${error.table ?? ''}.${column.replaceAll('"', '')}`).join(', ')
}

/** A mistake of this program, not of the way to the database. */
function isOurs(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
}

function reason(error: Error): string {
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error
  const code = inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : ''
  return code || (inner instanceof Error ? inner.message : 'unknown')
}
