/** Reading and building objects of both kinds. Nothing here trusts a prototype: `constructor` and `__proto__` are keys like others. */
import { isPlain, type PlainObject, RegoObject, type Value } from './value.ts'

/** The own member of a plain object, or undefined. */
export function member(object: PlainObject, name: string): Value | undefined {
  const value = object[name]
  // what is inherited is a function or, under __proto__, an object; own members of those kinds pass the second look
  if (value === undefined || (typeof value !== 'object' && typeof value !== 'function' && name !== '__proto__')) return value
  return Object.hasOwn(object, name) ? value : undefined
}

/** The value under any key of either kind of object. */
export function get(object: PlainObject | RegoObject, key: Value): Value | undefined {
  if (object instanceof RegoObject) return object.get(key)
  return typeof key === 'string' ? member(object, key) : undefined
}

/** How many members an object has. */
export const size = (object: PlainObject | RegoObject): number => (object instanceof RegoObject ? object.size : Object.keys(object).length)

/** Writes an own member, also where the name is `__proto__`. */
export function put(object: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  else object[name] = value
}

/** Builds an object of whichever kind its keys ask for. Later values replace earlier ones under the same key. */
export class ObjectBuilder {
  readonly #plain: Record<string, Value> = {}
  #other: RegoObject | undefined

  set(key: Value, value: Value): this {
    if (this.#other !== undefined) this.#other.set(key, value)
    else if (typeof key === 'string') put(this.#plain, key, value)
    else {
      this.#other = new RegoObject()
      for (const name of Object.keys(this.#plain)) this.#other.set(name, this.#plain[name] ?? null)
      this.#other.set(key, value)
    }
    return this
  }

  get(key: Value): Value | undefined {
    if (this.#other !== undefined) return this.#other.get(key)
    return typeof key === 'string' ? member(this.#plain, key) : undefined
  }

  get size(): number {
    return this.#other?.size ?? Object.keys(this.#plain).length
  }

  /** The object. The builder is not to be used afterwards. */
  build(): PlainObject | RegoObject {
    return this.#other ?? this.#plain
  }
}

/** An object of pairs. */
export function objectOf(pairs: Iterable<readonly [Value, Value]>): PlainObject | RegoObject {
  const builder = new ObjectBuilder()
  for (const [key, value] of pairs) builder.set(key, value)
  return builder.build()
}

/** The keys of either kind, unordered. `keys()` of `order.ts` has OPA's order. */
export const unorderedKeys = (object: PlainObject | RegoObject): readonly Value[] => (isPlain(object) ? Object.keys(object) : object.keys())
