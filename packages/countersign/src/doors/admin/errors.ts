/** The refusals of the admin door: a closed set. */
import { CodedError } from '../../platform/coded-error.ts'

export type AdminErrorCode =
  | 'policy_unchanged'
  | 'policy_moved'
  | 'policy_change_not_found'
  | 'entries_not_found'
  | 'site_unfit'

export class AdminError extends CodedError<AdminErrorCode> {}
