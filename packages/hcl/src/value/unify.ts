/**
 * The one type that several can be converted to: structures of one shape member by member, otherwise the collection of all their
 * members, otherwise the most general of the given types that all others convert to. `undefined` when there is none.
 */
import { any, isCollection, isPrimitive, listOf, mapOf, objectOf, sameType, tupleOf, type CollectionType, type ObjectType, type TupleType, type Type } from './type.ts'
import type { Value } from './value.ts'

export type Path = readonly (string | number)[]
export type Conversion = (value: Value, path: Path) => Value

/** How values of one type become values of another; `undefined` when they do not. Conversion needs unification and the other way around. */
export type Between = (from: Type, to: Type, unsafe: boolean) => Conversion | undefined

/** For every given type how its values become `type`; `undefined` where nothing is to be done. */
export type Unified = { readonly type: Type; readonly conversions: readonly (Conversion | undefined)[] }

export function unifyWith(between: Between, types: readonly Type[], unsafe: boolean): Unified | undefined {
  const first = types[0]
  if (first === undefined) return undefined
  if (types.every((one) => sameType(one, first))) return { type: first, conversions: types.map(() => undefined) }
  const kinds = { map: 0, list: 0, set: 0, object: 0, tuple: 0, any: 0, string: 0, number: 0, bool: 0 }
  for (const one of types) kinds[one.kind]++
  const all = types.length
  const dynamic = kinds.any > 0
  const only = (kind: keyof typeof kinds): boolean => kinds[kind] > 0 && kinds[kind] + kinds.any === all
  if (only('map') || only('list') || only('set')) return dynamic ? asAny(types) : unifyCollections(between, types as readonly CollectionType[], unsafe)
  if (kinds.map > 0 && kinds.map + kinds.object + kinds.any === all) {
    const found = structuresAs(between, 'map', types, unsafe)
    if (found !== undefined) return found
  } else if (kinds.list > 0 && kinds.list + kinds.tuple + kinds.any === all) {
    const found = structuresAs(between, 'list', types, unsafe)
    if (found !== undefined) return found
  } else if (only('object')) return dynamic ? asAny(types) : unifyObjects(between, types as readonly ObjectType[], unsafe)
  else if (only('tuple')) return dynamic ? asAny(types) : unifyTuples(between, types as readonly TupleType[], unsafe)
  else if (kinds.object > 0 && kinds.tuple > 0) return undefined
  return unifyToOne(between, types, unsafe)
}

const asAny = (types: readonly Type[]): Unified => ({ type: any, conversions: types.map(() => undefined) })

function convertAll(between: Between, types: readonly Type[], target: Type, unsafe: boolean): Unified | undefined {
  const conversions: (Conversion | undefined)[] = []
  for (const one of types) {
    if (sameType(one, target)) conversions.push(undefined)
    else {
      const conversion = between(one, target, unsafe)
      if (conversion === undefined) return undefined
      conversions.push(conversion)
    }
  }
  return { type: target, conversions }
}

function unifyCollections(between: Between, types: readonly CollectionType[], unsafe: boolean): Unified | undefined {
  const element = unifyWith(between, types.map((one) => one.element), unsafe)
  const kind = types[0]?.kind
  return element === undefined || kind === undefined ? undefined : convertAll(between, types, { kind, element: element.type }, unsafe)
}

/** Objects among maps and tuples among lists are taken for collections of the same kind first. */
function structuresAs(between: Between, kind: 'map' | 'list', types: readonly Type[], unsafe: boolean): Unified | undefined {
  const structures = types.filter((one) => one.kind === 'object' || one.kind === 'tuple')
  const collected = kind === 'map' ? objectsToMap(between, structures as readonly ObjectType[], unsafe) : tuplesToList(between, structures as readonly TupleType[], unsafe)
  if (collected === undefined) return undefined
  const found = unifyWith(between, types.map((one) => (one.kind === 'object' || one.kind === 'tuple' ? collected.type : one)), unsafe)
  if (found === undefined || found.type.kind !== kind) return undefined
  return convertAll(between, types, found.type, unsafe)
}

