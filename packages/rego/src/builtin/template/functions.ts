/** The functions of Go's templates. */
import { compare, equal, get, isArray, isNumber, isObject, size, stringifyJson, type Value } from '../../value/index.ts'
import { type BuiltinContext, BuiltinFault } from '../registry.ts'
import { format } from '../sprintf.ts'
import { queryEscaped } from '../text/query.ts'
import { bytesOf, runes } from '../text/utf8.ts'

export type Call = (args: readonly Value[], context: BuiltinContext) => Value

/** False, zero, null, and what is empty. */
export function isTrue(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  if (isNumber(value)) return value != 0
  return isArray(value) ? value.length > 0 : isObject(value) ? size(value) > 0 : true
}

/** As fmt prints the values that JSON has: maps as `map[a:1 b:2]`, lists as `[1 2]`. */
export function printed(value: Value | undefined): string {
  if (value === undefined || value === null) return '<no value>'
  return inner(value)
}

function inner(value: Value): string {
  if (value === null) return '<nil>'
  if (typeof value === 'string') return value
  if (isArray(value)) return `[${value.map(inner).join(' ')}]`
  if (isObject(value)) return `map[${keysOf(value).map((key) => `${inner(key)}:${inner(get(value, key) ?? null)}`).join(' ')}]`
  return stringifyJson(value)
}

export const keysOf = (value: Value): readonly Value[] => (isObject(value) ? Object.keys(value).sort() : [])

const fault = (name: string, detail: string): never => {
  throw new BuiltinFault(`template: : error calling ${name}: ${detail}`)
}

const html = (text: string): string => text.replace(/[&<>"'\0]/g, (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' })[found] ?? '\ufffd')

const script = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\\'"<>&=\x00-\x1f]/g, (found) => (found === '\\' || found === "'" || found === '"' ? `\\${found}` : `\\u${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`))

const order = (name: string, holds: (order: number) => boolean): Call => ([a = null, b = null]) =>
  typeof a !== typeof b && !(isNumber(a) && isNumber(b)) ? fault(name, 'incompatible types for comparison') : holds(compare(a, b))

export const functions: Readonly<Record<string, Call>> = {
  not: ([value]) => !isTrue(value),
  len: ([value = null]) => (typeof value === 'string' ? bytesOf(value).length : isArray(value) ? value.length : isObject(value) ? size(value) : fault('len', 'len of type that has no length')),
  index: ([value = null, ...path]) => path.reduce<Value>((found, step) => {
    if (isArray(found)) return typeof step === 'number' && step >= 0 && step < found.length ? (found[step] ?? null) : fault('index', `index out of range: ${printed(step)}`)
    return isObject(found) ? (get(found, step) ?? null) : fault('index', "can't index item of that type")
  }, value),
  slice: ([value = null, from = 0, to]) => {
    const start = Number(from)
    const end = to === undefined ? undefined : Number(to)
    return typeof value === 'string' ? runes(value).slice(start, end).join('') : isArray(value) ? value.slice(start, end) : fault('slice', "can't slice item of that type")
  },
  print: (args) => args.map((value, index) => (index > 0 && typeof value !== 'string' && typeof args[index - 1] !== 'string' ? ' ' : '') + printed(value)).join(''),
  println: (args) => `${args.map(printed).join(' ')}\n`,
  printf: ([text = '', ...values], context) => format(printed(text), values.map((value) => (isNumber(value) || typeof value === 'string' ? value : inner(value))), context),
  html: (args) => html(args.map(printed).join('')),
  js: (args) => script(args.map(printed).join('')),
  urlquery: (args) => queryEscaped(args.map(printed).join('')),
  eq: ([first = null, ...others]) => others.some((other) => equal(first, other)),
  ne: ([a = null, b = null]) => !equal(a, b),
  lt: order('lt', (result) => result < 0),
  le: order('le', (result) => result <= 0),
  gt: order('gt', (result) => result > 0),
  ge: order('ge', (result) => result >= 0),
}
