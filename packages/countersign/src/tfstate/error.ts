/**
 * What can be wrong with a state, as a closed set of codes. Each message says what happened, where (as a position in bytes, or the
 * ordinal of a resource), and what to do next; none repeats anything of the state, because a state holds secrets and messages are logged.
 */
const tfstateErrorCodes = [
  'state_empty',
  'state_not_json',
  'state_truncated',
  'state_duplicate_key',
  'state_too_deep',
  'state_not_a_state',
  'state_wrong_version',
  'state_lineage_missing',
  'state_serial_invalid',
  'state_resource_invalid',
  'state_duplicate_address',
  'state_too_many_instances',
  'state_too_many_secrets',
  'state_opaque',
  'state_reader_failed',
  'state_reader_busy',
  'state_reader_closed',
] as const

export type TfstateErrorCode = (typeof tfstateErrorCodes)[number]

export class TfstateError extends Error {
  readonly code: TfstateErrorCode

  constructor(code: TfstateErrorCode, message: string) {
    super(message)
    this.name = 'TfstateError'
    this.code = code
  }
}
