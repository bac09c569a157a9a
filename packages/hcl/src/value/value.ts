/**
 * Values of Terraform's language. A value has a type, marks, and data; the data may be null, or not known yet. Values are never
 * changed once made. Where a value stands in a collection, its type is the collection's element type.
 */
import { sortedMap } from './order.ts'
import { compare, counted, type Num } from './number.ts'
import { any, bool, listOf, mapOf, number, objectOf, string, tupleOf, type Type } from './type.ts'

/** Marks are bits. A mark says something about a value that its type does not: that it must not be shown, or not be kept. */
/** Not to be shown: `sensitive()`, variables and outputs declared sensitive, and what is made of them. */
export const sensitiveMark = 1
/** Not to be kept: ephemeral variables and resources. */
export const ephemeralMark = 2
/** Marks together, each a bit. */
export type Marks = number

/** What is known of a value that is not: it is not null, starts with this text, lies in this range, has at least so many elements. */
export type Refinement = {
  readonly notNull?: boolean
  readonly prefix?: string
  readonly min?: { readonly value: Num; readonly inclusive: boolean }
  readonly max?: { readonly value: Num; readonly inclusive: boolean }
  readonly shortest?: number
  readonly longest?: number
}

/** A value that is not known. Of an object of unknown type single attributes may be known all the same. */
export class Unknown {
  readonly refinement: Refinement
  readonly attribute: ((name: string) => Value | undefined) | undefined
  constructor(refinement: Refinement = {}, attribute?: (name: string) => Value | undefined) {
    this.refinement = refinement
    this.attribute = attribute
  }
}

/** By type: text in NFC, a number, a boolean, elements in order (a set's in set order), members in code point order of their names. */
export type Data = null | string | Num | boolean | readonly Value[] | ReadonlyMap<string, Value> | Unknown
/** A value. `data` fits `type`: see {@link Data}. */
export type Value = { readonly type: Type; readonly data: Data; readonly marks: Marks }

const plain = new Unknown()
const notNull = new Unknown({ notNull: true })

/** A value of this type that is not known. */
export const unknown = (type: Type, refinement?: Refinement): Value => (refinement === undefined ? { type, data: plain, marks: 0 } : refined(type, refinement, 0))

const mostSpelledOut = 1024

/** A number that can only be one is known; a collection of which the length is certain has elements, although they are not known. */
function refined(type: Type, refinement: Refinement, marks: Marks): Value {
  const { notNull, shortest, longest, min, max } = refinement
  if (notNull === true && min?.inclusive === true && max?.inclusive === true && compare(min.value, max.value) === 0) return { type, data: min.value, marks }
  if (notNull === true && longest !== undefined) {
    if (longest === 0 && (type.kind === 'list' || type.kind === 'set')) return { type, data: [], marks }
    if (longest === 0 && type.kind === 'map') return { type, data: new Map(), marks }
    const exact = longest === shortest && longest <= mostSpelledOut
    if (exact && (type.kind === 'list' || (type.kind === 'set' && longest === 1))) return { type, data: Array.from({ length: longest }, () => unknown(type.element)), marks }
  }
  return { type, data: new Unknown(refinement), marks }
}
/** The same, of which it is known that it is not null. */
export const unknownNotNull = (type: Type): Value => ({ type, data: type.kind === 'any' ? plain : notNull, marks: 0 })
/** The null of a type. */
export const nullOf = (type: Type): Value => ({ type, data: null, marks: 0 })
/** Neither value nor type is known. */
export const dynamic: Value = unknown(any)
/** An object of which neither type nor value is known, except for what `attribute` knows when it is asked. */
export const partlyKnown = (attribute: (name: string) => Value | undefined): Value => ({ type: any, data: new Unknown({}, attribute), marks: 0 })
/** The `null` of a configuration, which fits every type. */
export const nothing: Value = nullOf(any)
export const yes: Value = { type: bool, data: true, marks: 0 }
export const no: Value = { type: bool, data: false, marks: 0 }

const ascii = /^[\x00-\x7f]*$/
const lone = /\p{Surrogate}/gu

/** Text, normalised to NFC as Terraform does it; half a surrogate pair becomes U+FFFD. */
export const text = (s: string): Value => ({ type: string, data: ascii.test(s) ? s : s.normalize('NFC').replace(lone, '\ufffd'), marks: 0 })
/** A number as it is written: 512 bits. */
export const num = (n: Num): Value => ({ type: number, data: n, marks: 0 })
/** A number that was counted, such as a length or an index. */
export const count = (n: number): Value => ({ type: number, data: counted(n), marks: 0 })
/** A boolean. */
export const truth = (b: boolean): Value => (b ? yes : no)

