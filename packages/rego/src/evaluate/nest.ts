/** What rules with computed keys add up to: an object of values, sets and further objects, in which nothing is said twice differently. */
import { canonicalText, equal, ObjectBuilder, RegoSet, type Value } from '../value/index.ts'

type Entry = { readonly key: Value; content: Nest | RegoSet | { readonly value: Value } }

export class Nest {
  readonly #entries = new Map<Value | string, Entry>()

  /** Puts a value at a path, or adds it to the set there. False where another value is in the way. */
  put(path: readonly Value[], value: Value, contains: boolean, depth = 0): boolean {
    const key = path[depth] as Value
    // texts of composites begin with a bracket; a string could too, and gets a mark
    const name = typeof key === 'object' && key !== null ? canonicalText(key) : typeof key === 'string' ? `"${key}` : key
    const entry = this.#entries.get(name)
    const last = depth === path.length - 1
    if (entry === undefined) {
      if (!last) {
        const inner = new Nest()
        this.#entries.set(name, { key, content: inner })
        return inner.put(path, value, contains, depth + 1)
      }
      this.#entries.set(name, { key, content: contains ? new RegoSet([value]) : { value } })
      return true
    }
    const { content } = entry
    if (!last) return content instanceof Nest && content.put(path, value, contains, depth + 1)
    if (contains) {
      if (!(content instanceof RegoSet)) return false
      content.add(value)
      return true
    }
    return !(content instanceof Nest) && !(content instanceof RegoSet) && equal(content.value, value)
  }

  build(): Value {
    const builder = new ObjectBuilder()
    for (const { key, content } of this.#entries.values()) {
      builder.set(key, content instanceof Nest ? content.build() : content instanceof RegoSet ? content : content.value)
    }
    return builder.build()
  }
}
