/**
 * Arithmetic on numbers with fractions. OPA computes with 64-bit mantissas, where 0.1 + 0.2 is 0.3; doubles would say
 * 0.30000000000000004. A double's shortest decimal is what its author wrote, so sums and products are made of those, exactly, and
 * rounded once.
 */
import { integer, parseNumber, type RegoNumber } from '../value/index.ts'

type Decimal = { readonly digits: bigint; readonly scale: number }

function decimalOf(value: RegoNumber): Decimal {
  if (typeof value === 'bigint') return { digits: value, scale: 0 }
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) }
}

function numberOf({ digits, scale }: Decimal): RegoNumber | undefined {
  return parseNumber(`${digits}e${-scale}`)
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale]
}

const bothIntegers = (a: RegoNumber, b: RegoNumber): boolean => (typeof a === 'bigint' || Number.isInteger(a)) && (typeof b === 'bigint' || Number.isInteger(b))

/** Each returns undefined where the result has no finite number. */
export function plus(a: RegoNumber, b: RegoNumber): RegoNumber | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum) && Number.isInteger(a)) return sum
  }
  if (bothIntegers(a, b)) return integer(BigInt(a) + BigInt(b))
  const [x, y, scale] = aligned(decimalOf(a), decimalOf(b))
  return numberOf({ digits: x + y, scale })
}

export function minus(a: RegoNumber, b: RegoNumber): RegoNumber | undefined {
  return plus(a, -b)
}

export function times(a: RegoNumber, b: RegoNumber): RegoNumber | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product) && Number.isInteger(a) && Number.isInteger(b)) return product === 0 ? 0 : product
  }
  if (bothIntegers(a, b)) return integer(BigInt(a) * BigInt(b))
  const x = decimalOf(a)
  const y = decimalOf(b)
  return numberOf({ digits: x.digits * y.digits, scale: x.scale + y.scale })
}

/** `b` must not be zero. */
export function divided(a: RegoNumber, b: RegoNumber): RegoNumber | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const quotient = a / b
    if (Number.isSafeInteger(quotient) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return quotient === 0 ? 0 : quotient
  }
  const [x, y] = aligned(decimalOf(a), decimalOf(b))
  if (x % y === 0n) return integer(x / y)
  // 24 digits decide the nearest double
  const lift = Math.max(0, 24 - (lengthOf(x) - lengthOf(y)))
  return numberOf({ digits: (x * 10n ** BigInt(lift)) / y, scale: lift })
}

const lengthOf = (value: bigint): number => value.toString().length
