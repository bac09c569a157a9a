/** An error of a closed set: what happened (the message), which one it is (the code), and what the reader can do (next). */
export class CodedError<Code extends string> extends Error {
  readonly code: Code
  readonly next: string

  constructor(code: Code, message: string, next: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.next = next
  }
}
