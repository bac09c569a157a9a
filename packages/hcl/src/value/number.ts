/**
 * Terraform's numbers. An integer of up to 53 bits that has the usual precision of 512 bits is a plain JavaScript number, and so are
 * the infinities; everything else is a {@link Float}. Both forms of one number compare as equal and print alike.
 */
import * as float from './float.ts'
import { fixed, parseFloatText } from './float-text.ts'

/** A number; plain where JavaScript's own is exactly it. */
export type Num = number | float.Float

/** Arithmetic that has no answer, such as infinity minus infinity. */
export class ArithmeticError extends Error {
  override name = 'ArithmeticError'
}

const asFloat = (x: Num): float.Float => (typeof x === 'number' ? float.fromDouble(x, float.parsedPrecision) : x)
const settle = (x: float.Float): Num => {
  if (x.precision !== float.parsedPrecision || x.exponent < 0 || x.exponent > 53) return x
  const n = Number(x.mantissa) * 2 ** x.exponent
  if (!Number.isSafeInteger(n)) return x
  return x.negative ? -n : n
}
const infinite = (x: Num): x is number => x === Infinity || x === -Infinity
const signOf = (x: Num): number => (typeof x === 'number' ? (x < 0 || Object.is(x, -0) ? -1 : 1) : x.negative ? -1 : 1)
export const isZero = (x: Num): boolean => (typeof x === 'number' ? x === 0 : x.mantissa === 0n)

/** A number that was counted: Terraform gives those 64 bits. */
export const counted = (n: number): Num => float.fromInteger(BigInt(n), 64)
/** A result of double arithmetic: 53 bits. */
export const fromDouble = (n: number): Num => (Number.isFinite(n) ? float.fromDouble(n) : n)
/** A whole number with as many bits as it needs, at least 64. */
export const fromBigInt = (n: bigint): Num => float.fromInteger(n, Math.max(64, float.bitLength(n < 0n ? -n : n)))

export function add(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  if (infinite(a) || infinite(b)) {
    if (infinite(a) && infinite(b) && a !== b) throw new ArithmeticError("can't compute sum of opposing infinities")
    return infinite(a) ? a : b
  }
  return settle(float.add(asFloat(a), asFloat(b)))
}

export const negate = (a: Num): Num => (typeof a === 'number' ? -a : { ...a, negative: !a.negative })

export function subtract(a: Num, b: Num): Num {
  if (infinite(a) && infinite(b) && a === b) throw new ArithmeticError("can't subtract infinity from itself")
  return add(a, negate(b))
}

export function multiply(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product
  }
  if (infinite(a) || infinite(b)) {
    if (isZero(a) || isZero(b)) throw new ArithmeticError("can't multiply zero by infinity")
    return signOf(a) * signOf(b) * Infinity
  }
  const x = asFloat(a)
  const y = asFloat(b)
  const product = float.multiply(x, y, float.parsedPrecision)
  return settle({ ...product, precision: Math.max(x.precision, y.precision, float.bitLength(product.mantissa)) })
}

export function divide(a: Num, b: Num): Num {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0 && !infinite(b)) {
    const quotient = a / b
    if (Number.isSafeInteger(quotient) && quotient * b === a) return quotient
  }
  if ((isZero(a) && isZero(b)) || (infinite(a) && infinite(b))) throw new ArithmeticError("can't divide zero by zero or infinity by infinity")
  if (infinite(a) || isZero(b)) return signOf(a) * signOf(b) * Infinity
  if (infinite(b)) return signOf(a) * signOf(b) < 0 ? -0 : 0
  return settle(float.divide(asFloat(a), asFloat(b)))
}

/** What is left after dividing towards zero; by zero, the dividend itself. */
export function modulo(a: Num, b: Num): Num {
  if (infinite(a) || infinite(b)) return multiply(a, b)
  if (isZero(b)) return a
  if (typeof a === 'number' && typeof b === 'number') return a % b
  const whole = fromBigInt(toBigInt(divide(a, b)))
  return subtract(a, settle(float.multiply(asFloat(b), asFloat(whole))))
}

export const absolute = (a: Num): Num => (typeof a === 'number' ? Math.abs(a) : { ...a, negative: false })

export function compare(a: Num, b: Num): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b || 0
  if (infinite(a) || infinite(b)) return infinite(a) ? (infinite(b) ? (a === b ? 0 : a > b ? 1 : -1) : a > 0 ? 1 : -1) : (b as number) > 0 ? -1 : 1
  return float.compare(asFloat(a), asFloat(b))
}

export const isInteger = (a: Num): boolean => (typeof a === 'number' ? !infinite(a) : float.isInteger(a))

/** Towards zero; the number must be finite. */
export const toBigInt = (a: Num): bigint => (typeof a === 'number' ? BigInt(Math.trunc(a)) : float.toInteger(a))
/** The nearest double; too large a number is an infinity. */
export const toDouble = (a: Num): number => (typeof a === 'number' ? a : float.toDouble(a))
export const toFloat = (a: Num): float.Float => asFloat(a)
export const isInfinite = infinite

/** The integer, when the number is one that JavaScript can count with. */
export function toCount(a: Num): number | undefined {
  if (typeof a === 'number') return infinite(a) ? undefined : a
  if (!float.isInteger(a)) return undefined
  const n = Number(float.toInteger(a))
  return Number.isSafeInteger(n) ? n : undefined
}

/** Decimal text without an exponent, the shortest that reads as the same number; `+Inf` and `-Inf`. */
export function numberText(a: Num): string {
  if (typeof a === 'number') return infinite(a) ? (a > 0 ? '+Inf' : '-Inf') : Object.is(a, -0) ? '-0' : String(a)
  return fixed(a)
}

/** Decimal text as Terraform reads it; undefined when it is none. */
export function parseNumber(text: string): Num | undefined {
  if (text.length < 16 && /^(?:0|-?[1-9][0-9]*)$/.test(text)) return Number(text)
  const special = /^([+-]?)[iI]nf$/.exec(text)
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity
  const parsed = parseFloatText(text)
  return parsed === undefined ? undefined : settle(parsed)
}
