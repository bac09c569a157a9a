/** Finds many strings in a text in one pass. */
type Bucket = Map<number, Set<string>>

/** Occurrences by the first four units, then by length: a text is walked once, whatever the number of needles. */
export class Finder {
  readonly #byPrefix = new Map<number, Bucket>()
  readonly #seen = new Uint8Array(65_536)
  readonly #few: readonly string[]

  /** `needles` have four units at least. */
  constructor(needles: readonly string[]) {
    this.#few = needles.length <= 12 ? needles : []
    if (this.#few.length > 0) return
    for (const needle of needles) {
      const key = Finder.#key(needle, 0)
      this.#seen[key] = 1
      const bucket: Bucket = this.#byPrefix.get(key) ?? new Map<number, Set<string>>()
      this.#byPrefix.set(key, bucket)
      bucket.set(needle.length, (bucket.get(needle.length) ?? new Set<string>()).add(needle))
    }
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
    if (this.#byPrefix.size === 0) return
    for (let at = 0; at + 4 <= text.length; at++) {
      const key = Finder.#key(text, at)
      if (this.#seen[key] === 0) continue
      for (const [length, set] of this.#byPrefix.get(key) ?? []) {
        if (set.has(text.slice(at, at + length)) && found(at, at + length)) return
      }
    }
  }
}
