/**
 * Masks one value tree. Two strengths: `maps only` follows the sensitivity maps and the names of attributes, `thorough` also searches
 * every string and key for recurrences and secret shapes. The first runs over every plan; the second only when a scan of its
 * result says that something may be left. What needs no masking is handed on as the same object, not copied.
 */
import type { Json, JsonObject } from '../shape.ts'
import { maxDepth, tooDeep } from '../text/depth.ts'
import { mapAddressKeys, mapAddressWords } from './address.ts'
import { isBigNumber, masked, maskedPart, whyMasked } from './marks.ts'
import type { MaskReason } from './marks.ts'
import type { Needles } from './needles.ts'
import { isHarmlessValue, isSecretName, maskShapes, mayHoldShape } from './secret-shapes.ts'

type Marks = Json | undefined

/** Shorter keys hold no secret shape; they are spared the look. */
export const shortestKey = 12

export class Masker {
  /** Reasons found since `begin`, for what Terraform had not marked where it stands. `sensitive`: a marked value recurs. */
  readonly found = new Set<MaskReason>()
  /** True when anything at all was masked since `begin`, Terraform's own marks included. */
  touched = false
  /** Without needles: was anything seen that may be a secret, so that a thorough pass is needed? */
  suspicious = false
  readonly #needles: Needles | undefined
  readonly #words: Needles | undefined
  readonly #keys = new Map<string, string>()

  /** With needles: thorough. `words`: what is searched for in the words of the configuration. */
  constructor(needles?: Needles, words?: Needles) {
    this.#needles = needles
    this.#words = words
  }

  get thorough(): boolean {
    return this.#needles !== undefined
  }

  begin(): void {
    this.found.clear()
    this.touched = false
  }

  value(value: Json | undefined, marks: Marks): Json {
    return value === undefined ? null : this.#value(value, marks, '', maxDepth)
  }

  #hide(why: MaskReason): Json {
    this.touched = true
    if (why !== 'sensitive') this.found.add(why)
    return masked(why)
  }

  #value(value: Json, marks: Marks, name: string, depth: number): Json {
    if (value === null) return value
    if (marks !== undefined && marks !== null && marks !== false && typeof marks !== 'object') return this.#hide('sensitive')
    if (typeof value === 'string') return this.#string(value, marks, name)
    if (typeof value === 'number') return this.#needles?.isNumber(value) === true ? this.#hide('sensitive') : value
    if (typeof value === 'boolean') return value
    if (depth === 0) throw tooDeep()
    return Array.isArray(value) ? this.#array(value, marks, name, depth) : this.#object(value, marks, depth)
  }

  #string(value: string, marks: Marks, name: string): Json {
    // A map of marks over a string contradicts itself: taken as a mark.
    if (typeof marks === 'object' && marks !== null && Object.keys(marks).length > 0) return this.#hide('sensitive')
    if (isSecretName(name) && !isHarmlessValue(value)) return this.#hide('named')
    return this.text(value, name)
  }

  /** A free text: occurrences and shapes are taken out of it. Without needles, the same text. */
  text(value: string, name = ''): string {
    if (this.#needles === undefined) {
      this.suspicious ||= mayHoldShape(value)
      return value
    }
    const scrubbed = this.#needles.scrub(value, maskedPart('sensitive'))
    if (scrubbed !== value) this.found.add('sensitive')
    const out = maskShapes(scrubbed, name, this.found)
    if (out !== value) this.touched = true
    return out
  }

  /** A key of a map or of for_each. Two keys stay two keys: each hidden one has a number, the same one wherever it stands. */
  key(key: string): string {
    if (this.#needles === undefined) {
      if (key.length >= shortestKey) this.suspicious ||= mayHoldShape(key)
      return key
    }
    const known = this.#keys.get(key)
    if (known !== undefined) {
      this.touched = true
      return known
    }
    const out = maskShapes(this.#needles.scrub(key, maskedPart('sensitive')), '', this.found)
    if (out === key) return key
    return this.#number(key, whyMasked(out) ?? 'sensitive')
  }

  #number(key: string, why: string): string {
    this.touched = true
    const numbered = `(masked:${why} ${this.#keys.size + 1})`
    this.#keys.set(key, numbered)
    return numbered
  }

  /** A type, a name or a provider: a word of the configuration, which stays, unless a sensitive value stands in it. */
  word(word: string): string {
    if (this.#words === undefined || this.#words.scrub(word, '') === word) return word
    this.found.add('sensitive')
    this.touched = true
    return this.#keys.get(word) ?? this.#number(word, 'sensitive')
  }

  /** An address: its words are masked like words, the quoted keys in it like keys. */
  address(address: string): string {
    const keyed = address.includes('["') ? mapAddressKeys(address, (key) => this.key(key)) : address
    if (this.#words === undefined) return keyed
    return mapAddressWords(keyed, (word) => this.word(word))
  }

  #array(value: Json[], marks: Marks, name: string, depth: number): Json {
    const inner = Array.isArray(marks) ? marks : undefined
    if (inner === undefined && typeof marks === 'object' && marks !== null && Object.keys(marks).length > 0) return this.#hide('sensitive')
    let copy: Json[] | undefined
    for (let i = 0; i < value.length; i++) {
      const item = value[i] ?? null
      const out = this.#value(item, inner?.[i], name, depth - 1)
      if (out !== item) (copy ??= value.slice())[i] = out
    }
    return copy ?? value
  }

  #object(value: JsonObject, marks: Marks, depth: number): Json {
    if (Array.isArray(marks) && marks.some((mark) => mark !== false)) return this.#hide('sensitive')
    const inner = typeof marks === 'object' && marks !== null && !Array.isArray(marks) ? marks : undefined
    let copy: JsonObject | undefined
    let renames = false
    for (const key in value) {
      if (key.charCodeAt(0) === 0x24 && (key === '$masked' || key === '$number')) return this.#reserved(value)
      const item = value[key] ?? null
      const out = this.#value(item, inner !== undefined && Object.hasOwn(inner, key) ? inner[key] : undefined, key, depth - 1)
      if (out !== item) (copy ??= { ...value })[key] = out // `__proto__` is an own member of the copy by then
      if (this.#needles !== undefined || key.length >= shortestKey) renames = this.key(key) !== key || renames
    }
    if (!renames) return copy ?? value
    return Object.fromEntries(Object.entries(copy ?? value).map(([key, item]) => [this.key(key), item]))
  }

  #reserved(value: JsonObject): Json {
    if (!isBigNumber(value)) return this.#hide('reserved')
    return this.#needles !== undefined && this.#needles.scrub(value.$number, '') !== value.$number ? this.#hide('sensitive') : value
  }
}
