/** Base64, hexadecimal, and URL queries. */
import { compareStrings, entries, isArray, ObjectBuilder, RegoSet, members, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { objectAt, stringAt } from './operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault, OperandError } from './registry.ts'
import { fromBase64, toBase64 } from './text/base64.ts'
import { fromHex, toHex } from './text/hex.ts'
import { queryEscaped, queryUnescaped } from './text/query.ts'
import { bytesOf, textOf } from './text/utf8.ts'

const change = (name: string, about: string, convert: (text: string) => string): Builtin =>
  define(name, 'string -> string', about, (args, context: BuiltinContext) => {
    const text = stringAt(args, 1)
    context.reserve(text.length >> 3)
    return convert(text)
  })

export const encoding: readonly Builtin[] = [
  change('base64.encode', 'in base64', (text) => toBase64(bytesOf(text))),
  change('base64.decode', 'out of base64', (text) => decoded(fromBase64(bytesOf(text)))),
  define('base64.is_valid', 'string -> boolean', 'the string is base64', ([value]) => typeof value === 'string' && typeof fromBase64(bytesOf(value)) !== 'string'),
  change('base64url.encode', 'in base64url', (text) => toBase64(bytesOf(text), 'url')),
  change('base64url.encode_no_pad', 'in base64url, without padding', (text) => toBase64(bytesOf(text), 'url', false)),
  change('base64url.decode', 'out of base64url, with or without padding', (text) => textOf(base64Url(text))),
  change('hex.encode', 'in hexadecimal', (text) => toHex(bytesOf(text))),
  change('hex.decode', 'out of hexadecimal', (text) => decoded(fromHex(bytesOf(text)))),
  change('urlquery.encode', 'escaped for a URL query', queryEscaped),
  change('urlquery.decode', 'out of a URL query', unescaped),
  define('urlquery.encode_object', 'object -> string', 'a URL query of an object whose values are strings, arrays or sets of strings', (args) => {
    const pairs: [string, string][] = []
    for (const [key, value] of entries(objectAt(args, 1))) for (const one of queryValues(value)) pairs.push([typeof key === 'string' ? key : notText(), one])
    return pairs.sort(([a], [b]) => compareStrings(a, b)).map(([key, value]) => `${queryEscaped(key)}=${queryEscaped(value)}`).join('&')
  }),
  define('urlquery.decode_object', 'string -> object', 'an object of arrays, out of a URL query', (args, context) => {
    const text = stringAt(args, 1)
    context.reserve(text.length >> 3)
    const out = new Map<string, string[]>()
    for (const pair of text.split('&')) {
      if (pair === '') continue
      if (pair.includes(';')) throw new BuiltinFault('invalid semicolon separator in query')
      const [name = '', ...rest] = pair.split('=')
      const key = unescaped(name)
      out.set(key, [...(out.get(key) ?? []), unescaped(rest.join('='))])
    }
    const builder = new ObjectBuilder()
    for (const [key, values] of out) builder.set(key, values)
    return builder.build()
  }),
]

/** Bytes of base64url as JOSE writes it: padding may be missing. Throws in Go's words. */
export function base64Url(text: string): Uint8Array {
  const rest = text.endsWith('=') ? 0 : bytesOf(text).length % 4
  if (rest === 1) throw new BuiltinFault(`illegal base64url string: ${text}`)
  return bytes(fromBase64(bytesOf(text + '='.repeat(rest === 0 ? 0 : 4 - rest)), 'url'))
}

/** The bytes, or the reason why there are none, as a fault. */
export function bytes(result: Uint8Array | string): Uint8Array {
  if (typeof result === 'string') throw new BuiltinFault(result)
  return result
}

const decoded = (result: Uint8Array | string): string => textOf(bytes(result))

function unescaped(text: string): string {
  const result = queryUnescaped(text)
  if (typeof result !== 'string') throw new BuiltinFault(result.fault)
  return result
}

function queryValues(value: Value): readonly string[] {
  const list = isArray(value) ? value : value instanceof RegoSet ? members(value) : [value]
  return list.map((one) => (typeof one === 'string' ? one : notText()))
}

function notText(): never {
  throw new OperandError('operand 1 values must be string, array[string], or set[string]')
}
