/**
 * Errors as RFC 9457 problem documents. The one table from code to status: a code without a row does not compile. What a
 * reader needs is in `detail` and `next`; what only we need goes to the log; no stack trace leaves the process.
 */
import type { AdminErrorCode } from '../../doors/admin/errors.ts'
import type { MemberErrorCode } from '../../doors/members/errors.ts'
import type { RunErrorCode } from '../../doors/runs/errors.ts'
import type { StateErrorCode } from '../../doors/state/errors.ts'
import type { GateErrorCode } from '../../gate/index.ts'
import type { IdentityErrorCode } from '../../identity/errors.ts'
import type { LedgerErrorCode } from '../../ledger/index.ts'
import type { PlanErrorCode } from '../../plan/index.ts'
import type { SealingErrorCode } from '../../platform/sealing.ts'
import type { OnceErrorCode } from '../../platform/once/index.ts'
import type { StorageErrorCode } from '../../platform/store/errors.ts'
import type { EnvelopeErrorCode } from '../../platform/envelope/index.ts'
import type { PolicyErrorCode } from '../../policy/index.ts'
import type { TfstateErrorCode } from '../../tfstate/index.ts'
import type { StepUp } from '../../platform/coded-error.ts'

type ServerCode =
  | 'not_found'
  | 'invalid_request'
  | 'too_large'
  | 'rate_limited'
  | 'misdirected_request'
  | 'https_required'
  | 'unsupported_media_type'
  | 'method_not_allowed'
  | 'too_many_waiters'
  | 'shutting_down'
  | 'internal'
export type Code =
  | AdminErrorCode
  | MemberErrorCode
  | RunErrorCode
  | StateErrorCode
  | TfstateErrorCode
  | EnvelopeErrorCode
  | GateErrorCode
  | IdentityErrorCode
  | PlanErrorCode
  | SealingErrorCode
  | OnceErrorCode
  | StorageErrorCode
  | PolicyErrorCode
  | LedgerErrorCode
  | ServerCode

