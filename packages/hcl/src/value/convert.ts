/**
 * Conversion of values between types. A *safe* conversion never fails for a known value; an *unsafe* one may, such as that from text
 * to a number. Which conversions there are is decided by the types alone.
 */
import { ValueError } from './error.ts'
import { mismatchWith } from './mismatch.ts'
import { numberText, parseNumber, type Num } from './number.ts'
import { set } from './set.ts'
import { hasAny, isCollection, isPrimitive, listOf, mapOf, nameOf, objectOf, sameType, setOf, tupleOf, type CollectionType, type ObjectType, type TupleType, type Type, withoutOptional } from './type.ts'
import { type Conversion, type Path, type Unified, unifyWith } from './unify.ts'
import { elementsOf, list, map, membersOf, no, nullOf, num, object, type Refinement, refinementOf, text, tuple, unknown, Unknown, unmark, type Value, withMarks, yes } from './value.ts'

export type { Conversion } from './unify.ts'

/** See {@link unifyWith}. */
export const unify = (types: readonly Type[], unsafe: boolean): Unified | undefined => unifyWith(conversionBetween, types, unsafe)
/** See {@link mismatchWith}. */
export const mismatch = (got: Type, want: Type): string => mismatchWith(conversionBetween, got, want)

/** The value as one of type `to`. Throws {@link ValueError} with what was required when there is no such conversion, or it fails. */
export function convert(value: Value, to: Type): Value {
  if (to.kind === 'any' || sameType(value.type, to)) return value
  const conversion = conversionBetween(value.type, to, true)
  if (conversion === undefined) throw new ValueError(mismatch(value.type, to))
  return conversion(value, [])
}

/** Whether values of one type become values of another; `unsafe` allows conversions that may still fail for some of them. */
export const convertible = (from: Type, to: Type, unsafe = true): boolean => sameType(from, to) || conversionBetween(from, to, unsafe) !== undefined

const cache = new WeakMap<Type, WeakMap<Type, { safe?: Conversion | undefined; unsafe?: Conversion | undefined }>>()

/** How values of `from` become values of `to`; `undefined` when they do not. */
export function conversionBetween(from: Type, to: Type, unsafe: boolean): Conversion | undefined {
  let known = cache.get(from)
  if (known === undefined) cache.set(from, (known = new WeakMap()))
  let pair = known.get(to)
  if (pair === undefined) known.set(to, (pair = {}))
  const key = unsafe ? 'unsafe' : 'safe'
  if (!(key in pair)) {
    const inner = conversionOfKnown(from, to, unsafe)
    pair[key] = inner === undefined ? undefined : to.kind === 'any' ? (value) => value : wrap(inner, to)
  }
  return pair[key]
}

const wrap =
  (inner: Conversion, to: Type): Conversion =>
  (value, path) => {
    if (value.marks !== 0) return withMarks(wrap(inner, to)(unmark(value), path), value.marks)
    if (value.data instanceof Unknown) {
      const type = settle(value.type, withoutOptional(to))
      return type.kind === 'any' ? unknown(type) : unknown(type, refinementAfter(value, type))
    }
    if (value.data === null) return nullOf(settle(value.type, withoutOptional(to)))
    return inner(value, path)
  }

/** What stays known of an unknown value under a conversion. */
function refinementAfter(value: Value, to: Type): Refinement {
  const from = value.type
  const { notNull, shortest, longest } = refinementOf(value)
  const base: Refinement = notNull === true ? { notNull } : {}
  if (from.kind === 'object' && to.kind === 'map') return { ...base, shortest: from.attributes.size, longest: from.attributes.size }
  if (from.kind === 'tuple' && to.kind === 'list') return { ...base, shortest: from.elements.length, longest: from.elements.length }
  if (from.kind === 'tuple' && to.kind === 'set') return { ...base, shortest: Math.min(1, from.elements.length), longest: from.elements.length }
  if (!isCollection(from) || !isCollection(to)) return base
  const least = to.kind === 'set' ? Math.min(1, shortest ?? 0) : shortest
  return { ...base, ...(least === undefined ? {} : { shortest: least }), ...(longest === undefined ? {} : { longest }) }
}

/** `any` inside the wanted type gives way to what the value has there. */
function settle(from: Type, to: Type): Type {
  if (!hasAny(to)) return to
  if (to.kind === 'any') return from
  if (isCollection(to)) {
    if (isCollection(from)) return { kind: to.kind, element: settle(from.element, to.element) }
    const members = from.kind === 'tuple' ? from.elements : from.kind === 'object' ? [...from.attributes.values()] : []
    const common = members.length === 0 ? undefined : unify(members, true)
    return common === undefined ? to : { kind: to.kind, element: settle(common.type, to.element) }
  }
  if (to.kind === 'tuple' && from.kind === 'tuple') return tupleOf(to.elements.map((one, i) => settle(from.elements[i] ?? one, one)))
  if (to.kind === 'object') {
    const theirs = (name: string, one: Type): Type => (from.kind === 'object' ? (from.attributes.get(name) ?? one) : from.kind === 'map' ? from.element : one)
    return objectOf([...to.attributes].map(([name, one]) => [name, settle(theirs(name, one), one)]), to.optional)
  }
  return to
}

