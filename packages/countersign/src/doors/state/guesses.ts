/**
 * Wrong passwords from one address. Guessing 256 bits is hopeless; this keeps it from being a load, and tells the operator. Right
 * credentials from the same address are never held up by it: they are checked first.
 */
import type { Clock } from '../../platform/clock.ts'

const MOST = 30
const WINDOW = 60_000
const REMEMBERED = 10_000

export function createGuesses(clock: Clock): { tooMany(address: string): boolean } {
  const seen = new Map<string, { from: number; count: number }>()
  return {
    tooMany(address) {
      const now = clock.now()
      const known = seen.get(address)
      const one = known && now - known.from < WINDOW ? known : { from: now, count: 0 }
      one.count++
      seen.delete(address)
      seen.set(address, one)
      const oldest = seen.keys().next().value
      if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest)
      return one.count > MOST
    },
  }
}
