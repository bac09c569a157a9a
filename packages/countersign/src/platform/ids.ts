/**
 * Ids: a prefix that says what it names and a UUIDv7 (RFC 9562) as 32 hex characters, `run_0193...`.
 * They sort by the time they were made. They are names, never secrets: 74 bits of them are random,
 * but no check may rest on an id being hard to guess.
 */
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

const PREFIX = /^[a-z]{2,5}$/

export function newId(prefix: string, clock: Clock, random: Random): string {
  if (!PREFIX.test(prefix)) throw new TypeError(`an id prefix is 2 to 5 lower-case letters, not ${JSON.stringify(prefix)}`)
  const bytes = new Uint8Array(16)
  let time = clock.now()
  for (let at = 5; at >= 0; at--) {
    bytes[at] = time % 256
    time = Math.floor(time / 256)
  }
  bytes.set(random.bytes(10), 6)
  bytes[6] = 0x70 | (bytes[6] ?? 0) & 0x0f
  bytes[8] = 0x80 | (bytes[8] ?? 0) & 0x3f
  return `${prefix}_${Buffer.from(bytes).toString('hex')}`
}
