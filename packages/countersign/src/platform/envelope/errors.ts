import { CodedError } from '../coded-error.ts'

export type EnvelopeErrorCode =
  /** Whole, but of another workspace, version, kind or installation: a row was moved, swapped or put back. */
  | 'envelope_elsewhere'
  /** Head or body are not what was written. */
  | 'envelope_edited'
  /** The body ends early. */
  | 'envelope_truncated'
  /** A format that this version does not know. */
  | 'envelope_version_unknown'
  | 'envelope_too_large'
  /** The key-encryption key that the head names is not here. */
  | 'envelope_key_missing'
  /** The provider does not answer, or its key file cannot be used; trying again may help. */
  | 'envelope_key_unavailable'
  | 'state_passphrase_missing'
  | 'state_passphrase_wrong'
  | 'state_passphrase_weak'

/** Names what failed, and never what was inside. */
export class EnvelopeError extends CodedError<EnvelopeErrorCode> {}

const evidence = 'Keep the database as evidence, and restore the newest backup that opens.'

export const elsewhere = (): EnvelopeError => new EnvelopeError('envelope_elsewhere', 'The sealed body belongs to another workspace, version or installation: the row was moved or put back.', evidence)
export const edited = (what: string, cause?: unknown): EnvelopeError => new EnvelopeError('envelope_edited', `The sealed body was changed: ${what}.`, evidence, { cause })
export const truncated = (): EnvelopeError => new EnvelopeError('envelope_truncated', 'The sealed body ends early: its end was cut off.', evidence)
export const keyMissing = (key: string, where: string): EnvelopeError =>
  new EnvelopeError('envelope_key_missing', `The key ${key} that this was sealed with is not in ${where}.`, 'Restore the keys that belong to this database from the backup.')
