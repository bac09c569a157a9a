/**
 * Masks the values of a state and leaves its form: a string stays a string, a hidden number or truth becomes null, which every type allows,
 * a list keeps its length. Keys of hidden maps that are data are numbered.
 */
import type { Json, JsonObject } from '../../plan/index.ts'
import { mapAddressKeys, mapAddressWords } from '../../plan/redact/address.ts'
import { isBigNumber, maskedPart, whyMasked } from '../../plan/redact/marks.ts'
import type { MaskReason } from '../../plan/redact/marks.ts'
import type { Needles } from '../../plan/redact/needles.ts'
import { maskShapes, mayHoldShape } from '../../plan/redact/secret-shapes.ts'
import { below, marksAll } from '../secrets/attributes.ts'
import type { Known, Marks } from '../secrets/attributes.ts'
import { isDynamic } from '../secrets/dynamic.ts'
import { judgeString } from '../secrets/judge.ts'

const schemaWord = /^[a-z]+(?:_[a-z]+)*$/
const hidden = maskedPart('sensitive')

export class StateMasker {
  readonly #needles: Needles
  readonly #words: Needles
  readonly #keys = new Map<string, string>()
  #numbered = 0

  constructor(needles: Needles, words: Needles) {
    this.#needles = needles
    this.#words = words
  }

  value(value: Json, name = '', known?: Known, marks?: Marks): Json {
    if (value === null) return null
    if (known?.secret !== undefined || marksAll(marks, value)) return this.hide(value)
    if (typeof value === 'string') return this.text(value, name)
    if (typeof value === 'number') return this.#needles.isNumber(value) ? null : value
    if (typeof value === 'boolean') return value
    const inner = marks === true ? undefined : marks
    if (Array.isArray(value)) return value.map((item, i) => this.value(item, name, below(known, String(i)), inner?.get(String(i))))
    if (isBigNumber(value)) return this.#needles.scrub(value.$number, '') === value.$number ? value : null
    if (isDynamic(value, marks)) return this.#dynamic(value, name, known, marks)
    const entries = Object.entries(value).map(([key, item]): [string, Json] => [this.key(key), this.value(item, key, below(known, key), inner?.get(key))])
    return Object.fromEntries(entries)
  }

  /** What changed is written as a string where its type would no longer fit it: a type names the members of its objects. */
  #dynamic(value: { value: Json; type: Json }, name: string, known?: Known, marks?: Marks): Json {
    const inner = this.value(value.value, name, known, marks)
    if (typeof inner === 'string' || JSON.stringify(inner) === JSON.stringify(value.value)) return { value: inner, type: value.type }
    return { value: JSON.stringify(inner), type: 'string' }
  }

  /** All of it. */
  hide(value: Json): Json {
    if (typeof value === 'string') return value === '' ? value : hidden
    if (typeof value !== 'object' || value === null) return null
    if (Array.isArray(value)) return value.map((item) => this.hide(item))
    if (isBigNumber(value)) return null
    if (isDynamic(value)) return { value: hidden, type: 'string' }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [schemaWord.test(key) ? key : this.#number(key, 'sensitive'), this.hide(item)]))
  }

  text(value: string, name = ''): string {
    const scrubbed = this.#needles.scrub(value, hidden)
    const judgement = judgeString(scrubbed, name)
    if (judgement === undefined) return scrubbed
    if (judgement.why === 'name') return maskedPart('named')
    return maskShapes(scrubbed, name, new Set<MaskReason>())
  }

  key(key: string): string {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    const scrubbed = this.#needles.scrub(key, hidden)
    const out = mayHoldShape(scrubbed) ? maskShapes(scrubbed, '', new Set<MaskReason>()) : scrubbed
    return out === key ? key : this.#number(key, whyMasked(out) ?? 'sensitive')
  }

  #number(key: string, why: string): string {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    const numbered = `(masked:${why} ${++this.#numbered})`
    this.#keys.set(key, numbered)
    return numbered
  }

  /** A type, a name, a provider. */
  word(word: string): string {
    return this.#words.scrub(word, '') === word ? word : this.#number(word, 'sensitive')
  }

  address(address: string): string {
    const keyed = address.includes('["') ? mapAddressKeys(address, (key) => this.key(key)) : address
    return mapAddressWords(keyed, (word) => this.word(word))
  }

  /** Strings under names that end so are addresses; all others are free text. */
  checks(value: Json, name = ''): Json {
    if (typeof value === 'string') return name.endsWith('_addr') ? this.address(value) : this.text(value)
    if (Array.isArray(value)) return value.map((item) => this.checks(item, name))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.checks(item, key)]))
  }

  /** The steps of the paths in `sensitive_attributes`: an index may be a key that is data. */
  paths(value: Json | undefined): Json {
    if (value === undefined) return []
    if (typeof value === 'string') return this.key(value)
    if (Array.isArray(value)) return value.map((item) => this.paths(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'type' ? item : this.paths(item)]))
  }
}

/** `{"$number": "<lexeme>"}` as the number again. */
export function writeJson(value: Json | JsonObject): string {
  const text = JSON.stringify(value)
  return text.includes('{"$number":"') ? text.replace(/\{"\$number":"(-?[0-9][0-9.eE+-]*)"\}/g, '$1') : text
}
