/** Finds many strings in a text in one pass. */

/** The lengths of needles that begin in one way. Most beginnings share a few such lists: a set for each would take more memory than the needles. */
type Lengths = { readonly all: readonly number[]; readonly more: Map<number, Lengths> }
/** Longer lists are shared by nobody. */
const SHARED = 8

/** Lengths by the first four units: a text is walked once, whatever the number of needles. */
export class Finder {
  readonly #needles: ReadonlySet<string>
  readonly #lengths = new Map<number, Lengths | Set<number>>()
  readonly #seen = new Uint8Array(65_536)
  readonly #few: readonly string[]

  /** @param needles have four units at least. A set is kept as it is, and must not change any more */
  constructor(needles: readonly string[] | ReadonlySet<string>) {
    this.#needles = needles instanceof Set ? needles : new Set(needles)
    this.#few = this.#needles.size <= 12 ? [...this.#needles] : []
    if (this.#few.length > 0) return
    const none: Lengths = { all: [], more: new Map() }
    for (const needle of this.#needles) {
      const key = Finder.#key(needle, 0)
      this.#seen[key] = 1
      this.#lengths.set(key, longer(this.#lengths.get(key) ?? none, needle.length))
    }
  }

  get size(): number {
    return this.#needles.size
  }

  /** Is it one, as a whole? */
  has(text: string): boolean {
    return this.#needles.has(text)
  }

  static #key(text: string, at: number): number {
    const a = text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)
    const b = text.charCodeAt(at + 2) * 31 + text.charCodeAt(at + 3)
    return (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> 16
  }

  /** Calls `found` for every occurrence, until it answers true. */
  each(text: string, found: (from: number, to: number) => boolean): void {
    if (this.#few.length > 0) {
      for (const needle of this.#few) {
        for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) if (found(at, at + needle.length)) return
      }
      return
    }
    if (this.#lengths.size === 0) return
    for (let at = 0; at + 4 <= text.length; at++) {
      const key = Finder.#key(text, at)
      if (this.#seen[key] === 0) continue
      const lengths = this.#lengths.get(key)
      if (lengths === undefined) continue
      for (const length of lengths instanceof Set ? lengths : lengths.all) {
        if (at + length <= text.length && this.#needles.has(text.slice(at, at + length)) && found(at, at + length)) return
      }
    }
  }
}

/** The lists with one more length each. */
function longer(lengths: Lengths | Set<number>, length: number): Lengths | Set<number> {
  if (lengths instanceof Set) return lengths.add(length)
  if (lengths.all.includes(length)) return lengths
  if (lengths.all.length === SHARED) return new Set([...lengths.all, length])
  const known = lengths.more.get(length)
  if (known) return known
  const made: Lengths = { all: [...lengths.all, length], more: new Map() }
  lengths.more.set(length, made)
  return made
}
