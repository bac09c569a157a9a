/**
 * Decimal text of binary numbers, and back. The shortest form is the shortest decimal that rounds to the number at the number's own
 * precision; digit strings of the two neighbouring halfway points are compared position by position, without aligning them.
 */
import { bitLength, divide, type Float, fromInteger, multiply, parsedPrecision, rounded } from './float.ts'

/** `0.digits * 10 ** point`, without trailing zeros; no digits are zero. */
export type Decimal = { readonly digits: string; readonly point: number }

/** Without the zeros at the end. Not by a pattern: zeros within would be tried again and again. */
function strip(digits: string): string {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end--
  return digits.slice(0, end)
}

function decimalOf(mantissa: bigint, exponent: number): Decimal {
  if (mantissa === 0n) return { digits: '', point: 0 }
  const text = exponent >= 0 ? (mantissa << BigInt(exponent)).toString() : (mantissa * 5n ** BigInt(-exponent)).toString()
  const point = exponent >= 0 ? text.length : text.length + exponent
  return { digits: strip(text), point }
}


function down(d: Decimal, n: number): Decimal {
  const digits = strip(d.digits.slice(0, n))
  return { digits, point: digits === '' ? 0 : d.point }
}

function up(d: Decimal, n: number): Decimal {
  let i = n
  while (i > 0 && d.digits[i - 1] === '9') i--
  if (i === 0) return { digits: '1', point: d.point + 1 }
  return { digits: d.digits.slice(0, i - 1) + String(Number(d.digits[i - 1]) + 1), point: d.point }
}

/** Rounded to `n` digits, ties to even. */
export function roundDecimal(d: Decimal, n: number): Decimal {
  if (n < 0 || n >= d.digits.length) return d
  const next = d.digits[n] ?? '0'
  const tie = next === '5' && n + 1 === d.digits.length
  const raise = tie ? n > 0 && Number(d.digits[n - 1]) % 2 === 1 : next >= '5'
  return raise ? up(d, n) : down(d, n)
}

export const exactDecimal = (x: Float): Decimal => decimalOf(x.mantissa, x.exponent)

export function shortestDecimal(x: Float): Decimal {
  const d = exactDecimal(x)
  if (d.digits === '') return d
  const shift = x.precision + 1 - bitLength(x.mantissa)
  const m = x.mantissa << BigInt(shift)
  const e = x.exponent - shift
  const lower = decimalOf(m - 1n, e).digits
  const upper = decimalOf(m + 1n, e).digits
  const inclusive = (m & 2n) === 0n
  for (let i = 0; i < d.digits.length; i++) {
    const digit = d.digits[i] ?? '0'
    const low = lower[i] ?? '0'
    const high = upper[i] ?? '0'
    const canLower = low !== digit || (inclusive && i + 1 === lower.length)
    const canRaise = digit !== high && (inclusive || Number(digit) + 1 < Number(high) || i + 1 < upper.length)
    if (canLower && canRaise) return roundDecimal(d, i + 1)
    if (canLower) return down(d, i + 1)
    if (canRaise) return up(d, i + 1)
  }
  return d
}

/** Without an exponent; `places` after the point, or as many as the shortest form has. */
export function fixed(x: Float, places = -1): string {
  let d = places < 0 ? shortestDecimal(x) : exactDecimal(x)
  if (places >= 0) d = d.point + places < 0 ? { digits: '', point: 0 } : roundDecimal(d, d.point + places)
  const after = places < 0 ? Math.max(d.digits.length - d.point, 0) : places
  const whole = d.point > 0 ? d.digits.slice(0, d.point).padEnd(d.point, '0') : '0'
  let fraction = ''
  if (after > 0) fraction = `.${(d.point < 0 ? '0'.repeat(Math.min(-d.point, after)) : '').concat(d.digits.slice(Math.max(d.point, 0))).padEnd(after, '0').slice(0, after)}`
  return `${x.negative ? '-' : ''}${whole}${fraction}`
}

