/** What an operation on values could not do. From the evaluator it comes as a diagnostic with a range; `convert` throws it. */
export class ValueError extends Error {
  override name = 'ValueError'
  /** The way into the value at which it went wrong, outermost first; empty for the value itself. */
  readonly path: readonly (string | number)[]
  constructor(message: string, path: readonly (string | number)[] = []) {
    super(message)
    this.path = path
  }
}

/** The same for one argument of a function, counted from 0. */
export class ArgumentError extends ValueError {
  override name = 'ArgumentError'
  readonly index: number
  constructor(index: number, message: string) {
    super(message)
    this.index = index
  }
}
