/** How a command ends: the exit codes that scripts rely on, and the one error that a command throws. */
export const exitCodes = {
  done: 0,
  error: 1,
  changes: 2,
  notCountersigned: 3,
  denied: 4,
  verificationFailed: 5,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** A refusal for the person at the terminal: what happened, to what, and what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: string
  readonly next: string
  readonly exit: ExitCode

  constructor(code: string, message: string, next = '', options: { exit?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.next = next
    this.exit = options.exit ?? exitCodes.error
  }
}

/** Codes whose exit code says more than "error". */
const exitOfCode: Readonly<Record<string, ExitCode>> = {
  denied_by_policy: exitCodes.denied,
  countersignature_required: exitCodes.notCountersigned,
  challenge_denied: exitCodes.notCountersigned,
  challenge_expired: exitCodes.notCountersigned,
  challenge_cancelled: exitCodes.notCountersigned,
  server_altered_subject: exitCodes.verificationFailed,
  server_history_changed: exitCodes.verificationFailed,
  decision_unproven: exitCodes.verificationFailed,
  evidence_rejected: exitCodes.verificationFailed,
  trust_changed: exitCodes.verificationFailed,
}

export function exitFor(code: string): ExitCode {
  return Object.hasOwn(exitOfCode, code) ? (exitOfCode[code] ?? exitCodes.error) : exitCodes.error
}