const unavailable = 503
const statuses: Record<Code, number> = {
  // the server's own
  not_found: 404,
  invalid_request: 400,
  too_large: 413,
  rate_limited: 429,
  misdirected_request: 421,
  https_required: 403,
  unsupported_media_type: 415,
  method_not_allowed: 405,
  too_many_waiters: unavailable,
  shutting_down: unavailable,
  internal: 500,
  // calls that are repeated
  idempotency_key_invalid: 400,
  idempotency_key_reused: 422,
  call_under_way: 409,
  answer_lost: 409,
  // identity
  setup_done: 409,
  setup_token_invalid: 401,
  setup_token_expired: 401,
  setup_not_local: 403,
  not_set_up: 409,
  challenge_unknown: 404,
  challenge_expired: 410,
  challenge_consumed: 409,
  challenge_mismatch: 403,
  registration_invalid: 400,
  demonstration_key_refused: 403,
  authenticator_known: 409,
  assertion_invalid: 403,
  credential_unknown: 403,
  authenticator_revoked: 403,
  counter_regressed: 403,
  wrong_person: 403,
  voucher_invalid: 403,
  too_many_authenticators: 409,
  authenticator_not_found: 404,
  last_authenticator: 409,
  directory_refused: 409,
  session_required: 401,
  invitation_invalid: 401,
  host_recovery_refused: 409,
  pending_key_not_found: 404,
  fingerprint_mismatch: 403,
  session_limited: 403,
  sign_in_refused: 401,
  too_many_attempts: 429,
  code_malformed: 400,
  code_wrong: 403,
  code_used: 403,
  codes_not_consecutive: 403,
  no_code_authenticator: 403,
  password_unfit: 400,
  password_missing: 409,
  password_busy: unavailable,
  login_unfit: 400,
  login_taken: 409,
  fresh_proof_required: 401,
  pending_not_found: 404,
  origin_refused: 403,
  client_header_required: 403,
  interaction_unknown: 404,
  token_required: 401,
  token_invalid: 401,
  token_expired: 401,
  bearer_refused: 401,
  dpop_proof_missing: 401,
  dpop_proof_malformed: 401,
  dpop_type_wrong: 401,
  dpop_algorithm_refused: 401,
  dpop_key_private: 401,
  dpop_signature_invalid: 401,
  dpop_method_mismatch: 401,
  dpop_url_mismatch: 401,
  dpop_token_mismatch: 401,
  dpop_stale: 401,
  use_dpop_nonce: 401,
  dpop_proof_replayed: 401,
  dpop_key_mismatch: 401,
  sign_in_too_weak: 401,
  sign_in_too_old: 401,
  token_elsewhere: 401,
  device_unknown: 404,
  device_off: 404,
  device_attempts: 429,
  // gate
  not_permitted: 403,
  wrong_channel: 403,
  denied_by_policy: 403,
  countersignature_required: 401,
  challenge_not_found: 404,
  challenge_denied: 403,
  challenge_cancelled: 409,
  challenge_exists: 409,
  ceremony_not_found: 404,
  code_required: 403,
  key_on_probation: 403,
  hardware_key_required: 403,
  key_required: 403,
  already_answered: 409,
  grant_not_found: 403,
  grant_expired: 403,
  grant_consumed: 409,
  grant_void: 403,
  grant_mismatch: 403,
  executor_mismatch: 403,
  countersigner_gone: 403,
  policy_not_pinned: unavailable,
  policy_changed: 409,
  statement_invalid: 400,
  too_many_waiting: 429,
  request_tampered: 500,
  // members
  member_not_found: 404,
  member_has_keys: 409,
  role_unknown: 400,
  scope_invalid: 400,
  role_held: 409,
  role_not_held: 409,
  last_owner: 409,
  not_yours_to_change: 403,
  recovery_not_open: 409,
  recovery_open: 409,
  recovery_needless: 409,
  // runs
  run_not_found: 404,
  run_not_yours: 403,
  run_already_applied: 409,
  run_not_applicable: 409,
  plan_mismatch: 409,
  plan_already_applied: 409,
  plan_digest_mismatch: 400,
  plan_reader_busy: unavailable,
  plan_reader_failed: unavailable,
  plan_reader_closed: unavailable,
  state_changed: 409,
  tree_changed: 409,
  engine_changed: 409,
  arguments_changed: 409,
  backend_mismatch: 409,
  lineage_bound_elsewhere: 409,
  lineage_mismatch: 409,
  serial_regressed: 409,
  lease_invalid: 403,
  outcome_reported: 409,
  workspace_busy: 409,
  // state
  credential_required: 401,
  credential_expired: 401,
  credential_not_found: 404,
  credential_scope: 403,
  credential_guessed: 429,
  method_refused: 405,
  workspace_name_invalid: 400,
  workspace_not_found: 404,
  workspace_empty: 404,
  version_not_found: 404,
  version_gone: 410,
  version_current: 409,
  request_incomplete: 400,
  request_not_found: 404,
  request_done: 409,
  request_not_ready: 409,
  lock_required: 409,
  lock_read_only: 403,
  lock_held: 423,
  lock_invalid: 400,
  state_frozen: 423,
  state_unreadable: 400,
  state_mismatch: 409,
  state_tampered: 500,
  state_too_large: 413,
  body_digest_mismatch: 400,
  body_incomplete: 400,
  encoding_refused: 415,
  nothing_quarantined: 409,
  reading_exhausted: 403,
  countersignature_awaited: unavailable,
  // tfstate: a body that is no state
  state_empty: 400,
  state_not_json: 400,
  state_truncated: 400,
  state_duplicate_key: 400,
  state_too_deep: 400,
  state_not_a_state: 400,
  state_wrong_version: 400,
  state_lineage_missing: 400,
  state_serial_invalid: 400,
  state_resource_invalid: 400,
  state_duplicate_address: 400,
  state_too_many_instances: 413,
  state_too_many_secrets: 413,
  state_opaque: 409,
  state_reader_failed: unavailable,
  state_reader_busy: unavailable,
  state_reader_closed: unavailable,
  // envelope: what cannot be opened is given to nobody
  envelope_elsewhere: 500,
  envelope_edited: 500,
  envelope_truncated: 500,
  envelope_version_unknown: 500,
  envelope_too_large: 413,
  envelope_key_missing: unavailable,
  envelope_key_unavailable: unavailable,
  state_passphrase_missing: unavailable,
  state_passphrase_wrong: unavailable,
  state_passphrase_weak: unavailable,
  // admin
  policy_unchanged: 409,
  policy_moved: 409,
  policy_chain_broken: unavailable,
  policy_change_not_found: 404,
  entries_not_found: 404,
  site_unfit: 400,
  // plan
  plan_empty: 400,
  plan_not_text: 400,
  plan_not_json: 400,
  plan_not_a_plan: 400,
  plan_format_unsupported: 400,
  plan_errored: 400,
  plan_too_large: 413,
  plan_too_deep: 400,
  plan_too_many_changes: 413,
  plan_not_redacted: 400,
  // policy
  policy_not_yaml: 400,
  policy_invalid: 400,
  policy_too_large: 413,
  policy_demonstration: 403,
  // ledger: a history that contradicts itself stops the start, and is answered so when it is met later
  ledger_unavailable: unavailable,
  not_in_ledger: 404,
  entry_invalid: 500,
  fresh: unavailable,
  equal: unavailable,
  ahead: unavailable,
  unsigned: unavailable,
  folder_behind: unavailable,
  table_behind: unavailable,
  database_missing: unavailable,
  database_behind: unavailable,
  history_rewritten: unavailable,
  leaf_changed: unavailable,
  leaf_missing: unavailable,
  tree_damaged: unavailable,
  key_missing: unavailable,
  key_mismatch: unavailable,
  instance_mismatch: unavailable,
  checkpoint_invalid: unavailable,
  checkpoint_foreign: unavailable,
  // sealed values: what cannot be opened is believed of nobody
  sealed_elsewhere: unavailable,
  sealing_key_unknown: unavailable,
  // storage: nothing happened; whoever asks again finds out
  storage_unavailable: unavailable,
  overloaded: unavailable,
  conflict: 409,
  constraint: 500,
  unit_closed: 500,
  nested_unit: 500,
  unit_overrun: unavailable,
  statement_refused: 500,
  schema_newer: 500,
  schema_mismatch: 500,
  data_folder_in_use: unavailable,
  data_folder_unsafe: 500,
  database_damaged: unavailable,
  store_closed: unavailable,
  not_supported: 501,
}

