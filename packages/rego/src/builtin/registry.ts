/**
 * What a builtin is. The compiler reads name, types and marks; the evaluator calls. A builtin is pure: what differs from call to
 * call (time, randomness) comes from its context, and its work is charged there.
 */
import { formatValue, typeName, type Value } from '../value/index.ts'

/** A type as the compiler checks it: names joined by `|` from null boolean number string array object set any. */
export type TypeSpec = string

/**
 * - `pure`: the same answer for the same arguments
 * - `query`: reads the context (clock, randomness): the same answer for the same arguments within one query only
 * - `refused`: would reach outside. A compile error unless every call is replaced by `with`
 * - `compiler`: the compiler or the evaluator answers itself; `call` is never reached
 */
export type BuiltinKind = 'pure' | 'query' | 'refused' | 'compiler'

export type BuiltinContext = {
  /** Nanoseconds since 1970, the same for the whole query. */
  readonly now: bigint
  /** A number in [0, 1), out of the caller's seed. */
  random(): number
  /** Charges work that grows with the arguments; one step is about one element visited. Throws when the budget is used up. */
  spend(steps: number): void
  /** To be called before elements or characters are allocated whose number an argument decides. Throws when it is too much. */
  reserve(elements: number): void
  /** Kept for one query: compiled patterns, parsed keys, random results by their key. Prefix your keys with the builtin's name. */
  readonly cache: Map<string, unknown>
}

export type Builtin = {
  readonly name: string
  readonly params: readonly TypeSpec[]
  readonly result: TypeSpec
  readonly kind: BuiltinKind
  /** The operator, for those that have one: `+`, `==`. */
  readonly infix?: string
  /** One line for the table of builtins. */
  readonly about?: string
  /**
   * Undefined means the call is undefined. Throws `OperandError` or `BuiltinFault`; both make the call undefined unless errors
   * are strict. `args` has exactly `params.length` values (variadic builtins: any number).
   */
  readonly call: (args: readonly Value[], context: BuiltinContext) => Value | undefined
  /** Instead of `call`, for a relation (`walk`): each output, one after another. */
  readonly each?: (args: readonly Value[], context: BuiltinContext) => Iterable<Value>
  readonly variadic?: boolean
}

/** An argument of the wrong type: `eval_type_error`. The evaluator puts the builtin's name before the text. */
export class OperandError extends Error {
  override readonly name = 'OperandError'
}

/** Any other failure of a builtin: `eval_builtin_error`. The evaluator puts the builtin's name before the text. */
export class BuiltinFault extends Error {
  override readonly name = 'BuiltinFault'
}

/** `operand 1 must be string but got number`, or `... one of {array, set} ...`; positions count from 1. */
export function operandError(position: number, got: Value, ...expected: readonly string[]): OperandError {
  const wanted = expected.length === 1 ? expected[0] : `one of {${expected.join(', ')}}`
  return new OperandError(`operand ${position} must be ${wanted} but got ${typeName(got)}`)
}

/** `operand 2 must be integer number but got floating-point number`, where the found thing is worded by the caller. */
export const operandErrorText = (position: number, wanted: string, got: string): OperandError => new OperandError(`operand ${position} must be ${wanted} but got ${got}`)

/** A value in a message, in Rego's notation. */
export const shown = (value: Value): string => formatValue(value)
