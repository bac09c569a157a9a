/** `format` and `formatlist`: verbs as in C's printf, their widths counted in characters as people see them. */
import { convert } from '../value/convert.ts'
import { ValueError } from '../value/error.ts'
import { fixed, general, scientific } from '../value/float-text.ts'
import { isInfinite, isInteger, numberText, toBigInt, toFloat, type Num } from '../value/number.ts'
import { quoteGo } from '../value/quote.ts'
import { any, bool, listOf, number, string } from '../value/type.ts'
import { elementsOf, isKnown, isWhollyKnown, list, no, nullOf, numOf, text, textOf, unknown, type Value } from '../value/value.ts'
import { graphemeCount, graphemes } from './grapheme.ts'
import { quoteJson, toJson } from './json-text.ts'
import { fail, failAt, type FunctionSpec, isSequence } from './spec.ts'

type Verb = { raw: string; offset: number; flags: string; width: number; precision: number; index: number | undefined; mode: string }

const shape = /%([ +\-0#]*)([1-9][0-9]*)?(?:\.([0-9]+))?(?:\[([1-9][0-9]*)\])?(.)/suy

/** Writes `pattern`; throws {@link ValueError} for a wrong verb, too few arguments, or too many. */
function formatText(pattern: string, args: readonly Value[]): string {
  let out = ''
  let next = 0
  let highest = 0
  for (let at = 0; at < pattern.length; ) {
    const percent = pattern.indexOf('%', at)
    if (percent < 0) return checked(out + pattern.slice(at), highest, args)
    out += pattern.slice(at, percent)
    const offset = new TextEncoder().encode(pattern.slice(0, percent)).length
    if (pattern[percent + 1] === '%') {
      out += '%'
      at = percent + 2
      continue
    }
    shape.lastIndex = percent
    const match = shape.exec(pattern)
    if (match === null) return fail(percent + 1 >= pattern.length ? `invalid format string starting at offset ${offset + 1}` : `unrecognized format character ${quoteGo(pattern.slice(percent + 1, percent + 2)).replace(/^"|"$/g, "'")} at offset ${offset + 1}`)
    const [raw, flags = '', width, precision, index, mode = ''] = match
    if (!/[a-zA-Z]/.test(mode)) return fail(`unrecognized format character ${quoteRune(mode)} at offset ${offset + raw.length - 1}`)
    if (Number(width ?? 0) > 1_000_000 || Number(precision ?? 0) > 1_000_000) return fail(`the width or precision in ${quoteGo(raw)} is too large`)
    const position = index === undefined ? next : Number(index) - 1
    next = position + 1
    highest = Math.max(highest, next)
    out += formatOne({ raw, offset, flags, width: width === undefined ? -1 : Number(width), precision: precision === undefined ? -1 : Number(precision), index: position, mode }, args)
    at = percent + raw.length
  }
  return checked(out, highest, args)
}

const quoteRune = (c: string): string => `'${c === "'" ? "\\'" : quoteGo(c).slice(1, -1).replace('\\"', '"')}'`

function checked(out: string, used: number, args: readonly Value[]): string {
  if (used >= args.length) return out
  return failAt(used + 1, used === 0 ? 'too many arguments; no verbs in format string' : `too many arguments; only ${used} used by format string`)
}

function formatOne(verb: Verb, args: readonly Value[]): string {
  const { raw, offset, mode, index = 0 } = verb
  if (index >= args.length) return fail(`not enough arguments for ${quoteGo(raw)} at ${offset}: need index ${index + 1} but have ${args.length} total`)
  const arg = args[index] ?? no
  if (mode !== 'v' && arg.data === null) return fail(`unsupported value for ${quoteGo(raw)} at ${offset}: null value cannot be formatted`)
  const as = (type: typeof string): Value => {
    try {
      return convert(arg, type)
    } catch (error) {
      return fail(`unsupported value for ${quoteGo(raw)} at ${offset}: ${error instanceof ValueError ? error.message : String(error)}`)
    }
  }
  switch (mode) {
    case 'v':
      return pad(verb, asItIs(verb, arg))
    case 't':
      return as(bool).data === true ? 'true' : 'false'
    case 's':
      return pad(verb, cut(verb, textOf(as(string))))
    case 'q':
      return pad(verb, quoteJson(cut(verb, textOf(as(string)))))
    case 'b':
    case 'd':
    case 'o':
    case 'x':
    case 'X': {
      const n = numOf(as(number))
      if (isInfinite(n) || !isInteger(n)) return fail(`unsupported value for ${quoteGo(raw)} at ${offset}: an integer is required`)
      return wholeText(verb, toBigInt(n))
    }
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return floatText(verb, numOf(as(number)))
    default:
      return fail(`unsupported format verb ${quoteRune(mode)} in ${quoteGo(raw)} at offset ${offset}`)
  }
}

function asItIs({ flags, raw, offset }: Verb, arg: Value): string {
  if (!flags.includes('#') && arg.data !== null) {
    if (arg.type.kind === 'string') return textOf(arg)
    if (arg.type.kind === 'number') return isInfinite(numOf(arg)) ? numberText(numOf(arg)) : general(toFloat(numOf(arg)))
  }
  try {
    return toJson(arg)
  } catch (error) {
    return fail(`unsupported value for ${quoteGo(raw)} at ${offset}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const cut = ({ precision }: Verb, s: string): string => (precision > 0 ? graphemes(s).slice(0, precision).join('') : s)

function pad({ width, flags }: Verb, s: string): string {
  const missing = width - graphemeCount(s)
  if (missing <= 0) return s
  const fill = (flags.includes('0') ? '0' : ' ').repeat(missing)
  return flags.includes('-') ? s + fill : fill + s
}

/** A number's sign, prefix and digits brought to the width: zeros go between sign and digits, and never to the right. */
function padNumber(verb: Verb, sign: string, digits: string, zeros: boolean): string {
  const missing = verb.width - sign.length - digits.length
  if (missing <= 0) return sign + digits
  if (verb.flags.includes('-')) return sign + digits + ' '.repeat(missing)
  return zeros ? sign + '0'.repeat(missing) + digits : ' '.repeat(missing) + sign + digits
}

const signFor = ({ flags }: Verb, negative: boolean): string => (negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '')

function wholeText(verb: Verb, n: bigint): string {
  const radix = { b: 2, o: 8, d: 10, x: 16, X: 16 }[verb.mode] ?? 10
  const magnitude = n < 0n ? -n : n
  let digits = magnitude.toString(radix)
  if (verb.mode === 'X') digits = digits.toUpperCase()
  if (verb.precision >= 0) digits = verb.precision === 0 && n === 0n ? '' : digits.padStart(verb.precision, '0')
  const prefix = verb.flags.includes('#') ? ({ b: '0b', o: '0', x: '0x', X: '0X' }[verb.mode] ?? '') : ''
  return padNumber(verb, signFor(verb, n < 0n) + prefix, digits, verb.flags.includes('0') && verb.precision < 0)
}

function floatText(verb: Verb, n: Num): string {
  if (isInfinite(n)) return padNumber(verb, n < 0 ? '-' : verb.flags.includes(' ') && !verb.flags.includes('+') ? ' ' : verb.flags.includes('+') ? '+' : '+', 'Inf', false)
  const x = toFloat(n)
  const magnitude = { ...x, negative: false }
  const { mode, precision } = verb
  const places = precision < 0 ? 6 : precision
  const digits = mode === 'f' ? fixed(magnitude, places) : mode === 'e' || mode === 'E' ? scientific(magnitude, places, mode) : general(magnitude, precision, mode === 'G' ? 'E' : 'e')
  return padNumber(verb, signFor(verb, x.negative), digits, verb.flags.includes('0'))
}

const format: FunctionSpec = {
  name: 'format',
  params: [{ name: 'format', type: string }],
  rest: { name: 'args', type: any, nullable: true, unknown: true },
  returns: any,
  notNull: true,
  typeOf: () => string,
  run: ([pattern = no, ...args]) => {
    if (args.some((one) => !isWhollyKnown(one))) {
      const prefix = textOf(pattern).split('%')[0] ?? ''
      return unknown(string, prefix === '' ? { notNull: true } : { notNull: true, prefix })
    }
    return text(formatText(textOf(pattern), args))
  },
}

const formatlist: FunctionSpec = {
  name: 'formatlist',
  params: [{ name: 'format', type: string }],
  rest: { name: 'args', type: any, nullable: true, unknown: true },
  returns: any,
  notNull: true,
  typeOf: () => listOf(string),
  run: ([pattern = no, ...args], type) => {
    if (args.length === 0) return list(string, [text(formatText(textOf(pattern), []))])
    let length = -1
    let chooser = -1
    let open = false
    for (const [i, arg] of args.entries()) {
      if (!isSequence(arg.type) || arg.data === null) continue
      if (!isKnown(arg) && arg.type.kind !== 'tuple') {
        open = true
        continue
      }
      const own = arg.type.kind === 'tuple' ? arg.type.elements.length : elementsOf(arg).length
      if (length === -1) [length, chooser] = [own, i]
      else if (own !== length) return failAt(i + 1, `argument ${i + 1} has length ${own}, which is inconsistent with argument ${chooser + 1} of length ${length}`)
      if (!isKnown(arg)) open = true
    }
    if (open) return unknown(type)
    if (length === 0) return list(string, [])
    const results: Value[] = []
    for (let k = 0; k < Math.max(1, length === -1 ? 1 : length); k++) {
      const row = args.map((arg) => (isSequence(arg.type) && arg.data !== null ? (elementsOf(arg)[k] ?? nullOf(any)) : arg))
      if (row.some((one) => !isWhollyKnown(one))) {
        results.push(unknown(string))
        continue
      }
      try {
        results.push(text(formatText(textOf(pattern), row)))
      } catch (error) {
        return fail(`error on format iteration ${k}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    return list(string, results)
  },
}

export const formats: readonly FunctionSpec[] = [format, formatlist]