function conversionOfKnown(from: Type, to: Type, unsafe: boolean): Conversion | undefined {
  if (to.kind === 'any') return (value) => value
  if (from.kind === 'any') return unsafe ? (value, path) => withPath(() => convert(value, to), path) : undefined
  if (isPrimitive(from) && isPrimitive(to)) return primitive(from, to, unsafe)
  if (from.kind === 'object' && to.kind === 'object') return objectToObject(from, to, unsafe)
  if (from.kind === 'tuple' && to.kind === 'tuple') return tupleToTuple(from, to, unsafe)
  if ((to.kind === 'list' || to.kind === 'set') && (from.kind === 'list' || from.kind === 'set')) {
    if (to.kind === 'set' && from.kind === 'list' && !unsafe) return undefined
    return sequenceToSequence(from, to, unsafe)
  }
  if (to.kind === 'map' && from.kind === 'map') return mapToMap(from, to, unsafe)
  if ((to.kind === 'list' || to.kind === 'set') && from.kind === 'tuple') return tupleToSequence(from, to, unsafe)
  if (to.kind === 'map' && from.kind === 'object') return objectToMap(from, to, unsafe)
  if (to.kind === 'object' && from.kind === 'map') return unsafe ? mapToObject(from, to, unsafe) : undefined
  return undefined
}

function withPath(work: () => Value, path: Path): Value {
  try {
    return work()
  } catch (error) {
    if (error instanceof ValueError && path.length > 0) throw new ValueError(error.message, [...path, ...error.path])
    throw error
  }
}

function primitive(from: Type, to: Type, unsafe: boolean): Conversion | undefined {
  if (to.kind === 'string') return from.kind === 'number' ? (value) => text(numberText(value.data as Num)) : (value) => text(value.data === true ? 'true' : 'false')
  if (!unsafe || from.kind !== 'string') return undefined
  if (to.kind === 'number')
    return (value, path) => {
      const parsed = parseNumber(value.data as string)
      if (parsed === undefined) throw new ValueError('a number is required', path)
      return num(parsed)
    }
  return (value, path) => {
    if (value.data === 'true' || value.data === '1') return yes
    if (value.data === 'false' || value.data === '0') return no
    const lower = (value.data as string).toLowerCase()
    if (lower === 'true' || lower === 'false') throw new ValueError(`a bool is required; to convert from string, use lowercase "${lower}"`, path)
    throw new ValueError('a bool is required', path)
  }
}

/** Nothing to do is `null`, impossible is `undefined`. */
function between(from: Type, to: Type, unsafe: boolean): Conversion | null | undefined {
  return sameType(from, to) ? null : conversionBetween(from, to, unsafe)
}

/**
 * Elements of one type, for a collection whose element type was left open somewhere: what the elements became decides. `loose` lets those of no
 * type yet take the type of the others.
 */
function homogeneous(kind: string, elements: readonly Value[], path: Path, loose: boolean): readonly Value[] {
  const first = elements[0]
  if (first === undefined || elements.every((one) => sameType(one.type, first.type))) return elements
  if (loose) {
    const settled = elements.find((one) => one.type.kind !== 'any') ?? first
    if (elements.every((one) => one.type.kind === 'any' || sameType(one.type, settled.type))) return elements.map((one) => convert(one, settled.type))
    throw new ValueError(`${nameOf(settled.type)} is required`, path)
  }
  const common = unify(elements.map((one) => one.type), true)
  const alike = common === undefined ? [] : elements.map((one, i) => common.conversions[i]?.(one, [...path, i]) ?? one)
  const type = alike[0]?.type
  if (type === undefined || !alike.every((one) => sameType(one.type, type))) throw new ValueError(`element types must all match for conversion to ${kind}`, path)
  return alike
}

function sequence(kind: 'list' | 'set', element: Type, elements: readonly Value[], path: Path): Value {
  const alike = homogeneous(kind, elements, path, false)
  const type = alike[0]?.type ?? withoutOptional(element)
  return kind === 'list' ? list(type, alike) : set(type, alike)
}

function sequenceToSequence(from: CollectionType, to: CollectionType, unsafe: boolean): Conversion | undefined {
  const each = between(from.element, to.element, unsafe)
  if (each === undefined) return undefined
  const kind = to.kind as 'list' | 'set'
  return (value, path) => {
    const elements = elementsOf(value)
    if (elements.length === 0 && to.element.kind === 'any') return { type: kind === 'list' ? listOf(from.element) : setOf(from.element), data: [], marks: 0 }
    return sequence(kind, to.element, each === null ? elements : elements.map((one, i) => each(one, [...path, i])), path)
  }
}

