/** Values as text in Rego's own notation, as OPA prints terms: in messages, `sprintf`, `print` and string interpolation. */
import { formatNumber } from './number.ts'
import { get } from './object.ts'
import { keys, members } from './order.ts'
import { isArray, RegoSet, type Value } from './value.ts'

const unescaped = /^[\x20\x21\x23-\x5b\x5d-\x7e\u00a1-\u00ac\u00ae-\u02ff]*$/

/** A string in quotes, escaped as Go's `strconv.Quote` does. */
export function quote(text: string): string {
  if (unescaped.test(text)) return `"${text}"`
  let out = '"'
  for (const char of text) out += quoteChar(char)
  return `${out}"`
}

const short: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' }

function quoteChar(char: string): string {
  const known = short[char]
  if (known !== undefined) return known
  if (char === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char
  const code = char.codePointAt(0) ?? 0
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd'
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** The value in Rego's notation: `{"a": [1, 2]}`, `{1, 2}`, `set()`. */
export function formatValue(value: Value): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
    case 'bigint':
      return formatNumber(value)
    case 'boolean':
      return String(value)
    default:
  }
  if (isArray(value)) return `[${value.map(formatValue).join(', ')}]`
  if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${members(value).map(formatValue).join(', ')}}`
  const pairs = keys(value).map((key) => `${formatValue(key)}: ${formatValue(get(value, key) as Value)}`)
  return `{${pairs.join(', ')}}`
}

/** A value in a template string, in `print` or in a message: strings as they are. */
export const bare = (value: Value): string => (typeof value === 'string' ? value : formatValue(value))

/** The name of a value's type, as `type_name` and error messages have it. */
export function typeName(value: Value): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'set' {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
    case 'bigint':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return isArray(value) ? 'array' : value instanceof RegoSet ? 'set' : 'object'
  }
}
