import { CodedError } from '../../platform/coded-error.ts'

export type UpkeepErrorCode =
  /** The file is not a backup, or not a bundle of keys. */
  | 'backup_not_one'
  /** Its end is missing. */
  | 'backup_truncated'
  /** It is not what was written. */
  | 'backup_edited'
  | 'backup_secret_wrong'
  | 'backup_secret_missing'
  | 'backup_secret_weak'
  /** Written by a form or a version that this program does not know. */
  | 'backup_newer'
  /** It opens, and what is in it does not agree with itself. */
  | 'backup_inconsistent'
  /** There is a file of that name already, or it cannot be written. */
  | 'backup_target'
  /** Restoring and moving go into what is empty, and nowhere else. */
  | 'target_not_empty'
  /** The keys are another installation's. */
  | 'keys_foreign'
  /** A restore or a move into this database was not finished. */
  | 'restore_unfinished'
  /** What was in this database lives on in another one. */
  | 'database_moved'
  /** Nothing to move, or not to be moved like this. */
  | 'move_refused'
  /** What was copied is not what was to be copied. */
  | 'copy_differs'

export class UpkeepError extends CodedError<UpkeepErrorCode> {}