function unifyObjects(between: Between, types: readonly ObjectType[], unsafe: boolean): Unified | undefined {
  const first = types[0]
  if (first === undefined) return undefined
  const alike = types.every((one) => one.attributes.size === first.attributes.size && [...one.attributes.keys()].every((name) => first.attributes.has(name)))
  if (!alike) return objectsToMap(between, types, unsafe)
  const attributes: [string, Type][] = []
  for (const name of first.attributes.keys()) {
    const one = unifyWith(between, types.map((type) => type.attributes.get(name) ?? any), unsafe)
    if (one === undefined) return undefined
    attributes.push([name, one.type])
  }
  return convertAll(between, types, objectOf(attributes), unsafe) ?? objectsToMap(between, types, unsafe)
}

function objectsToMap(between: Between, types: readonly ObjectType[], unsafe: boolean): Unified | undefined {
  const element = unifyWith(between, types.flatMap((one) => [...one.attributes.values()]), unsafe)
  return element === undefined ? undefined : convertAll(between, types, mapOf(element.type), unsafe)
}

function unifyTuples(between: Between, types: readonly TupleType[], unsafe: boolean): Unified | undefined {
  const length = types[0]?.elements.length ?? 0
  if (types.some((one) => one.elements.length !== length)) return tuplesToList(between, types, unsafe)
  const elements: Type[] = []
  for (let i = 0; i < length; i++) {
    const one = unifyWith(between, types.map((type) => type.elements[i] ?? any), unsafe)
    if (one === undefined) return undefined
    elements.push(one.type)
  }
  return convertAll(between, types, tupleOf(elements), unsafe) ?? tuplesToList(between, types, unsafe)
}

function tuplesToList(between: Between, types: readonly TupleType[], unsafe: boolean): Unified | undefined {
  const element = unifyWith(between, types.flatMap((one) => one.elements), unsafe)
  return element === undefined ? undefined : convertAll(between, types, listOf(element.type), unsafe)
}

function unifyToOne(between: Between, types: readonly Type[], unsafe: boolean): Unified | undefined {
  for (const i of preferred(types)) {
    const wanted = types[i]
    const found = wanted === undefined ? undefined : convertAll(between, types, wanted, unsafe)
    if (found !== undefined) return found
  }
  return undefined
}

/** Positions of the types, more general before more special; those that nothing orders keep their places. */
function preferred(types: readonly Type[]): number[] {
  const left = types.map((_, i) => i)
  const order: number[] = []
  while (left.length > 0) {
    const next = left.find((i) => !left.some((j) => compareTypes(types[j] ?? any, types[i] ?? any) < 0)) ?? left[0] ?? 0
    order.push(next)
    left.splice(left.indexOf(next), 1)
  }
  return order
}

/** Negative when `a` is the more general of the two, 0 when neither is for certain. */
function compareTypes(a: Type, b: Type): number {
  if (a.kind === 'any' || b.kind === 'any') return a.kind === b.kind ? 0 : a.kind === 'any' ? 1 : -1
  if (isPrimitive(a) && isPrimitive(b)) return a.kind === b.kind ? 0 : a.kind === 'string' ? -1 : b.kind === 'string' ? 1 : 0
  if (isCollection(a) && isCollection(b) && a.kind === b.kind) return compareTypes(a.element, b.element)
  const rank = (one: Type, other: Type): number => {
    if (one.kind === 'list' && (other.kind === 'tuple' || other.kind === 'set')) return -1
    if (one.kind === 'tuple' && other.kind === 'set') return -1
    if (one.kind === 'map' && other.kind === 'object') return -1
    return 0
  }
  if (rank(a, b) !== 0) return -1
  if (rank(b, a) !== 0) return 1
  if (a.kind === 'object' && b.kind === 'object') {
    if (a.attributes.size !== b.attributes.size) return 0
    const pairs: [Type, Type][] = []
    for (const [name, one] of a.attributes) {
      const other = b.attributes.get(name)
      if (other === undefined) return 0
      pairs.push([one, other])
    }
    return compareMembers(pairs)
  }
  if (a.kind === 'tuple' && b.kind === 'tuple') return a.elements.length === b.elements.length ? compareMembers(a.elements.map((one, i) => [one, b.elements[i] ?? any])) : 0
  return 0
}

function compareMembers(pairs: readonly (readonly [Type, Type])[]): number {
  let result = 0
  for (const [one, other] of pairs) {
    const c = compareTypes(one, other)
    if (c !== 0 && result !== 0 && Math.sign(c) !== Math.sign(result)) return 0
    if (c !== 0) result = c
  }
  return result
}
