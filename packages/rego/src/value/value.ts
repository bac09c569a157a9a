/**
 * Rego's values as JavaScript holds them.
 *
 * What JSON.parse returns is a value as it stands: null, booleans, numbers, strings, arrays and objects are never converted or
 * copied. Own classes exist for what JSON has not: `RegoSet`, and `RegoObject` for objects with a key that is not a string.
 * Integers beyond 2^53 are bigints; every other number is a double. Undefined is not a value: it is JavaScript's `undefined`.
 *
 * Invariants, kept by the constructors here and in `object.ts`, `number.ts`:
 *  - an object whose keys are all strings is a plain object, and only its own members count (`__proto__` may be one of them);
 *  - a bigint is outside the safe integers (use `integer()`); NaN and the infinities never occur;
 *  - values are immutable once another owner has seen them. Input is never written to.
 */

export type Atom = null | boolean | number | bigint | string
export type PlainObject = { readonly [key: string]: Value }
export type Value = Atom | readonly Value[] | PlainObject | RegoSet | RegoObject

const canonicalAtom = (atom: Atom): Atom =>
  typeof atom === 'number' && Number.isInteger(atom) && !Number.isSafeInteger(atom) ? BigInt(atom) : atom

const isAtom = (value: Value): value is Atom => typeof value !== 'object' || value === null

/**
 * A set. Build one with `add`, then hand it on and never touch it again. Iteration is in the order of insertion: what a
 * policy can see must come through `members()` of `order.ts`, which is OPA's order.
 */
export class RegoSet implements Iterable<Value> {
  readonly #atoms = new Set<Atom>()
  #composites: Map<string, Value> | undefined
  /** OPA's order, kept by `members()`; emptied by `add`. */
  sorted: readonly Value[] | undefined

  constructor(values?: Iterable<Value>) {
    if (values !== undefined) for (const value of values) this.add(value)
  }

  get size(): number {
    return this.#atoms.size + (this.#composites?.size ?? 0)
  }

  add(value: Value): this {
    this.sorted = undefined
    if (isAtom(value)) this.#atoms.add(canonicalAtom(value))
    else {
      this.#composites ??= new Map()
      const text = canonicalText(value)
      if (!this.#composites.has(text)) this.#composites.set(text, value)
    }
    return this
  }

  has(value: Value): boolean {
    if (isAtom(value)) return this.#atoms.has(canonicalAtom(value))
    return this.#composites !== undefined && this.#composites.has(canonicalText(value))
  }

  *[Symbol.iterator](): IterableIterator<Value> {
    yield* this.#atoms
    if (this.#composites !== undefined) yield* this.#composites.values()
  }

  /** All members, unordered. */
  toArray(): Value[] {
    const all: Value[] = [...this.#atoms]
    if (this.#composites !== undefined) for (const value of this.#composites.values()) all.push(value)
    return all
  }
}

/**
 * An object with at least one key that is not a string. Do not construct it: `ObjectBuilder` of `object.ts` returns a plain
 * object whenever the keys allow it.
 */
export class RegoObject {
  readonly #atoms = new Map<Atom, Value>()
  #composites: Map<string, readonly [Value, Value]> | undefined
  /** OPA's order of the keys, kept by `keys()` of `order.ts`. */
  sorted: readonly Value[] | undefined

  get size(): number {
    return this.#atoms.size + (this.#composites?.size ?? 0)
  }

  set(key: Value, value: Value): void {
    this.sorted = undefined
    if (isAtom(key)) this.#atoms.set(canonicalAtom(key), value)
    else {
      this.#composites ??= new Map()
      this.#composites.set(canonicalText(key), [key, value])
    }
  }

  get(key: Value): Value | undefined {
    if (isAtom(key)) return this.#atoms.get(canonicalAtom(key))
    return this.#composites?.get(canonicalText(key))?.[1]
  }

  /** All keys, unordered. */
  keys(): Value[] {
    const all: Value[] = [...this.#atoms.keys()]
    if (this.#composites !== undefined) for (const [key] of this.#composites.values()) all.push(key)
    return all
  }
}

/** True of plain objects alone: not of null, arrays, sets, nor `RegoObject`. */
export const isPlain = (value: Value | undefined): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RegoSet) && !(value instanceof RegoObject)

/** `Array.isArray` that narrows readonly arrays. */
export const isArray = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)

/** True of both kinds of objects. */
export const isObject = (value: Value | undefined): value is PlainObject | RegoObject => isPlain(value) || value instanceof RegoObject

/** One text for each value, the same for equal values, whatever the order in which they were built: a key for maps. */
export function canonicalText(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(canonicalAtom(value))
  if (isArray(value)) {
    let text = '['
    for (const item of value) text += `${canonicalText(item)},`
    return `${text}]`
  }
  if (value instanceof RegoSet) return `<${value.toArray().map(canonicalText).toSorted().join(',')}>`
  if (value instanceof RegoObject) {
    const pairs = value.keys().map((key) => `${canonicalText(key)}:${canonicalText(value.get(key) ?? null)}`)
    return `{${pairs.toSorted().join(',')}}`
  }
  const names = Object.keys(value)
  if (names.length > 1) names.sort()
  let text = '{'
  for (const name of names) text += `${JSON.stringify(name)}:${canonicalText(value[name] ?? null)},`
  return `${text}}`
}
