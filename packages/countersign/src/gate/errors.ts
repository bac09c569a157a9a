/** The gate's refusals: a closed set. `next` says what the reader can do; the status each maps to is the server's. */

import { CodedError, type StepUp } from '../platform/coded-error.ts'

export type GateErrorCode =
  | 'session_required'
  | 'not_permitted'
  | 'wrong_channel'
  | 'denied_by_policy'
  | 'countersignature_required'
  | 'challenge_not_found'
  | 'challenge_expired'
  | 'challenge_consumed'
  | 'challenge_denied'
  | 'challenge_cancelled'
  | 'challenge_mismatch'
  | 'challenge_exists'
  | 'ceremony_not_found'
  | 'code_required'
  | 'assertion_invalid'
  | 'counter_regressed'
  | 'wrong_person'
  | 'key_on_probation'
  | 'key_required'
  | 'hardware_key_required'
  | 'already_answered'
  | 'grant_not_found'
  | 'grant_expired'
  | 'grant_consumed'
  | 'grant_void'
  | 'grant_mismatch'
  | 'executor_mismatch'
  | 'countersigner_gone'
  | 'not_set_up'
  | 'policy_not_pinned'
  | 'policy_changed'
  | 'statement_invalid'
  | 'too_many_waiting'
  | 'request_tampered'

export class GateError extends CodedError<GateErrorCode> {
  /** What an audit needs and a client does not: never shown, only recorded. */
  readonly evidence: Record<string, string>

  constructor(code: GateErrorCode, message: string, next: string, options: { cause?: unknown; evidence?: Record<string, string>; stepUp?: StepUp } = {}) {
    super(code, message, next, options)
    this.evidence = options.evidence ?? {}
  }
}
