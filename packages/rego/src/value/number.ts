/** Numbers: doubles, and bigints for integers that a double cannot hold exactly. */
import type { Value } from './value.ts'

export type RegoNumber = number | bigint

export const isNumber = (value: Value | undefined): value is RegoNumber => typeof value === 'number' || typeof value === 'bigint'

/** True where the number has no fraction: `1.0` is an integer to OPA's builtins. */
export const isInteger = (value: Value | undefined): value is RegoNumber => typeof value === 'bigint' || Number.isInteger(value)

const least = BigInt(Number.MIN_SAFE_INTEGER)
const most = BigInt(Number.MAX_SAFE_INTEGER)

/** A bigint as a value: a number where that is exact. */
export const integer = (value: bigint): RegoNumber => (value >= least && value <= most ? Number(value) : value)

/** An integer value as a bigint. The value must be one of `isInteger`. */
export const toBigInt = (value: RegoNumber): bigint => (typeof value === 'bigint' ? value : BigInt(value))

/**
 * The value of a JSON number's text; undefined where it is not a number or overflows. Integers are exact, also in the forms
 * `1e20` and `1000000000000000000000.0`, as long as they have at most `digitLimit` digits.
 */
export function parseNumber(text: string): RegoNumber | undefined {
  const double = Number(text)
  if (Number.isSafeInteger(double)) return double === 0 ? 0 : double
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const shift = Number(exponent) - fraction.length
  if (Math.abs(shift) + whole.length > digitLimit) return Number.isFinite(double) ? double : undefined
  const digits = whole + fraction
  if (shift >= 0) return integer(BigInt(sign + digits + '0'.repeat(shift)))
  const cut = digits.length + shift
  if (cut > 0 && /^0*$/.test(digits.slice(cut))) return integer(BigInt(sign + digits.slice(0, cut)))
  return Number.isFinite(double) ? double : undefined
}

/** Longer integers are not taken exactly: arithmetic on them would cost more than a step. */
export const digitLimit = 5_000

/** The text of a number as OPA writes it into JSON: integers in full, other numbers in the shortest form. */
export function formatNumber(value: RegoNumber): string {
  if (typeof value === 'bigint') return value.toString()
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return BigInt(value).toString()
  const text = String(value === 0 ? 0 : value)
  // Go writes at least two digits of the exponent
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}