/** `d.ddde±dd`; `places` after the point, or the shortest. */
export function scientific(x: Float, places = -1, letter = 'e'): string {
  const d = places < 0 ? shortestDecimal(x) : roundDecimal(exactDecimal(x), places + 1)
  return `${x.negative ? '-' : ''}${scientificOf(d, places < 0 ? Math.max(d.digits.length - 1, 0) : places, letter)}`
}

function scientificOf(d: Decimal, places: number, letter: string): string {
  const first = d.digits[0] ?? '0'
  const rest = places > 0 ? `.${d.digits.slice(1, 1 + places).padEnd(places, '0')}` : ''
  const exponent = d.digits === '' ? 0 : d.point - 1
  return `${first}${rest}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** The shorter of the two forms, as `%g` has it: `precision` significant digits, or the shortest. */
export function general(x: Float, precision = -1, letter = 'e'): string {
  const shortest = precision < 0
  const wanted = precision === 0 ? 1 : precision
  const d = shortest ? shortestDecimal(x) : roundDecimal(exactDecimal(x), wanted)
  let limit = shortest ? 6 : wanted
  if (!shortest && limit > d.digits.length && d.digits.length >= d.point) limit = d.digits.length
  if (shortest) limit = 6
  const exponent = d.point - 1
  const sign = x.negative ? '-' : ''
  if (d.digits !== '' && (exponent < -4 || exponent >= limit)) {
    const places = (!shortest && wanted > d.digits.length ? d.digits.length : shortest ? d.digits.length : wanted) - 1
    return sign + scientificOf(d, Math.min(places, Math.max(d.digits.length - 1, 0)), letter)
  }
  const after = Math.max(d.digits.length - d.point, 0)
  const whole = d.point > 0 ? d.digits.slice(0, d.point).padEnd(d.point, '0') : '0'
  const fraction = after > 0 ? `.${(d.point < 0 ? '0'.repeat(-d.point) : '') + d.digits.slice(Math.max(d.point, 0))}` : ''
  return `${sign}${whole}${d.digits === '' ? '' : fraction}`
}

function powerOfFive(n: number, precision: number): Float {
  if (n <= 27) return fromInteger(5n ** BigInt(n), precision)
  let result = fromInteger(5n ** 27n, precision)
  let left = n - 27
  let square = fromInteger(5n, precision + 64)
  while (left > 0) {
    if (left % 2 === 1) result = multiply(result, square, precision)
    square = multiply(square, square, precision + 64)
    left = Math.floor(left / 2)
  }
  return result
}

const form = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:([eEpP])([+-]?[0-9]+))?$/
const longest = 100_000

/** The number of decimal text at 512 bits; undefined when it is none, or so large that nothing could be done with it. */
export function parseFloatText(text: string): Float | undefined {
  const parts = text.length > longest ? null : form.exec(text)
  if (parts === null) return undefined
  const [, sign, whole = '', fraction = '', only = '', letter = '', power = '0'] = parts
  const after = fraction || only
  const mantissa = BigInt(whole + after)
  const negative = sign === '-'
  if (mantissa === 0n) return { negative, mantissa, exponent: 0, precision: parsedPrecision }
  const given = Number(power)
  if (Math.abs(given) > longest) return undefined
  const binary = letter === 'p' || letter === 'P'
  const five = (binary ? 0 : given) - after.length
  const two = given - after.length
  if (five === 0) return rounded(negative, mantissa, two, parsedPrecision)
  const exact: Float = { negative, mantissa, exponent: two, precision: parsedPrecision }
  const factor = powerOfFive(Math.abs(five), parsedPrecision + 64)
  return five < 0 ? divide(exact, factor, parsedPrecision) : multiply(exact, factor, parsedPrecision)
}

/** `x` with everything after the point cut away in the direction of `way`, as an integer. */
export function towards(x: Float, way: 1 | -1): bigint {
  const cut = x.exponent >= 0 ? x.mantissa << BigInt(x.exponent) : x.mantissa >> BigInt(-x.exponent)
  const exact = x.exponent >= 0 || x.mantissa === 0n
  const whole = x.negative ? -cut : cut
  if (exact) return whole
  if (way === 1) return x.negative ? whole : whole + 1n
  return x.negative ? whole - 1n : whole
}


