/** Numbers as functions take them: whole ones within 64 bits. */
import { ValueError } from '../value/error.ts'
import { isInteger, isInfinite, toBigInt, toCount, type Num } from '../value/number.ts'
import type { Value } from '../value/value.ts'

const least = -(2n ** 63n)
const most = 2n ** 63n - 1n

/** A 64-bit integer, given back as a double: what lies beyond 2^53 is only ever compared. Throws {@link ValueError}. */
export function wholeNumber(value: Value): number {
  const n = value.data as Num
  const count = toCount(n)
  if (count !== undefined) return count
  if (isInfinite(n) || !isInteger(n)) throw new ValueError(`value must be a whole number, between ${least} and ${most}`)
  const big = toBigInt(n)
  if (big < least || big > most) throw new ValueError(`value must be a whole number, between ${least} and ${most}`)
  return Number(big)
}

/** An integer of any size. */
export function bigWhole(value: Value): bigint {
  const n = value.data as Num
  if (isInfinite(n) || !isInteger(n)) throw new ValueError('value must be a whole number')
  return toBigInt(n)
}

/** The outcome, or the message of what it threw, put into words by `wrap`. */
export function reword<T>(work: () => T, wrap: (message: string) => never): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ValueError) return wrap(error.message)
    throw error
  }
}
