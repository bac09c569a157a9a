/**
 * Binary floating point with a precision of its own for every number, as Terraform's numbers are: 512 bits for what is written or
 * parsed, 64 for counted things, 53 for results of the platform's mathematics; an operation has the greater precision of its two
 * sides. Each result is rounded to nearest, ties to even. Exponents are not bounded here; callers bound what they parse.
 */

/** The value `sign * mantissa * 2 ** exponent`, with an odd mantissa, or zero. */
export type Float = { readonly negative: boolean; readonly mantissa: bigint; readonly exponent: number; readonly precision: number }

export const parsedPrecision = 512

export function bitLength(n: bigint): number {
  if (n === 0n) return 0
  const hex = n.toString(16)
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)))
}

function trailingZeros(n: bigint): number {
  let count = 0
  let rest = n
  while ((rest & 0xffffffffn) === 0n) {
    rest >>= 32n
    count += 32
  }
  const low = Number(rest & 0xffffffffn)
  return count + (31 - Math.clz32(low & -low))
}

/** Rounds `mantissa * 2 ** exponent` to `precision` bits; `sticky` says that something non-zero was cut off below already. */
export function rounded(negative: boolean, mantissa: bigint, exponent: number, precision: number, sticky = false): Float {
  if (mantissa === 0n) return { negative, mantissa, exponent: 0, precision }
  let m = mantissa
  let e = exponent
  const excess = bitLength(m) - precision
  if (excess > 0) {
    const shift = BigInt(excess)
    const rest = m & ((1n << shift) - 1n)
    const half = 1n << (shift - 1n)
    m >>= shift
    e += excess
    if (rest > half || (rest === half && (sticky || (m & 1n) === 1n))) m += 1n
  }
  const zeros = trailingZeros(m)
  return zeros === 0 ? { negative, mantissa: m, exponent: e, precision } : { negative, mantissa: m >> BigInt(zeros), exponent: e + zeros, precision }
}

export function fromInteger(n: bigint, precision: number): Float {
  return n < 0n ? rounded(true, -n, 0, precision) : rounded(false, n, 0, precision)
}

/** Exactly the double, which must be finite. */
export function fromDouble(n: number, precision = 53): Float {
  if (Number.isInteger(n)) return { ...fromInteger(BigInt(n), 1024), precision, negative: n < 0 || Object.is(n, -0) }
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, n)
  const bits = view.getBigUint64(0)
  const field = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  return rounded(n < 0, field === 0 ? fraction : fraction | (1n << 52n), field === 0 ? -1074 : field - 1075, precision)
}

const signed = (x: Float): bigint => (x.negative ? -x.mantissa : x.mantissa)

export function add(x: Float, y: Float): Float {
  const precision = Math.max(x.precision, y.precision)
  const e = Math.min(x.exponent, y.exponent)
  const sum = (signed(x) << BigInt(x.exponent - e)) + (signed(y) << BigInt(y.exponent - e))
  return sum < 0n ? rounded(true, -sum, e, precision) : rounded(false, sum, e, precision)
}


/** With `precision` given, the product is rounded to it; otherwise to that of the more precise side. */
export function multiply(x: Float, y: Float, precision = Math.max(x.precision, y.precision)): Float {
  return rounded(x.negative !== y.negative, x.mantissa * y.mantissa, x.exponent + y.exponent, precision)
}

/** `y` is not zero. */
export function divide(x: Float, y: Float, precision = Math.max(x.precision, y.precision)): Float {
  if (x.mantissa === 0n) return rounded(false, 0n, 0, precision)
  const shift = Math.max(0, precision + 2 + bitLength(y.mantissa) - bitLength(x.mantissa))
  const dividend = x.mantissa << BigInt(shift)
  const quotient = dividend / y.mantissa
  const inexact = quotient * y.mantissa !== dividend
  // one more bit below the quotient stands for everything that was cut off
  return rounded(x.negative !== y.negative, (quotient << 1n) | (inexact ? 1n : 0n), x.exponent - y.exponent - shift - 1, precision)
}

export function compare(x: Float, y: Float): number {
  const xs = x.mantissa === 0n ? 0 : x.negative ? -1 : 1
  const ys = y.mantissa === 0n ? 0 : y.negative ? -1 : 1
  if (xs !== ys || xs === 0) return xs - ys
  // the leading bit decides before anything is shifted: exponents may be far apart
  const lead = bitLength(x.mantissa) + x.exponent - (bitLength(y.mantissa) + y.exponent)
  if (lead !== 0) return lead > 0 ? xs : -xs
  const e = Math.min(x.exponent, y.exponent)
  const a = x.mantissa << BigInt(x.exponent - e)
  const b = y.mantissa << BigInt(y.exponent - e)
  return a === b ? 0 : a > b ? xs : -xs
}

export const isInteger = (x: Float): boolean => x.mantissa === 0n || x.exponent >= 0

/** Towards zero. */
export function toInteger(x: Float): bigint {
  const magnitude = x.exponent >= 0 ? x.mantissa << BigInt(x.exponent) : x.mantissa >> BigInt(-x.exponent)
  return x.negative ? -magnitude : magnitude
}

/** The nearest double, ties to even; too large a number gives an infinity. */
export function toDouble(x: Float): number {
  if (x.mantissa === 0n) return 0
  const top = bitLength(x.mantissa) + x.exponent
  if (top > 1025) return x.negative ? -Infinity : Infinity
  const r = rounded(x.negative, x.mantissa, x.exponent, Math.max(1, Math.min(53, top + 1074)))
  if (top < -1075) return 0
  let result = Number(r.mantissa)
  let e = r.exponent
  while (e < -1000) {
    result *= 2 ** -500
    e += 500
  }
  while (e > 900) {
    result *= 2 ** 100
    e -= 100
  }
  result *= 2 ** e
  return r.negative ? -result : result
}
