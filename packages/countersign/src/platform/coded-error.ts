/** RFC 9470: which sign-in, or which touch, would do. Any of `acrValues`; at most so many seconds ago (0: made for this). */
export type StepUp = { acrValues: readonly string[]; maxAgeSeconds?: number | undefined }

/** An error of a closed set: what happened (the message), which one it is (the code), and what the reader can do (next). */
export class CodedError<Code extends string> extends Error {
  readonly code: Code
  readonly next: string
  /** The server says it in `WWW-Authenticate`. */
  readonly stepUp: StepUp | undefined

  constructor(code: Code, message: string, next: string, options: { cause?: unknown; stepUp?: StepUp } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.next = next
    this.stepUp = options.stepUp
  }
}