function mapToMap(from: CollectionType, to: CollectionType, unsafe: boolean): Conversion | undefined {
  const each = between(from.element, to.element, unsafe)
  if (each === undefined) return undefined
  return (value, path) => {
    const members = [...membersOf(value)]
    if (members.length === 0) return { type: mapOf(to.element.kind === 'any' ? from.element : withoutOptional(to.element)), data: new Map(), marks: 0 }
    return mapping(each === null ? members : members.map(([key, one]) => [key, each(one, [...path, key])] as const), path, false)
  }
}

function mapping(members: readonly (readonly [string, Value])[], path: Path, loose: boolean): Value {
  const alike = homogeneous('map', members.map(([, one]) => one), path, loose)
  return map(alike[0]?.type ?? { kind: 'any' }, members.map(([key, one], i) => [key, alike[i] ?? one]))
}

/** The element type that was asked for, or the one that all members have in common. */
function elementFor(members: readonly Type[], wanted: Type, unsafe: boolean): Type | undefined {
  return wanted.kind === 'any' ? unify(members, unsafe)?.type : wanted
}

function tupleToSequence(from: TupleType, to: CollectionType, unsafe: boolean): Conversion | undefined {
  const kind = to.kind as 'list' | 'set'
  if (from.elements.length === 0) return () => ({ type: kind === 'list' ? listOf(withoutOptional(to.element)) : setOf(withoutOptional(to.element)), data: [], marks: 0 })
  const element = elementFor(from.elements, to.element, unsafe)
  // where only some have a type yet, there is none for all
  if (element === undefined || (to.element.kind === 'any' && element.kind === 'any' && from.elements.some((one) => one.kind !== 'any'))) return undefined
  const each = from.elements.map((one) => between(one, element, unsafe))
  if (each.includes(undefined)) return undefined
  return (value, path) =>
    sequence(
      kind,
      element,
      elementsOf(value).map((one, i) => each[i]?.(one, [...path, i]) ?? one),
      path,
    )
}

function objectToMap(from: ObjectType, to: CollectionType, unsafe: boolean): Conversion | undefined {
  if (from.attributes.size === 0) return () => ({ type: mapOf(withoutOptional(to.element)), data: new Map(), marks: 0 })
  const element = elementFor([...from.attributes.values()], to.element, unsafe)
  if (element === undefined) return undefined
  const each = new Map<string, Conversion | null>()
  for (const [name, one] of from.attributes) {
    const conversion = between(one, element, unsafe)
    if (conversion === undefined) return undefined
    each.set(name, conversion)
  }
  return (value, path) => mapping([...membersOf(value)].map(([name, one]) => [name, each.get(name)?.(one, [...path, name]) ?? one] as const), path, !isCollection(element) && element.kind !== 'object')
}

function objectToObject(from: ObjectType, to: ObjectType, unsafe: boolean): Conversion | undefined {
  const each = new Map<string, Conversion | null>()
  for (const [name, wanted] of to.attributes) {
    const given = from.attributes.get(name)
    if (given === undefined) {
      if (to.optional.has(name)) continue
      return undefined
    }
    const conversion = between(given, wanted, unsafe)
    if (conversion === undefined) return undefined
    each.set(name, conversion)
  }
  return (value, path) => {
    const members: [string, Value][] = []
    for (const [name, wanted] of to.attributes) {
      const one = membersOf(value).get(name)
      members.push([name, one === undefined ? nullOf(withoutOptional(wanted)) : (each.get(name)?.(one, [...path, name]) ?? one)])
    }
    return object(members)
  }
}

function tupleToTuple(from: TupleType, to: TupleType, unsafe: boolean): Conversion | undefined {
  if (from.elements.length !== to.elements.length) return undefined
  const each = from.elements.map((one, i) => between(one, to.elements[i] ?? one, unsafe))
  if (each.includes(undefined)) return undefined
  return (value, path) => tuple(elementsOf(value).map((one, i) => each[i]?.(one, [...path, i]) ?? one))
}

function mapToObject(from: CollectionType, to: ObjectType, unsafe: boolean): Conversion | undefined {
  const each = new Map<string, Conversion | null>()
  for (const [name, wanted] of to.attributes) {
    const conversion = between(from.element, wanted, unsafe)
    if (conversion === undefined) return undefined
    each.set(name, conversion)
  }
  return (value, path) => {
    const members: [string, Value][] = []
    for (const [name, wanted] of to.attributes) {
      const one = membersOf(value).get(name)
      if (one === undefined && !to.optional.has(name)) throw new ValueError(`map has no element for required attribute "${name}"`, path)
      members.push([name, one === undefined ? nullOf(withoutOptional(wanted)) : (each.get(name)?.(one, [...path, name]) ?? one)])
    }
    return object(members)
  }
}
