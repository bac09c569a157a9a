/** An adapter without an answer. `undefined` is an answer; this is not, and a caller that guards something denies. */
export type AdapterCode = 'missing' | 'unusable' | 'unreachable' | 'refused' | 'malformed' | 'too_slow' | 'too_large'

export class AdapterError extends Error {
  override readonly name = 'AdapterError'
  readonly code: AdapterCode

  constructor(code: AdapterCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
