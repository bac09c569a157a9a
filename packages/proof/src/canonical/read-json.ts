/**
 * RFC 8259 read strictly, for texts that others wrote and that need not be canonical: bundles, trust files, client data.
 * A name that occurs twice is refused, because two readers could take different ones; so is nesting beyond 64 and a byte
 * order mark. Total: any text answers a value or the reason why not.
 */
import type { JsonValue } from '../types/json.ts'
import { deepest } from './serialize.ts'

export type ReadJson = { ok: true; value: JsonValue } | { ok: false; why: string }

class Refusal extends Error {}

const space = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const quote = 0x22
const backslash = 0x5c

class Reader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  refuse(why: string): never {
    throw new Refusal(`${why} at offset ${this.at}`)
  }

  /** The longest match of a sticky pattern from here on, consumed. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }

  /** Skips space, then answers whether the character stands here, consuming it if so. */
  is(character: string): boolean {
    this.take(space)
    if (this.text.charAt(this.at) !== character) return false
    this.at++
    return true
  }

  value(depth: number): JsonValue {
    if (this.is('{')) return this.object(this.deeper(depth))
    if (this.is('[')) return this.array(this.deeper(depth))
    if (this.text.charCodeAt(this.at) === quote) return this.string()
    for (const [word, value] of [['true', true], ['false', false], ['null', null]] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    const digits = this.take(number)
    return digits === '' ? this.refuse('no value') : Number(digits)
  }

  /** How deep the contents of a container stand that stands at this depth. */
  deeper(depth: number): number {
    return depth < deepest ? depth + 1 : this.refuse(`nesting deeper than ${deepest}`)
  }

  object(depth: number): JsonValue {
    const members = new Map<string, JsonValue>()
    if (this.is('}')) return {}
    do {
      this.take(space)
      const name = this.string()
      if (members.has(name)) this.refuse('a name that occurs twice')
      if (!this.is(':')) this.refuse('no colon')
      members.set(name, this.value(depth))
    } while (this.is(','))
    if (!this.is('}')) this.refuse('an object that does not end')
    return Object.fromEntries(members)
  }

  array(depth: number): JsonValue {
    const items: JsonValue[] = []
    if (this.is(']')) return items
    do items.push(this.value(depth))
    while (this.is(','))
    if (!this.is(']')) this.refuse('an array that does not end')
    return items
  }

  string(): string {
    const start = this.at
    if (this.text.charCodeAt(this.at++) !== quote) this.refuse('no string')
    let escaped = false
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (Number.isNaN(code)) this.refuse('a string that does not end')
      this.at++
      if (code === quote) break
      if (code === backslash) {
        escaped = true
        this.at++
      }
    }
    const literal = this.text.slice(start, this.at)
    if (!escaped && !/[\u0000-\u001f]/.test(literal)) return literal.slice(1, -1)
    try {
      return JSON.parse(literal) as string
    } catch {
      return this.refuse('a string with a wrong escape or a control character')
    }
  }
}

export function readJson(text: string): ReadJson {
  const reader = new Reader(text)
  try {
    const value = reader.value(0)
    reader.take(space)
    if (reader.at !== text.length) reader.refuse('something after the value')
    return { ok: true, value }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, why: error.message }
    throw error
  }
}
