/**
 * OPA's total order: null, booleans, numbers, strings, arrays, objects, sets; and what follows from it. Strings compare by the
 * bytes of their UTF-8 form, which is the order of code points and not that of JavaScript's code units.
 */
import { get, size } from './object.ts'
import { isArray, isPlain, type PlainObject, RegoObject, RegoSet, type Value } from './value.ts'

const rank = (value: Value): number => {
  if (value === null) return 0
  switch (typeof value) {
    case 'boolean':
      return 1
    case 'number':
    case 'bigint':
      return 2
    case 'string':
      return 3
    default:
      return isArray(value) ? 6 : value instanceof RegoSet ? 8 : 7
  }
}

/** -1, 0 or 1, by code points. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    // surrogates stand for code points above U+FFFF, and must come after the rest of the plane
    if (x >= 0xd800 && y >= 0xd800) {
      const xs = x <= 0xdfff
      if (xs !== y <= 0xdfff) return xs ? 1 : -1
    }
    return x < y ? -1 : 1
  }
  return a.length < b.length ? -1 : 1
}

/** OPA's order of two values: -1, 0 or 1. */
export function compare(a: Value, b: Value): number {
  if (a === b) return 0
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  const ra = rank(a)
  const rb = rank(b)
  if (ra !== rb) return ra < rb ? -1 : 1
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    // numbers and bigints compare by value; atoms of one rank are otherwise of one type
    const x = a as number
    const y = b as number
    return x < y ? -1 : x > y ? 1 : 0
  }
  if (isArray(a)) return compareLists(a, b as readonly Value[])
  if (a instanceof RegoSet) return compareLists(members(a), members(b as RegoSet))
  return compareObjects(a, b as PlainObject | RegoObject)
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compare(a[i] as Value, b[i] as Value)
    if (order !== 0) return order
  }
  return a.length < b.length ? -1 : a.length > b.length ? 1 : 0
}

function compareObjects(a: PlainObject | RegoObject, b: PlainObject | RegoObject): number {
  const x = keys(a)
  const y = keys(b)
  const length = Math.min(x.length, y.length)
  for (let i = 0; i < length; i++) {
    const key = x[i] as Value
    const order = compare(key, y[i] as Value) || compare(get(a, key) as Value, get(b, key) as Value)
    if (order !== 0) return order
  }
  return x.length < y.length ? -1 : x.length > y.length ? 1 : 0
}

/** Equality by value: 1 and 1.0, sets in any order, objects in any order of keys. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object') {
    // a double beyond the safe integers may equal a bigint
    return (typeof a === 'bigint' || typeof b === 'bigint') && typeof a !== 'string' && typeof b !== 'string' && rank(a) === rank(b) && compare(a, b) === 0
  }
  if (a === null || b === null) return false
  if (isArray(a)) {
    if (!isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!equal(a[i] as Value, b[i] as Value)) return false
    return true
  }
  if (isArray(b)) return false
  if (a instanceof RegoSet) {
    if (!(b instanceof RegoSet) || a.size !== b.size) return false
    for (const value of a) if (!b.has(value)) return false
    return true
  }
  if (b instanceof RegoSet) return false
  if (size(a) !== size(b)) return false
  for (const key of isPlain(a) ? Object.keys(a) : a.keys()) {
    const other = get(b, key)
    if (other === undefined || !equal(get(a, key) as Value, other)) return false
  }
  return true
}

/** The members of a set in OPA's order. Do not change the array. */
export function members(set: RegoSet): readonly Value[] {
  set.sorted ??= sortValues(set.toArray())
  return set.sorted
}

/** The keys of an object in OPA's order. Do not change the array. */
export function keys(object: PlainObject | RegoObject): readonly Value[] {
  if (object instanceof RegoObject) {
    object.sorted ??= sortValues(object.keys())
    return object.sorted
  }
  const names = Object.keys(object)
  if (isSorted(names)) return names
  // the order of code units is the same but where surrogates meet the end of the plane
  names.sort()
  return isSorted(names) ? names : names.sort(compareStrings)
}

function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if (compareStrings(names[i - 1] as string, names[i] as string) > 0) return false
  return true
}

/** The names of a plain object in OPA's order: `keys` for those who know the kind. */
export const names = (object: PlainObject): readonly string[] => keys(object) as readonly string[]

/** Sorts in place, in OPA's order, and returns the same array. */
export function sortValues(values: Value[]): Value[] {
  return values.length > 1 ? values.sort(compare) : values
}

/** Pairs of an object in OPA's order of keys. */
export function* entries(object: PlainObject | RegoObject): IterableIterator<readonly [Value, Value]> {
  for (const key of keys(object)) yield [key, get(object, key) as Value]
}
