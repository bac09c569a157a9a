/** Only what both databases store alike: SQLite would turn `true` into 1 and 1.5 into an integer column's 1.5, and PostgreSQL takes no NUL in a text. */
import { StorageError } from './errors.ts'

export type Value = null | number | bigint | string | Uint8Array

export function bindable(value: unknown): Value {
  if (value === null) return value
  if (typeof value === 'string') {
    if (!value.includes('\0')) return value
    throw new StorageError('constraint', 'A text cannot be stored: it holds a NUL character.')
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (value instanceof Uint8Array) return value
  const shown = typeof value === 'number' ? `the number ${value}` : typeof value
  throw new StorageError('constraint', `A column takes text, a safe integer, bytes or null, not ${shown}.`)
}