export type Problem = { type: string; title: string; status: number; detail: string; code: string; next: string }

/** What our own errors have in common. */
export type Coded = Error & { code: Code; next?: string; headers?: Readonly<Record<string, string>>; stepUp?: StepUp | undefined }

export function isCoded(error: unknown): error is Coded {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && Object.hasOwn(statuses, error.code)
}

/** Their own words say what whoever asked has to know, and nothing of this machine. */
const told: ReadonlySet<Code> = new Set<Code>(['state_tampered', 'request_tampered', 'countersignature_awaited', 'plan_reader_busy', 'plan_reader_failed'])

export function problemOf(error: Coded): Problem {
  const status = statuses[error.code]
  // What went wrong inside is for the log: a storage message may name a path of this machine.
  const inside = status >= 500 && !told.has(error.code)
  return problem(
    error.code,
    inside ? insideSays(status) : error.message,
    error.next ?? (inside ? "Try again; if it stays, see the server's log." : 'Correct the request and try again.'),
  )
}

function insideSays(status: number): string {
  return status === unavailable ? 'The server cannot do this now. Nothing was changed.' : 'The server made a mistake. Nothing was changed.'
}

export function problem(code: Code, detail: string, next: string): Problem {
  return { type: `urn:countersign:problem:${code}`, title: code.replaceAll('_', ' '), status: statuses[code], detail, code, next }
}