/** All elements must have the type `element`; without elements the list is an empty list of it. */
export const list = (element: Type, elements: readonly Value[]): Value => ({ type: listOf(element), data: elements, marks: 0 })
/** A tuple of values of any types. */
export const tuple = (elements: readonly Value[]): Value => ({ type: tupleOf(elements.map((one) => one.type)), data: elements, marks: 0 })
/** All members must have the type `element`; of two with one name the last counts. */
export const map = (element: Type, members: Iterable<readonly [string, Value]>): Value => ({ type: mapOf(element), data: sortedMap(members), marks: 0 })

/** An object of values of any types; of two with one name the last counts. */
export function object(members: Iterable<readonly [string, Value]>): Value {
  const data = sortedMap(members)
  const types: [string, Type][] = []
  for (const [name, value] of data) types.push([name, value.type])
  return { type: objectOf(types), data, marks: 0 }
}

/** Whether it is null, of any type. */
export const isNull = (value: Value): boolean => value.data === null
/** Whether it is known itself; what is inside may still be unknown. */
export const isKnown = (value: Value): boolean => !(value.data instanceof Unknown)
/** The same value with these marks besides its own. */
export const withMarks = (value: Value, marks: Marks): Value => ((value.marks | marks) === value.marks ? value : { type: value.type, data: value.data, marks: value.marks | marks })
/** The same value without its own marks; those inside stay. */
export const unmark = (value: Value): Value => (value.marks === 0 ? value : { type: value.type, data: value.data, marks: 0 })

/** The values directly inside, in order: none for a primitive, null or unknown value. */
export function inside(value: Value): Iterable<Value> {
  if (Array.isArray(value.data)) return value.data as readonly Value[]
  if (value.data instanceof Map) return (value.data as ReadonlyMap<string, Value>).values()
  return []
}

/** Whether it and everything inside is known. */
export function isWhollyKnown(value: Value): boolean {
  if (value.data instanceof Unknown) return false
  for (const one of inside(value)) if (!isWhollyKnown(one)) return false
  return true
}

/** Its own marks and those of everything inside. */
export function deepMarks(value: Value): Marks {
  let marks = value.marks
  for (const one of inside(value)) marks |= deepMarks(one)
  return marks
}

/** The same value with every one inside replaced; what `change` gives back must have the type of what it was given. */
function mapInside(value: Value, change: (one: Value) => Value): Value {
  if (Array.isArray(value.data)) {
    let changed = false
    const data = (value.data as readonly Value[]).map((one) => {
      const other = change(one)
      if (other !== one) changed = true
      return other
    })
    return changed ? { type: value.type, data, marks: value.marks } : value
  }
  if (value.data instanceof Map) {
    let changed = false
    const data = new Map<string, Value>()
    for (const [name, one] of value.data as ReadonlyMap<string, Value>) {
      const other = change(one)
      if (other !== one) changed = true
      data.set(name, other)
    }
    return changed ? { type: value.type, data, marks: value.marks } : value
  }
  return value
}

/** The same value without any marks, and all marks that there were. */
export function unmarkDeep(value: Value): [Value, Marks] {
  const marks = deepMarks(value)
  return marks === 0 ? [value, 0] : [bareDeep(value), marks]
}

const bareDeep = (value: Value): Value => unmark(mapInside(value, bareDeep))

/** The same value with `mark` taken off itself and everything inside. */
export function dropMark(value: Value, mark: Marks): Value {
  const inner = mapInside(value, (one) => dropMark(one, mark))
  return (inner.marks & mark) === 0 ? inner : { type: inner.type, data: inner.data, marks: inner.marks & ~mark }
}

/** The elements of a list, set or tuple, or the values of a map or object, in order; none when it is null or unknown. */
export const elementsOf = (value: Value): readonly Value[] => (Array.isArray(value.data) ? (value.data as readonly Value[]) : [...inside(value)])
const noMembers: ReadonlyMap<string, Value> = new Map()
/** The members of a map or object, in code point order of their names; none when it is null or unknown. */
export const membersOf = (value: Value): ReadonlyMap<string, Value> => (value.data instanceof Map ? (value.data as ReadonlyMap<string, Value>) : noMembers)
/** The text of a known value of type string. */
export const textOf = (value: Value): string => value.data as string
/** The number of a known value of type number. */
export const numOf = (value: Value): Num => value.data as Num
export const isTrue = (value: Value): boolean => value.data === true
export const refinementOf = (value: Value): Refinement => (value.data instanceof Unknown ? value.data.refinement : {})

/** Whether the value certainly is not null: it is known and not, or it is unknown and said to be not. */
export const surelyNotNull = (value: Value): boolean => (value.data instanceof Unknown ? value.data.refinement.notNull === true : value.data !== null)

/** An unknown value with more known of it; a known value as it is. */
export function refine(value: Value, more: Refinement): Value {
  if (!(value.data instanceof Unknown) || value.type.kind === 'any') return value
  return refined(value.type, { ...value.data.refinement, ...more }, value.marks)
}
