/** The refusals of the runs door: a closed set. */
import { CodedError } from '../../platform/coded-error.ts'

export type RunErrorCode =
  | 'run_not_found'
  | 'run_not_yours'
  | 'run_already_applied'
  | 'run_not_applicable'
  | 'plan_mismatch'
  | 'plan_already_applied'
  | 'plan_digest_mismatch'
  | 'plan_reader_busy'
  | 'plan_reader_failed'
  | 'plan_reader_closed'
  | 'state_changed'
  | 'tree_changed'
  | 'engine_changed'
  | 'arguments_changed'
  | 'backend_mismatch'
  | 'lineage_bound_elsewhere'
  | 'lineage_mismatch'
  | 'serial_regressed'
  | 'lease_invalid'
  | 'outcome_reported'
  | 'workspace_busy'

export class RunError extends CodedError<RunErrorCode> {}
