/**
 * What can be wrong with a plan, as a closed set of codes. Each message says what happened, to what, and what to do next; none
 * repeats a value of the plan, because a plan holds secrets and messages are logged.
 */
export const planErrorCodes = [
  'plan_empty',
  'plan_not_text',
  'plan_not_json',
  'plan_not_a_plan',
  'plan_format_unsupported',
  'plan_errored',
  'plan_too_large',
  'plan_too_deep',
  'plan_too_many_changes',
  'plan_not_redacted',
] as const

export type PlanErrorCode = (typeof planErrorCodes)[number]

export class PlanError extends Error {
  readonly code: PlanErrorCode

  constructor(code: PlanErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PlanError'
    this.code = code
  }
}
