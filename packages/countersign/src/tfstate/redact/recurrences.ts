/**
 * Sensitive values where they recur in addresses and paths. The rules for short values are those of the plan's redaction; encodings are not
 * searched for here. A masked key says nothing of what it was: with a key of the caller's, the same one always has the same number, so that
 * versions can be compared; without one, they are numbered.
 */
import { createHmac } from 'node:crypto'
import { mapAddressKeys, mapAddressWords } from '../../plan/redact/address.ts'
import { Finder } from '../../plan/redact/finder.ts'
import { maskShapes, mayHoldShape } from '../../plan/redact/secret-shapes.ts'

/** A word as a person or a provider would choose it: not taken out of an address for being somebody's password too. */
const plainWord = /^[a-z]{1,19}(?:_[a-z]{1,19})*$/
const trivial = /^(?:true|false|null|nil|none|[0-9]{1,3}|\s*)$/i
const wordCharacter = /[\p{L}\p{N}]/u

const bounded = (text: string, from: number, to: number): boolean => !wordCharacter.test(text.charAt(from - 1)) && !wordCharacter.test(text.charAt(to))

/** Words that were judged: those of one address are those of the next one. */
const REMEMBERED = 10_000

export class Recurrences {
  /** Those of less than four characters. */
  readonly #short = new Set<string>()
  readonly #finder: Finder
  readonly #key: Uint8Array | undefined
  readonly #names = new Map<string, string>()
  readonly #words = new Map<string, string>()
  #masked = 0

  /** @param strings are taken over, because there may be hundreds of thousands: what is not searched for is taken out of them */
  constructor(strings: Set<string>, key?: Uint8Array) {
    for (const value of strings) {
      if (value.length >= 4 && !trivial.test(value)) continue
      strings.delete(value)
      if (!trivial.test(value)) this.#short.add(value)
    }
    this.#finder = new Finder(strings)
    this.#key = key
  }

  #holds(text: string): boolean {
    if (this.#short.has(text) || this.#finder.has(text)) return true
    let hit = false
    this.#finder.each(text, (from, to) => (hit ||= to - from >= 6 || bounded(text, from, to)))
    return hit
  }

  /** The key itself, or `(masked:sensitive N)`. */
  key(key: string): string {
    const known = this.#names.get(key)
    if (known !== undefined) return known
    let out = key
    // One that imitates a mask would stand for any other key of its resource.
    if (key.includes('(masked:')) out = this.#mask('reserved', key)
    else if (this.#holds(key)) out = this.#mask('sensitive', key)
    else if (mayHoldShape(key)) {
      const why = new Set<string>()
      maskShapes(key, '', why as Parameters<typeof maskShapes>[2])
      const reason = [...why][0]
      if (reason !== undefined) out = this.#mask(reason, key)
    }
    this.#names.set(key, out)
    return out
  }

  #mask(why: string, key: string): string {
    const number = this.#key === undefined ? String(++this.#masked) : createHmac('sha256', this.#key).update(`key ${key}`).digest('hex').slice(0, 12)
    return `(masked:${why} ${number})`
  }

  /** A type, a name: masked when a sensitive value stands in it that is no plain word. */
  word(word: string): string {
    const known = this.#words.get(word)
    if (known !== undefined) return known
    let hit = false
    this.#finder.each(word, (from, to) => (hit ||= to - from >= 6 && !plainWord.test(word.slice(from, to))))
    const out = hit ? this.key(word) : word
    if (this.#words.size >= REMEMBERED) this.#words.clear()
    this.#words.set(word, out)
    return out
  }

  address(address: string): string {
    const keyed = address.includes('["') ? mapAddressKeys(address, (key) => this.key(key)) : address
    return mapAddressWords(keyed, (word) => this.word(word))
  }

  /** A path of an attribute, as `SecretScan` writes them. */
  path(path: string): string {
    return this.address(path)
  }
}
