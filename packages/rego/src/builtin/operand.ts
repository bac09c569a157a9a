/** Reading arguments: each function returns the argument in its type, or throws the error that OPA words. Positions count from 1. */
import { isArray, isInteger, isNumber, isObject, type PlainObject, type RegoNumber, type RegoObject, members, RegoSet, toBigInt, typeName, type Value } from '../value/index.ts'
import { OperandError, operandError, operandErrorText } from './registry.ts'

export type Args = readonly Value[]

const at = (args: Args, position: number): Value => args[position - 1] ?? null

export function stringAt(args: Args, position: number): string {
  const value = at(args, position)
  if (typeof value !== 'string') throw operandError(position, value, 'string')
  return value
}

export function numberAt(args: Args, position: number): RegoNumber {
  const value = at(args, position)
  if (!isNumber(value)) throw operandError(position, value, 'number')
  return value
}

/** An integer of any size. */
export function bigIntAt(args: Args, position: number): bigint {
  const value = numberAt(args, position)
  if (!isInteger(value)) throw operandErrorText(position, 'integer number', 'floating-point number')
  return toBigInt(value)
}

/** An integer that indexes or counts something: what is beyond a double's exact integers is an error. */
export function intAt(args: Args, position: number): number {
  const value = numberAt(args, position)
  if (!isInteger(value)) throw operandErrorText(position, 'integer number', 'floating-point number')
  if (typeof value === 'bigint') throw operandErrorText(position, 'integer number', 'one that is too large')
  return value
}

export function arrayAt(args: Args, position: number): readonly Value[] {
  const value = at(args, position)
  if (!isArray(value)) throw operandError(position, value, 'array')
  return value
}

export function setAt(args: Args, position: number): RegoSet {
  const value = at(args, position)
  if (!(value instanceof RegoSet)) throw operandError(position, value, 'set')
  return value
}

export function objectAt(args: Args, position: number): PlainObject | RegoObject {
  const value = at(args, position)
  if (!isObject(value)) throw operandError(position, value, 'object')
  return value
}

/** The elements of an array or set, in order; `names` words the error. */
export function elementsAt(args: Args, position: number, ...names: readonly string[]): readonly Value[] {
  const value = at(args, position)
  if (isArray(value)) return value
  if (value instanceof RegoSet) return members(value)
  throw operandError(position, value, ...(names.length === 0 ? ['set', 'array'] : names))
}

/** The strings of an array or set. */
export function stringsAt(args: Args, position: number, ...names: readonly string[]): readonly string[] {
  const elements = elementsAt(args, position, ...names)
  for (const element of elements) if (typeof element !== 'string') throw elementError(position, at(args, position), element, 'string')
  return elements as readonly string[]
}

/** `operand 1 must be array of strings but got array containing number`. */
export function elementError(position: number, composite: Value, got: Value, ...expected: readonly string[]): OperandError {
  const holder = typeName(composite)
  const wanted = expected.length === 1 ? `${expected[0] ?? ''}s` : `(any of) {${expected.join(', ')}}`
  return new OperandError(`operand ${position} must be ${holder} of ${wanted} but got ${holder} containing ${typeName(got)}`)
}
