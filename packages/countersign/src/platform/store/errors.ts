/** What can go wrong with storage: a closed set. `message` is for the operator: what happened, to what, what to do next. */
export const storageErrorCodes = [
  /** The disk refused: full, read-only, I/O error, commit failed. The units of that moment did not happen. */
  'storage_unavailable',
  /** More units are waiting than the queue takes. Nothing was done; try again. */
  'overloaded',
  /** A unique key is taken: see `detail` for table and columns. */
  'conflict',
  /** Another rule of the schema was broken (foreign key, NOT NULL, CHECK), or a value has no column type. */
  'constraint',
  /** A statement on a unit of work that has ended. */
  'unit_closed',
  /** A unit of work or a read was begun inside a unit of work. */
  'nested_unit',
  /** The unit of work did not end in time: it waited for something that is not the database. */
  'unit_overrun',
  /** A statement that units may not use (BEGIN, COMMIT, ATTACH, PRAGMA ...), or a write through a reader. */
  'statement_refused',
  /** The database was made by a newer version of the program. */
  'schema_newer',
  /** A recorded migration is not the one this program has, or has not been run where only reading is allowed. */
  'schema_mismatch',
  /** Another process works in this data folder. */
  'data_folder_in_use',
  /** The data folder is open to other users, is a link, or belongs to somebody else. */
  'data_folder_unsafe',
  /** The file is not a database, or is damaged. */
  'database_damaged',
  /** The store has been closed. */
  'store_closed',
  /** Not in this version. */
  'not_supported',
] as const

export type StorageErrorCode = (typeof storageErrorCodes)[number]

export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  /** For `conflict`: `table.column, table.column` of the key that is taken. */
  readonly detail: string

  constructor(code: StorageErrorCode, message: string, options: { cause?: unknown; detail?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.detail = options.detail ?? ''
  }
}

/** The unit lost to one that came first: the key is taken. */
export function isConflict(error: unknown): error is StorageError {
  return error instanceof StorageError && error.code === 'conflict'
}
