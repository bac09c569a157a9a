/** How many instances a block has: one, or as `count` or `for_each` say. Keys are made as they are asked for, never all at once. */
import { convert } from '../value/convert.ts'
import { compare, isInteger, toCount } from '../value/number.ts'
import { nameOf, number, string } from '../value/type.ts'
import { count, dynamic, elementsOf, isKnown, isWhollyKnown, membersOf, numOf, sensitiveMark, text, textOf, unknownNotNull, unmark, type Value } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Argument, Declaration } from '../load/declaration.ts'
import { attempt } from './context.ts'
import { problem } from './finding.ts'

/** A number, a name, `null` for the only one, `unknown` for one that stands for all when their number is not known. */
export type InstanceKey = number | string | null | { readonly unknown: 'count' | 'for_each' }

/** What `count` or `each` mean within an instance. */
export type Repetition = { readonly key: InstanceKey; readonly count: Value | null; readonly each: { readonly key: Value; readonly value: Value } | null }

export type Expansion = {
  readonly mode: 'single' | 'count' | 'for_each'
  /** Undefined when it is not known. */
  readonly size: number | undefined
  readonly at: (key: number | string) => Repetition | undefined
  readonly all: () => Iterable<Repetition>
}

const only: Repetition = { key: null, count: null, each: null }
const single: Expansion = { mode: 'single', size: 1, at: () => undefined, all: () => [only] }

const ofCount = (i: number): Repetition => ({ key: i, count: count(i), each: null })
const unknownCount: Expansion = { mode: 'count', size: undefined, at: (key) => ofCount(Number(key)), all: () => [{ key: { unknown: 'count' }, count: unknownNotNull(number), each: null }] }
const unknownEach: Expansion = {
  mode: 'for_each',
  size: undefined,
  at: (key) => ({ key: String(key), count: null, each: { key: text(String(key)), value: dynamic } }),
  all: () => [{ key: { unknown: 'for_each' }, count: null, each: { key: unknownNotNull(string), value: dynamic } }],
}

export type Evaluate = (argument: Argument) => Value

/** `most` bounds the instances of one block. */
export function expand(declaration: Declaration, evaluate: Evaluate, most: number, diagnostics: Diagnostic[]): Expansion {
  const counted = declaration.arguments.get('count')
  const each = declaration.arguments.get('for_each')
  if (counted !== undefined) return byCount(counted, evaluate(counted), most, diagnostics)
  return each === undefined ? single : byEach(each, evaluate(each), most, diagnostics)
}

function byCount(argument: Argument, marked: Value, most: number, diagnostics: Diagnostic[]): Expansion {
  const wrong = (detail: string): Expansion => {
    diagnostics.push(problem(argument.source, argument.attribute.value, 'Invalid count argument', detail))
    return unknownCount
  }
  const value = unmark(marked)
  if (value.data === null) return wrong('The given "count" argument value is null. An integer is required.')
  const converted = attempt(() => convert(value, number))
  if (typeof converted === 'string') return wrong(`The given "count" argument value is unsuitable: ${converted}.`)
  if (!isKnown(converted)) return unknownCount
  const n = numOf(converted)
  if (compare(n, 0) < 0) return wrong('The given "count" argument value is unsuitable: must be greater than or equal to zero.')
  if (!isInteger(n)) return wrong('The given "count" argument value is unsuitable: a whole number is required.')
  const size = bounded(toCount(n) ?? Infinity, most, argument, diagnostics)
  return {
    mode: 'count',
    size,
    at: (key) => (typeof key === 'number' && Number.isInteger(key) && key >= 0 && key < size ? ofCount(key) : undefined),
    all: function* all() {
      for (let i = 0; i < size; i++) yield ofCount(i)
    },
  }
}

function byEach(argument: Argument, marked: Value, most: number, diagnostics: Diagnostic[]): Expansion {
  const wrong = (detail: string): Expansion => {
    diagnostics.push(problem(argument.source, argument.attribute.value, 'Invalid for_each argument', detail))
    return unknownEach
  }
  if ((marked.marks & sensitiveMark) !== 0) {
    return wrong('Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, the sensitive value could be exposed as a resource instance key.')
  }
  const value = unmark(marked)
  const unsuitable = 'The given "for_each" argument value is unsuitable: '
  if (value.data === null) return wrong(`${unsuitable}the given "for_each" argument value is null. A map, or set of strings is allowed.`)
  const { kind } = value.type
  if (kind === 'any') return unknownEach
  if (kind !== 'map' && kind !== 'object' && kind !== 'set') return wrong(`${unsuitable}the "for_each" argument must be a map, or set of strings, and you have provided a value of type ${nameOf(value.type)}.`)
  if (!isKnown(value)) return unknownEach
  if (kind !== 'set') return fromMembers(membersOf(value), argument, most, diagnostics)
  if (!isWhollyKnown(value)) return unknownEach
  const members = new Map<string, Value>()
  for (const one of elementsOf(value)) {
    if (one.type.kind !== 'string') return wrong(`${unsuitable}"for_each" supports maps and sets of strings, but you have provided a set containing type ${nameOf(one.type)}.`)
    if (one.data === null) return wrong(`${unsuitable}"for_each" sets must not contain null values.`)
    members.set(textOf(one), one)
  }
  return fromMembers(members, argument, most, diagnostics)
}

function fromMembers(members: ReadonlyMap<string, Value>, argument: Argument, most: number, diagnostics: Diagnostic[]): Expansion {
  const size = bounded(members.size, most, argument, diagnostics)
  const one = (key: string, value: Value): Repetition => ({ key, count: null, each: { key: text(key), value } })
  return {
    mode: 'for_each',
    size,
    at: (key) => {
      const value = members.get(String(key))
      return value === undefined ? undefined : one(String(key), value)
    },
    all: function* all() {
      let left = size
      for (const [key, value] of members) if (left-- > 0) yield one(key, value)
    },
  }
}

function bounded(size: number, most: number, argument: Argument, diagnostics: Diagnostic[]): number {
  if (size <= most) return size
  diagnostics.push(problem(argument.source, argument.attribute.value, 'Too many instances', `There would be ${size} instances; only the first ${most} are looked at.`, 'warning'))
  return most
}
