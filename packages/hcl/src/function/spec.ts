/**
 * What a function is, and the order of the checks around every call: nulls, types not known yet, marks, unknown arguments. A function
 * itself sees only what its parameters allow. Source: the obligations of cty's function package, which Terraform's functions rely on.
 */
import { ArgumentError, ValueError } from '../value/error.ts'
import { any, isCollection, sameType, type Type } from '../value/type.ts'
import { deepMarks, refine, Unknown, unknown, unmarkDeep, type Value, withMarks } from '../value/value.ts'
import type { Surroundings } from './surroundings.ts'

/** A parameter of a function: its name and type, and what may be passed besides ordinary values. */
export type Parameter = {
  readonly name: string
  readonly type: Type
  /** Null may be passed. */
  readonly nullable?: boolean
  /** A value whose type is not known may be passed. */
  readonly dynamic?: boolean
  /** An unknown value may be passed; without, the result is unknown. */
  readonly unknown?: boolean
  /** Marks stay on the argument and are the function's business; without, they move from wherever they are to the result. */
  readonly marked?: boolean
}

/** A function: its signature and what it does. */
export type FunctionSpec = {
  readonly name: string
  readonly params: readonly Parameter[]
  readonly rest?: Parameter
  /** The type that `terraform metadata functions` declares. */
  readonly returns: Type
  /** The type of this call's result, where it depends on the arguments. Throws when they do not fit. */
  readonly typeOf?: (args: readonly Value[], surroundings: Surroundings) => Type
  /** The result is never null. */
  readonly notNull?: boolean
  readonly run: (args: readonly Value[], type: Type, surroundings: Surroundings) => Value
}

/** Every argument has been converted to its parameter's type. Throws {@link ValueError}, with an index where one argument is to blame. */
export function call(spec: FunctionSpec, args: readonly Value[], surroundings: Surroundings): Value {
  const parameter = (i: number): Parameter => spec.params[i] ?? spec.rest ?? { name: '', type: any }
  const bare = args.slice()
  for (let i = 0; i < args.length; i++) {
    const { nullable, dynamic, marked } = parameter(i)
    const arg = args[i]
    if (arg === undefined) continue
    if (marked !== true && deepMarks(arg) !== 0) bare[i] = unmarkDeep(arg)[0]
    if (arg.data === null && nullable !== true) throw new ArgumentError(i, 'argument must not be null')
    if (arg.type.kind === 'any' && dynamic !== true) return withMarks(unknown(any), marksOf(args, parameter))
  }
  const type = spec.typeOf?.(bare, surroundings) ?? spec.returns
  for (let i = 0; i < args.length; i++) {
    if (bare[i]?.data instanceof Unknown && parameter(i).unknown !== true) return finish(spec, withMarks(unknown(type), marksOf(args, parameter)))
  }
  const result = spec.run(bare, type, surroundings)
  return finish(spec, withMarks(result, marksOf(args, parameter)))
}

function marksOf(args: readonly Value[], parameter: (i: number) => Parameter): number {
  let marks = 0
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg !== undefined && parameter(i).marked !== true) marks |= deepMarks(arg)
  }
  return marks
}

function finish(spec: FunctionSpec, result: Value): Value {
  return spec.notNull === true ? refine(result, { notNull: true }) : result
}

export const fail = (message: string): never => {
  throw new ValueError(message)
}
export const failAt = (index: number, message: string): never => {
  throw new ArgumentError(index, message)
}
/** How many elements a function makes at the most: more of them would only fill the memory. */
const mostElements = 2_000_000

export function checkCount(elements: number): void {
  if (elements > mostElements) fail(`the result would have more than ${mostElements} elements`)
}

export const elementType = (type: Type): Type => (isCollection(type) ? type.element : any)
export const isSequence = (type: Type): boolean => type.kind === 'list' || type.kind === 'set' || type.kind === 'tuple'
export const typesDiffer = (types: readonly Type[]): boolean => types.some((one) => types[0] !== undefined && !sameType(one, types[0]))
