/**
 * Walks JSON as bytes, strictly and once: RFC 8259, UTF-8 (RFC 3629), no key twice in one object, no half of a surrogate pair, nesting
 * bounded. Nothing is built: a value is skipped, and the caller takes the slices it wants. Nesting is a counter and an array, never the
 * stack of the runtime. Keys are compared after their escapes are undone: `"a"` and `"\u0061"` are one key.
 */
import { TfstateError } from '../error.ts'
import type { TfstateErrorCode } from '../error.ts'
import { Keys } from './keys.ts'
import { endOfCharacter, endOfNumber, unitAt } from './lexemes.ts'

/** The deepest nesting taken, in levels. A state's own is a few dozen. */
export const maxDepth = 256

/** What may follow within a string: 0 anything, 1 the closing quote, 2 an escape, 3 a control character, 4 a character beyond ASCII. */
const kinds = new Uint8Array(256)
kinds.fill(3, 0, 0x20)
kinds.fill(4, 0x80)
kinds[0x22] = 1
kinds[0x5c] = 2

const words: readonly (readonly [number, Uint8Array])[] = ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), new TextEncoder().encode(word)])

const problems: { readonly [code in TfstateErrorCode]?: string } = {
  state_truncated: 'ends before its JSON does',
  state_duplicate_key: 'names one member twice in the same object',
  state_too_deep: `is nested deeper than ${maxDepth} levels`,
}

