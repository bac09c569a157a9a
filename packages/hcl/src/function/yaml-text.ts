/** Values as YAML, in the one style that Terraform writes: keys and texts in double quotes, texts of several lines as blocks. */
import { numberText, type Num } from '../value/number.ts'
import { elementsOf, membersOf, type Value } from '../value/value.ts'

const named: Record<string, string> = { '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\u001b': '\\e', '"': '\\"', '\\': '\\\\', '\u0085': '\\N', '\u2028': '\\L', '\u2029': '\\P' }
const printable = /^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/

function escaped(c: string): string {
  const known = named[c]
  if (known !== undefined) return known
  if (printable.test(c) && c !== '\u2028' && c !== '\u2029') return c
  const code = c.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}` : `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`
}

/** In double quotes; broken at spaces when a line grows over eighty columns. */
function quoted(s: string, column: number, indent: number): string {
  let out = '"'
  let at = column + 1
  const characters = Array.from(s)
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i] ?? ''
    if (c === ' ' && at > 80 && i > 0 && i < characters.length - 1 && characters[i - 1] !== ' ') {
      out += `\n${' '.repeat(indent)}`
      at = indent
      if (characters[i + 1] === ' ') {
        out += '\\'
        at++
      }
      continue
    }
    const one = escaped(c)
    out += one
    at += Array.from(one).length
  }
  return `${out}"`
}

/** Lines can stand as they are when nothing in them needs an escape and no line ends in a space. */
const asBlock = (s: string): boolean => s.includes('\n') && Array.from(s).every((c) => printable.test(c) && c !== '\u2028' && c !== '\u2029') && !/ (?:\n|$)/.test(s) && !s.includes('\ufeff')

function block(s: string, indent: number): string {
  const hint = /^[ \n]/.test(s) ? '2' : ''
  const chomp = !s.endsWith('\n') ? '-' : s === '\n' || s.endsWith('\n\n') ? '+' : ''
  const lines = s.replace(/\n$/, '').split('\n')
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join('\n')}`
}

function scalar(value: Value, column: number, indent: number): string {
  if (value.data === null) return 'null'
  if (value.type.kind === 'number') return numberText(value.data as Num)
  if (value.type.kind === 'bool') return value.data === true ? 'true' : 'false'
  const s = value.data as string
  return asBlock(s) ? block(s, indent) : quoted(s, column, indent)
}

const isMapping = (value: Value): boolean => value.data instanceof Map
const isFilled = (value: Value): boolean => (value.data instanceof Map ? value.data.size > 0 : Array.isArray(value.data) && value.data.length > 0)

/** The lines of a value that begins at `column` of a line; further lines are indented by `indent`. */
function encode(value: Value, column: number, indent: number): string {
  if (value.data !== null && (value.data instanceof Map || Array.isArray(value.data))) {
    if (!isFilled(value)) return isMapping(value) ? '{}' : '[]'
    const pad = ' '.repeat(indent)
    if (!isMapping(value)) return elementsOf(value).map((one) => `- ${encode(one, indent + 2, indent + 2)}`).join(`\n${pad}`)
    return [...membersOf(value)].map(([name, one]) => member(name, one, indent)).join(`\n${pad}`)
  }
  return scalar(value, column, Math.max(indent, column === 0 ? 2 : indent))
}

function member(name: string, value: Value, indent: number): string {
  const simple = !name.includes('\n') && Array.from(name).length <= 124
  const key = simple ? `${quoted(name, -10_000, 0)}:` : `? ${asBlock(name) ? block(name, indent + 2) : quoted(name, -10_000, 0)}\n${' '.repeat(indent)}:`
  if (!isFilled(value) || value.data === null) return `${key} ${scalarOrEmpty(value, indent + Array.from(key).length + 1, indent + 2)}`
  if (!simple) return `${key} ${encode(value, indent + 2, indent + 2)}`
  if (isMapping(value)) return `${key}\n${' '.repeat(indent + 2)}${encode(value, indent + 2, indent + 2)}`
  return `${key}\n${' '.repeat(indent)}${encode(value, indent, indent)}`
}

const scalarOrEmpty = (value: Value, column: number, indent: number): string => (value.data instanceof Map ? '{}' : Array.isArray(value.data) ? '[]' : scalar(value, column, indent))

/** A whole document. The value must be known throughout. */
export function yamlText(value: Value): string {
  const body = encode(value, 0, 0)
  const open = value.data === null || value.type.kind === 'number' || value.type.kind === 'bool'
  return `${body}\n${open ? '...\n' : ''}`
}
