/** Values to YAML, in the form of Go's yaml.v2: lists not indented in maps, quotes only where they are needed. */
import { entries, formatNumber, isArray, isNumber, isObject, members, RegoSet, stringifyJson, type Value } from '../../value/index.ts'
import { formatFloat } from '../text/float.ts'
import { runes } from '../text/utf8.ts'
import { resolvePlain } from './resolve.ts'

export function writeYaml(value: Value): string {
  return `${block(value, 0).replace(/^\n/, '')}\n`
}

const pad = (depth: number): string => '  '.repeat(depth)

/** What follows a `key:` or `-`, or stands at the top: in the line, or on lines of its own with a break before them. */
function block(value: Value, depth: number): string {
  const items = isArray(value) ? value : value instanceof RegoSet ? members(value) : undefined
  if (items !== undefined) return items.length === 0 ? '[]' : `\n${items.map((item) => `${pad(depth)}- ${nested(item, depth + 1)}`).join('\n')}`
  if (isObject(value)) {
    const pairs = [...entries(value)].map(([key, one]) => [typeof key === 'string' ? key : stringifyJson(key), one] as const).sort(([a], [b]) => naturally(a, b))
    if (pairs.length === 0) return '{}'
    return `\n${pairs.map(([key, one]) => `${pad(depth)}${scalar(key, depth, true)}:${valueOf(one, depth)}`).join('\n')}`
  }
  return isNumber(value) ? numberText(value) : typeof value === 'string' ? scalar(value, depth, false) : stringifyJson(value)
}

function valueOf(value: Value, depth: number): string {
  const isList = isArray(value) || value instanceof RegoSet
  const text = block(value, isList ? depth : depth + 1)
  return text.startsWith('\n') ? text : ` ${text}`
}

/** In a list, the first line of a map or list stands behind the dash. */
function nested(value: Value, depth: number): string {
  return block(value, depth).replace(/^\n +/, '').replace(/^\n/, '')
}

function numberText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return formatNumber(value)
  return (value < 0 ? '-' : '') + formatFloat(Math.abs(value), 'g', -1)
}

function scalar(text: string, depth: number, isKey: boolean): string {
  if (typeof resolvePlain(text) !== 'string' || /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?$/.test(text) || isDate(text)) return double(text)
  // eslint-disable-next-line no-control-regex
  const special = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\r|\ufeff/u.test(text)
  if (special || / \n/.test(text) || /[\u0085\u2028\u2029]/.test(text)) return double(text)
  if (text.includes('\n')) return isKey || text.endsWith(' ') ? double(text) : literal(text, depth)
  return isPlain(text) ? text : /\t/.test(text) && text.startsWith('\t') ? double(text) : `'${text.replaceAll("'", "''")}'`
}

const isDate = (text: string): boolean => /^\d{4}-\d{1,2}-\d{1,2}($|[Tt ]\d)/.test(text)

function isPlain(text: string): boolean {
  if (/^[\s,[\]{}#&*!|>'"%@`]|\s$|: |:$| #|^(---|\.\.\.)/.test(text)) return false
  return !/^[-?:](\s|$)/.test(text) && !text.startsWith('?') && text !== '<<' && text !== '='
}

function literal(text: string, depth: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : ''
  const chomp = !text.endsWith('\n') ? '-' : /^\n$|\n\n$/.test(text) ? '+' : ''
  const lines = text.replace(/\n$/, '').split('\n')
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : pad(Math.max(depth, 1)) + line)).join('\n')}`
}

const escapes: Record<string, string> = {
  '"': '\\"', '\\': '\\\\', '\0': '\\0', '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\x1b': '\\e',
  '\x85': '\\N', '\u2028': '\\L', '\u2029': '\\P', '\ufeff': '\\uFEFF',
}

function double(text: string): string {
  return `"${runes(text).map((rune) => {
    const known = escapes[rune]
    if (known !== undefined) return known
    const code = rune.codePointAt(0) ?? 0
    if (code >= 0x20 && code !== 0x7f && (code < 0xd800 || code > 0xdfff) && !(code > 0x7f && code < 0xa0)) return rune
    return code < 0x100 ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}` : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
  }).join('')}"`
}

/** The order of keys in yaml.v2: runs of digits compare as numbers, letters come after what is neither. */
function naturally(a: string, b: string): number {
  const [x, y] = [runes(a), runes(b)]
  for (let index = 0; index < x.length && index < y.length; index++) {
    const [p = '', q = ''] = [x[index], y[index]]
    if (p === q) continue
    const [letterP, letterQ] = [/\p{L}/u.test(p), /\p{L}/u.test(q)]
    if (letterP && letterQ) return p < q ? -1 : 1
    if (letterP !== letterQ) return letterP ? 1 : -1
    let start = index
    while (start > 0 && /\d/.test(x[start - 1] ?? '')) start--
    const [m, n] = [x, y].map((one) => /^\d+/.exec(one.slice(start).join(''))?.[0] ?? '')
    if (m !== '' && n !== '' && BigInt(m ?? '0') !== BigInt(n ?? '0')) return BigInt(m ?? '0') < BigInt(n ?? '0') ? -1 : 1
    return p < q ? -1 : 1
  }
  return x.length - y.length
}
