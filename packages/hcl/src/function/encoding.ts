/** Functions between text and other forms of it: base 64, JSON, CSV, URLs, character sets. */
import { compareStrings } from '../value/order.ts'
import { quoteGo } from '../value/quote.ts'
import { any, listOf, objectOf, string } from '../value/type.ts'
import { isKnown, isWhollyKnown, list, no, object, sensitiveMark, text, textOf, unknown, type Value, withMarks } from '../value/value.ts'
import { fromBase64, fromBytes, toBase64, toBytes } from './bytes.ts'
import { charset } from './charset.ts'
import { parseCsv } from './csv.ts'
import { fromJson, toJson } from './json-text.ts'
import { fail, failAt, type FunctionSpec } from './spec.ts'

const pure = (name: string, run: (s: string) => string): FunctionSpec => ({
  name,
  params: [{ name: 'str', type: string }],
  returns: string,
  notNull: true,
  run: ([s = no]) => text(run(textOf(s))),
})

const base64decode: FunctionSpec = {
  name: 'base64decode',
  params: [{ name: 'str', type: string, marked: true, unknown: true }],
  returns: string,
  notNull: true,
  run: ([value = no]) => {
    if (!isKnown(value)) return withMarks(unknown(string), value.marks)
    const bytes = fromBase64(textOf(value))
    const shown = (value.marks & sensitiveMark) === 0 ? quoteGo(textOf(value)) : '(sensitive value)'
    if (typeof bytes === 'number') return fail(`failed to decode base64 data ${shown}`)
    return withMarks(text(fromBytes(bytes) ?? fail('the result of decoding the provided string is not valid UTF-8')), value.marks)
  },
}

/**
 * The result is unknown: compressed bytes depend on the compressor, and this one has none that makes the same. It is known to be a text
 * that starts as all such texts start.
 */
const base64gzip: FunctionSpec = {
  name: 'base64gzip',
  params: [{ name: 'str', type: string }],
  returns: string,
  notNull: true,
  run: () => unknown(string, { notNull: true, prefix: 'H4sIAAAAAAAA/' }),
}

const jsonencode: FunctionSpec = {
  name: 'jsonencode',
  params: [{ name: 'val', type: any, dynamic: true, unknown: true, nullable: true }],
  returns: string,
  notNull: true,
  run: ([value = no]) => {
    if (isWhollyKnown(value)) return text(toJson(value))
    const start = value.type.kind === 'list' || value.type.kind === 'set' || value.type.kind === 'tuple' ? '[' : value.type.kind === 'map' || value.type.kind === 'object' ? '{' : undefined
    return unknown(string, start !== undefined && value.type.kind !== 'any' && notNull(value) ? { notNull: true, prefix: start } : { notNull: true })
  },
}

const notNull = (value: Value): boolean => isKnown(value)

const jsondecode: FunctionSpec = {
  name: 'jsondecode',
  params: [{ name: 'str', type: string }],
  returns: any,
  typeOf: ([s = no]) => (isKnown(s) ? fromJson(textOf(s)).type : any),
  run: ([s = no]) => fromJson(textOf(s)),
}

const csvdecode: FunctionSpec = {
  name: 'csvdecode',
  params: [{ name: 'str', type: string }],
  returns: any,
  notNull: true,
  typeOf: ([s = no]) => {
    if (!isKnown(s)) return any
    const [header] = parseCsv(textOf(s), 1)
    if (header === undefined) return fail('missing header line')
    if (new Set(header).size < header.length) return fail(`duplicate column name ${quoteGo(header.find((name, i) => header.indexOf(name) < i) ?? '')}`)
    return listOf(objectOf(header.map((name) => [name, string])))
  },
  run: ([s = no], type) => {
    const [header = [], ...rows] = parseCsv(textOf(s))
    const element = type.kind === 'list' ? type.element : any
    return list(element, rows.map((row) => object(header.map((name, i) => [name, text(row[i] ?? '')] as const).sort((a, b) => compareStrings(a[0], b[0])))))
  },
}

/** As forms encode: a space becomes a plus, and what stays are letters, digits and `-_.~`. */
const urlencode = (s: string): string =>
  Array.from(toBytes(s), (b) => {
    const c = String.fromCharCode(b)
    return /[A-Za-z0-9\-_.~]/.test(c) ? c : c === ' ' ? '+' : `%${b.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')

const named = (value: Value): ReturnType<typeof charset> & object => charset(textOf(value)) ?? failAt(1, `${quoteGo(textOf(value))} is not a supported IANA encoding name or alias in this Terraform version`)

const textencodebase64: FunctionSpec = {
  name: 'textencodebase64',
  params: [{ name: 'string', type: string }, { name: 'encoding', type: string }],
  returns: string,
  notNull: true,
  run: ([s = no, encoding = no]) => {
    const set = named(encoding)
    const bytes = set.encode(textOf(s))
    return bytes === undefined ? failAt(0, `the given string contains characters that cannot be represented in ${set.name}`) : text(toBase64(bytes))
  },
}

const textdecodebase64: FunctionSpec = {
  name: 'textdecodebase64',
  params: [{ name: 'source', type: string }, { name: 'encoding', type: string }],
  returns: string,
  notNull: true,
  run: ([s = no, encoding = no]) => {
    const set = named(encoding)
    const bytes = fromBase64(textOf(s))
    if (typeof bytes === 'number') return failAt(0, `the given value is has an invalid base64 symbol at offset ${bytes}`)
    const decoded = set.decode(bytes)
    return decoded === undefined || decoded.includes('\ufffd') ? failAt(0, `the given string contains symbols that are not defined for ${set.name}`) : text(decoded)
  },
}

export const encodings: readonly FunctionSpec[] = [
  pure('base64encode', (s) => toBase64(toBytes(s))), base64decode, base64gzip, jsonencode, jsondecode, csvdecode, pure('urlencode', urlencode), textencodebase64, textdecodebase64,
]
