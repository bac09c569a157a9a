/**
 * What can go wrong around terraform or tofu, as a closed set of codes. Each message says what happened, to what, and what to do
 * next. None repeats the value of a variable or an argument: values may be secrets, and messages are logged.
 */
export const engineErrorCodes = [
  'engine_missing',
  'engine_unusable',
  'engine_too_old',
  'argument_refused',
  'variable_refused',
  'modules_unreadable',
  'backend_unreadable',
  'plan_failed',
  'init_needed',
  'input_needed',
  'plan_not_local',
  'plan_unreadable',
  'show_failed',
  'apply_not_started',
  'cancelled',
] as const

export type EngineErrorCode = (typeof engineErrorCodes)[number]

export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
