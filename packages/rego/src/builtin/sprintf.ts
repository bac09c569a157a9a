/** `sprintf`, as Go's fmt does it, mistakes included: `%!d(string=hi)`, `%!s(MISSING)`, `%!(EXTRA int=1)`. */
import { formatValue, isNumber, quote, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { arrayAt, stringAt } from './operand.ts'
import type { Builtin, BuiltinContext } from './registry.ts'
import { formatFloat } from './text/float.ts'
import { toHex } from './text/hex.ts'
import { bytesOf, runes } from './text/utf8.ts'

export const sprintf: Builtin = define('sprintf', 'string, array -> string', 'the text, with its verbs filled from the array', (args, context) => format(stringAt(args, 1), arrayAt(args, 2), context))

type Flags = { minus: boolean; plus: boolean; sharp: boolean; space: boolean; zero: boolean; width: number | undefined; precision: number | undefined }

const verbs = /%([+\-# 0]*)(\[\d+\])?(\*|\d+)?(?:\.(\[\d+\])?(\*|\d*))?(\[\d+\])?([\s\S]?)/gu

/** Widths and precisions beyond this are Go's BADWIDTH and BADPREC. */
const widest = 1_000_000

export function format(text: string, values: readonly Value[], context: BuiltinContext): string {
  let next = 0
  let reordered = false
  let out = ''
  let from = 0
  const indexed = (index: string | undefined): boolean => {
    if (index === undefined) return true
    reordered = true
    next = Number(index.slice(1, -1)) - 1
    return next >= 0 && next < values.length
  }
  for (const match of text.matchAll(verbs)) {
    const [all, marks = '', index, width, , precision, last, verb = ''] = match
    out += text.slice(from, match.index)
    from = match.index + all.length
    const flags: Flags = { minus: marks.includes('-'), plus: marks.includes('+'), sharp: marks.includes('#'), space: marks.includes(' '), zero: marks.includes('0'), width: undefined, precision: undefined }
    let good = indexed(index)
    const star = (found: string | undefined, name: string): number | undefined => {
      if (found !== '*') return found === undefined ? undefined : Number(found)
      const value = values[next++]
      if (typeof value === 'number' && Math.abs(value) <= widest) return value
      out += `%!(BAD${name})`
      return undefined
    }
    const wide = star(width, 'WIDTH')
    if (wide !== undefined && wide < 0) flags.minus = true
    flags.width = wide === undefined ? undefined : Math.abs(wide)
    flags.precision = all.includes('.') && precision !== undefined ? star(precision, 'PREC') : undefined
    if (flags.precision !== undefined && flags.precision < 0) flags.precision = undefined
    good = indexed(last) && good
    context.reserve(((flags.width ?? 0) + (flags.precision ?? 0)) >> 3)
    if (verb === '') out += '%!(NOVERB)'
    else if (verb === '%') out += '%'
    else if (!good) out += `%!${verb}(BADINDEX)`
    else if (next >= values.length) out += `%!${verb}(MISSING)`
    else out += one(verb, flags, values[next++] ?? null)
  }
  out += text.slice(from)
  if (!reordered && next < values.length) out += `%!(EXTRA ${values.slice(next).map((value) => `${typeOf(value)}=${one('v', plainFlags, value)}`).join(', ')})`
  context.reserve(out.length >> 3)
  return out
}

const plainFlags: Flags = { minus: false, plus: false, sharp: false, space: false, zero: false, width: undefined, precision: undefined }

/** What OPA hands to Go: integers, big integers, floats; everything else is text already. */
function typeOf(value: Value): string {
  if (typeof value === 'bigint') return isInt64(value) ? 'int' : '*big.Int'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float64') : 'string'
}

const isInt64 = (value: bigint): boolean => BigInt.asIntN(64, value) === value

function one(verb: string, flags: Flags, value: Value): string {
  const text = isNumber(value) ? numberText(verb, flags, value) : stringText(verb, flags, typeof value === 'string' ? value : formatValue(value))
  if (text !== undefined) return text
  return `%!${verb}(${typeOf(value)}=${one('v', plainFlags, value)})`
}

function numberText(verb: string, flags: Flags, value: number | bigint): string | undefined {
  if (typeof value === 'number' && !Number.isInteger(value)) return floatText(verb, flags, value)
  const digits = integerDigits(verb, flags, BigInt(value))
  if (digits === undefined) return undefined
  return verb === 'c' || verb === 'q' || verb === 'U' ? padded(digits, { ...flags, zero: false }) : signed(value < 0, digits, flags, flags.precision !== undefined)
}

const bases: Record<string, number> = { b: 2, o: 8, O: 8, d: 10, v: 10, x: 16, X: 16 }

function integerDigits(verb: string, flags: Flags, value: bigint): string | undefined {
  if (verb === 's' && !isInt64(value)) return digitsOf(value, 10, flags, '')
  const base = bases[verb]
  if (base === undefined) return isInt64(value) ? characterOf(verb, flags, value) : undefined
  // beyond every double: what OPA kept was the text of a literal with an exponent
  if (verb === 'v' && !isInt64(value) && Number(value < 0n ? -value : value) === Infinity) return withoutZeros(value < 0n ? -value : value)
  const prefix = verb === 'O' ? '0o' : !flags.sharp ? '' : { b: '0b', o: '0', x: '0x', X: '0X' }[verb] ?? ''
  const digits = digitsOf(value, base, flags, prefix)
  return verb === 'X' ? digits.toUpperCase() : digits
}

function digitsOf(value: bigint, base: number, flags: Flags, prefix: string): string {
  const digits = (value < 0n ? -value : value).toString(base)
  return prefix + (flags.precision === 0 && value === 0n ? '' : digits.padStart(flags.precision ?? 0, '0'))
}

function withoutZeros(value: bigint): string {
  const digits = value.toString()
  const kept = digits.replace(/0+$/, '')
  return `${kept.slice(0, 1)}${kept.length > 1 ? `.${kept.slice(1)}` : ''}e${digits.length - 1}`
}

function characterOf(verb: string, flags: Flags, value: bigint): string | undefined {
  const code = value < 0n || value > 0x10ffffn || (value >= 0xd800n && value <= 0xdfffn) ? 0xfffd : Number(value)
  if (verb === 'c') return String.fromCodePoint(code)
  if (verb === 'q') return `'${quote(String.fromCodePoint(code)).slice(1, -1).replace('\\"', '"').replace("'", "\\'")}'`
  if (verb !== 'U') return undefined
  return `U+${value.toString(16).toUpperCase().padStart(Math.max(flags.precision ?? 4, 4), '0')}${flags.sharp ? ` '${String.fromCodePoint(code)}'` : ''}`
}

function floatText(verb: string, flags: Flags, value: number): string | undefined {
  if (!/^[eEfFgGv]$/.test(verb)) return undefined
  const form = verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb
  const precision = flags.precision ?? (form.toLowerCase() === 'g' ? -1 : 6)
  const text = formatFloat(Math.abs(value), form, precision, flags.sharp)
  return signed(value < 0, text, flags, false)
}

/** Zeros fill between sign and digits. */
function signed(negative: boolean, digits: string, flags: Flags, noZeros: boolean): string {
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  const fill = flags.zero && !flags.minus && !noZeros
  return fill ? sign + digits.padStart((flags.width ?? 0) - sign.length, '0') : padded(sign + digits, { ...flags, zero: false })
}

function stringText(verb: string, flags: Flags, value: string): string | undefined {
  const cut = flags.precision === undefined ? value : runes(value).slice(0, flags.precision).join('')
  if (verb === 's' || verb === 'v') return padded(cut, flags)
  if (verb === 'q') return padded(flags.sharp && !cut.includes('`') ? `\`${cut}\`` : quote(cut), flags)
  if (verb !== 'x' && verb !== 'X') return undefined
  const bytes = bytesOf(value)
  const hex = toHex(flags.precision === undefined ? bytes : bytes.subarray(0, flags.precision))
  const spaced = flags.space ? hex.replace(/..(?=.)/g, '$& ') : hex
  const text = flags.sharp && spaced !== '' ? `0x${spaced}` : spaced
  return padded(verb === 'X' ? text.toUpperCase() : text, flags)
}

function padded(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - runes(text).length
  if (missing <= 0) return text
  return flags.minus ? text + ' '.repeat(missing) : (flags.zero ? '0' : ' ').repeat(missing) + text
}
