/**
 * Why somebody was not let in, or a key not taken: a closed set. The programs map each to a status; this room knows nothing of HTTP but
 * the two headers that RFC 9449 makes part of the answer.
 */
import type { StepUp } from '../platform/coded-error.ts'

const identityErrorCodes = [
  // set-up
  'setup_done', 'setup_token_invalid', 'setup_token_expired', 'setup_not_local', 'not_set_up',
  // one-time ceremonies
  'challenge_unknown', 'challenge_expired', 'challenge_consumed', 'challenge_mismatch',
  // what an authenticator answered
  'registration_invalid', 'demonstration_key_refused', 'authenticator_known', 'assertion_invalid', 'credential_unknown',
  'authenticator_revoked', 'counter_regressed', 'wrong_person', 'voucher_invalid', 'too_many_authenticators',
  // keys and directory
  'authenticator_not_found', 'last_authenticator', 'directory_refused',
  // browsers
  'session_required', 'invitation_invalid', 'host_recovery_refused', 'pending_key_not_found', 'fingerprint_mismatch', 'session_limited', 'origin_refused', 'client_header_required', 'interaction_unknown',
  // codes, passwords, recovery codes
  'sign_in_refused', 'too_many_attempts', 'code_malformed', 'code_wrong', 'code_used', 'codes_not_consecutive', 'no_code_authenticator',
  'password_unfit', 'password_missing', 'password_busy', 'login_unfit', 'login_taken', 'fresh_proof_required', 'pending_not_found',
  // terminals
  'token_required', 'token_invalid', 'token_expired', 'bearer_refused', 'dpop_proof_missing', 'dpop_proof_malformed', 'dpop_type_wrong',
  'dpop_algorithm_refused', 'dpop_key_private', 'dpop_signature_invalid', 'dpop_method_mismatch', 'dpop_url_mismatch',
  'dpop_token_mismatch', 'dpop_stale', 'use_dpop_nonce', 'dpop_proof_replayed', 'dpop_key_mismatch',
  'sign_in_too_weak', 'sign_in_too_old', 'token_elsewhere', 'device_unknown', 'device_off', 'device_attempts',
  // input
  'invalid_request',
] as const

export type IdentityErrorCode = (typeof identityErrorCodes)[number]

export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly code: IdentityErrorCode
  /** What the reader can do. */
  readonly next: string
  /** Headers that the answer must carry (`WWW-Authenticate`, `DPoP-Nonce`). */
  readonly headers: Readonly<Record<string, string>>
  /** RFC 9470: which sign-in would do. The server says it in `WWW-Authenticate`. */
  readonly stepUp: StepUp | undefined

  constructor(
    code: IdentityErrorCode,
    message: string,
    next: string,
    options: { cause?: unknown; headers?: Record<string, string>; stepUp?: StepUp } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.next = next
    this.headers = options.headers ?? {}
    this.stepUp = options.stepUp
  }
}