export class Cursor {
  readonly bytes: Buffer
  at: number
  /** Set when a character beyond ASCII is met, and when a number is met that a double may not hold. Whoever is interested resets them. */
  wide = false
  big = false
  /** Of the string met last: without its quotes, and whether it needs no decoding. */
  from = 0
  to = 0
  plain = true
  #depth = 0
  readonly #keys: Keys

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
    this.#keys = new Keys(bytes)
  }

  fail(code: TfstateErrorCode = 'state_not_json'): TfstateError {
    const ended = code === 'state_not_json' && this.at >= this.bytes.length
    const shown = ended ? 'state_truncated' : code
    return new TfstateError(shown, `The state ${problems[shown] ?? 'is not valid JSON'}, at byte ${Math.min(this.at, this.bytes.length)}.`)
  }

  /** The byte after blanks; -1 at the end. */
  next(): number {
    const { bytes } = this
    let unit = bytes[this.at]
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) unit = bytes[++this.at]
    return unit ?? -1
  }

  /** Does this begin the next value? Throws at the end. */
  is(unit: number): boolean {
    const next = this.next()
    if (next === -1) throw this.fail()
    return next === unit
  }

  expect(unit: number): void {
    if (this.next() !== unit) throw this.fail()
    this.at++
  }

  #string(): void {
    const { bytes } = this
    if (bytes[this.at] !== 0x22) throw this.fail()
    let at = this.at + 1
    this.from = at
    this.plain = true
    for (;;) {
      let kind = kinds[bytes[at] as number]
      while (kind === 0) kind = kinds[bytes[++at] as number]
      if (kind === 1) break
      if (kind === 4) {
        const end = endOfCharacter(bytes, at)
        if (end === 0) throw this.#failAt(at)
        this.wide = true
        this.plain = false
        at = end
      } else if (kind === 2) {
        this.plain = false
        at = this.#escape(at)
      } else throw this.#failAt(at)
    }
    this.to = at
    this.at = at + 1
  }

  #failAt(at: number): TfstateError {
    this.at = at
    return this.fail()
  }

  #escape(at: number): number {
    const unit = this.bytes[at + 1]
    if (unit === undefined) throw this.#failAt(at + 1)
    if (unit !== 0x75) {
      if (!'"\\/bfnrt'.includes(String.fromCharCode(unit))) throw this.#failAt(at)
      return at + 2
    }
    const code = unitAt(this.bytes, at + 2)
    if (code < 0) throw this.#failAt(Math.min(at + 6, this.bytes.length))
    if (code < 0xd800 || code > 0xdfff) return at + 6
    // Go reads a half as U+FFFD, so that two different keys would be one to Terraform.
    const low = this.bytes[at + 6] === 0x5c && this.bytes[at + 7] === 0x75 ? unitAt(this.bytes, at + 8) : -1
    if (code > 0xdbff || low < 0xdc00 || low > 0xdfff) throw this.#failAt(at)
    return at + 12
  }

  /** The text of the string met last. */
  text(): string {
    if (this.plain) return this.bytes.toString('latin1', this.from, this.to)
    const text: unknown = JSON.parse(this.bytes.toString('utf8', this.from - 1, this.to + 1))
    return String(text)
  }

  string(): string {
    this.next()
    this.#string()
    return this.text()
  }

  enter(): void {
    if (++this.#depth > maxDepth) throw this.fail('state_too_deep')
    this.at++
  }

  leave(): void {
    this.#depth--
    this.at++
  }

  /** The members of the object that begins here; `member` must walk the value. `#keys` knows each level's keys. */
  object(member: (name: string) => void): void {
    if (this.next() !== 0x7b) throw this.fail()
    this.enter()
    this.#keys.open()
    let unit = this.next()
    while (unit !== 0x7d) {
      this.#key()
      const name = this.text()
      this.expect(0x3a)
      member(name)
      unit = this.#afterValue(0x7d)
    }
    this.#keys.close()
    this.leave()
  }

  /** The items of the array that begins here; `item` must walk the value. */
  array(item: (index: number) => void): void {
    if (this.next() !== 0x5b) throw this.fail()
    this.enter()
    let unit = this.next()
    for (let index = 0; unit !== 0x5d; index++) {
      item(index)
      unit = this.#afterValue(0x5d)
    }
    this.leave()
  }

  #afterValue(close: number): number {
    const unit = this.next()
    if (unit === close) return unit
    if (unit !== 0x2c) throw this.fail()
    this.at++
    return 0
  }

  #key(): void {
    if (this.next() !== 0x22) throw this.fail()
    const start = this.at
    this.#string()
    if (!this.#keys.add(this.from, this.to, this.plain)) {
      this.at = start
      throw this.fail('state_duplicate_key')
    }
  }

  #scalar(unit: number): void {
    if (unit === 0x22) return this.#string()
    const { bytes } = this
    if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) {
      const end = endOfNumber(bytes, this.at)
      if (end < 0) throw this.#failAt(-end)
      if (end - this.at > 15 || this.#exponent(end)) this.big = true
      this.at = end
      return
    }
    const word = words.find(([first]) => first === unit)?.[1]
    if (word === undefined) throw this.fail()
    for (const expected of word) {
      if (bytes[this.at] !== expected) throw this.fail()
      this.at++
    }
  }

  #exponent(end: number): boolean {
    for (let i = this.at; i < end; i++) if ((this.bytes[i] as number) > 0x39) return true
    return false
  }

  /** Walks one value of any kind. */
  skip(): void {
    const base = this.#depth
    /** For each level entered here: true for an object. */
    const objects: boolean[] = []
    for (;;) {
      const unit = this.next()
      if (unit === 0x7b || unit === 0x5b) {
        const object = unit === 0x7b
        this.enter()
        if (this.next() !== (object ? 0x7d : 0x5d)) {
          objects.push(object)
          if (object) {
            this.#keys.open()
            this.#key()
            this.expect(0x3a)
          }
          continue
        }
        this.leave()
      } else this.#scalar(unit)
      for (;;) {
        if (this.#depth === base) return
        const object = objects[objects.length - 1] === true
        const after = this.next()
        if (after === 0x2c) {
          this.at++
          if (object) {
            this.#key()
            this.expect(0x3a)
          }
          break
        }
        if (after !== (object ? 0x7d : 0x5d)) throw this.fail()
        if (object) this.#keys.close()
        objects.pop()
        this.leave()
      }
    }
  }

  /** Nothing may follow. */
  end(): void {
    if (this.next() !== -1) throw this.fail()
  }
}
