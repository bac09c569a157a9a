/**
 * What SQLite says, in the words of StorageError. Errors of a broken program (a syntax error, a missing
 * table) stay as they are: nobody can act on them but a programmer.
 */
import { StorageError } from '../errors.ts'

/** Primary result codes, https://www.sqlite.org/rescode.html */
const BUSY = 5, LOCKED = 6, NOMEM = 7, READONLY = 8, INTERRUPT = 9, IOERR = 10, CORRUPT = 11, FULL = 13, CANTOPEN = 14, CONSTRAINT = 19, MISMATCH = 20, NOTADB = 26
const UNIQUE = 2067, PRIMARY_KEY = 1555, ROWID = 2579

const WHAT: Record<number, string> = {
  [BUSY]: 'another program holds a lock on it',
  [LOCKED]: 'a table is locked',
  [NOMEM]: 'there is no memory left',
  [READONLY]: 'it is read-only',
  [INTERRUPT]: 'the operation was interrupted',
  [IOERR]: 'the disk reported an error',
  [FULL]: 'the disk is full',
  [CANTOPEN]: 'a file could not be opened',
}

/** `path` names the database in the message. */
export function storageFailure(error: unknown, path: string): unknown {
  if (error instanceof StorageError) return error
  if (error instanceof TypeError) return new StorageError('constraint', `A value cannot be stored: ${error.message}`, { cause: error })
  const extended = resultCode(error)
  if (extended === undefined || !(error instanceof Error)) return error
  const code = extended & 0xff
  if (code === CONSTRAINT) {
    const taken = extended === UNIQUE || extended === PRIMARY_KEY || extended === ROWID
    return new StorageError(taken ? 'conflict' : 'constraint', error.message, { cause: error, detail: error.message.split(': ')[1] ?? '' })
  }
  if (code === MISMATCH) return new StorageError('constraint', error.message, { cause: error })
  if (code === CORRUPT || code === NOTADB) {
    return new StorageError('database_damaged', `${path} is damaged or is not a database of Countersign (${error.message}). Stop, keep the file, and restore the newest backup; the start then compares it with the checkpoints.`, { cause: error })
  }
  const what = WHAT[code]
  return what === undefined ? error : new StorageError('storage_unavailable', `The database ${path} cannot be used: ${what} (${error.message}). Nothing was changed.`, { cause: error })
}

/** Failures after which the whole open transaction cannot be trusted: SQLite may have rolled it back by itself. */
export function endsTransaction(failure: unknown): boolean {
  return failure instanceof StorageError && (failure.code === 'storage_unavailable' || failure.code === 'database_damaged')
}

function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}
