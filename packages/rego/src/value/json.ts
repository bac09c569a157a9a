/** Between JSON text and values. */
import { formatNumber, parseNumber } from './number.ts'
import { get, put } from './object.ts'
import { keys, members } from './order.ts'
import { isArray, RegoSet, type Value } from './value.ts'

/** What may be a number that a double does not hold. Only texts that have one pay for the exact reader. */
const long = /(?:^|[:[,\s])-?(?:\d{16}|\d+(?:\.\d+)?[eE])/

/**
 * The value of a JSON text, integers exact. Throws a SyntaxError where the text is not JSON, and a RangeError where it nests too
 * deep. Duplicate members: the last one counts.
 */
export function parseJson(text: string): Value {
  const value = JSON.parse(text) as Value
  return long.test(text) ? exact(text) : value
}

/** Reads a text that JSON.parse has accepted. */
function exact(text: string): Value {
  let at = 0
  const token = /[\s:,]*(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[[\]{}]|true|false|null)/y
  const next = (): string => {
    token.lastIndex = at
    const found = token.exec(text)
    at = token.lastIndex
    return found === null ? '' : found[0].replace(/^[\s:,]+/, '')
  }
  const read = (word: string): Value => {
    switch (word[0]) {
      case '"':
        return JSON.parse(word) as string
      case '[': {
        const list: Value[] = []
        for (let item = next(); item !== ']'; item = next()) list.push(read(item))
        return list
      }
      case '{': {
        const object: Record<string, Value> = {}
        for (let name = next(); name !== '}'; name = next()) put(object, JSON.parse(name) as string, read(next()))
        return object
      }
      case 't':
        return true
      case 'f':
        return false
      case 'n':
        return null
      default: {
        const number = parseNumber(word)
        if (number === undefined) throw new SyntaxError(`${word} is not a number that can be held`)
        return number
      }
    }
  }
  return read(next())
}

/** JSON text of a value: sets as arrays in order, keys sorted, keys that are not strings as their own JSON text, integers in full. */
export function stringifyJson(value: Value): string {
  if (typeof value === 'number' || typeof value === 'bigint') return formatNumber(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(stringifyJson).join(',')}]`
  if (value instanceof RegoSet) return `[${members(value).map(stringifyJson).join(',')}]`
  const pairs = keys(value).map((key) => `${JSON.stringify(keyText(key))}:${stringifyJson(get(value, key) as Value)}`)
  return `{${pairs.join(',')}}`
}

const keyText = (key: Value): string => (typeof key === 'string' ? key : stringifyJson(key))

/** A value without sets and without keys that are not strings, as JSON would hold it; bigints stay. */
export function toJson(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (isArray(value)) return value.map(toJson)
  if (value instanceof RegoSet) return members(value).map(toJson)
  const object: Record<string, Value> = {}
  for (const key of keys(value)) put(object, keyText(key), toJson(get(value, key) as Value))
  return object
}

/**
 * A value made of what JavaScript has: a Set becomes a set, a member that is undefined is left out. Everything is copied.
 * Throws a TypeError for functions, symbols, NaN, and for cycles.
 */
export function fromJavaScript(value: unknown, depth = 0): Value {
  if (depth > 5_000) throw new TypeError('the value nests too deep')
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint') return parseNumber(value.toString()) ?? value
  if (value instanceof RegoSet) return value
  if (value instanceof Set) return new RegoSet([...(value as Set<unknown>)].map((one) => fromJavaScript(one, depth + 1)))
  if (Array.isArray(value)) return value.map((one: unknown) => fromJavaScript(one, depth + 1))
  if (typeof value === 'object') {
    const object: Record<string, Value> = {}
    for (const [name, one] of Object.entries(value)) if (one !== undefined) put(object, name, fromJavaScript(one, depth + 1))
    return object
  }
  throw new TypeError(`a ${typeof value} is not a value of Rego`)
}
