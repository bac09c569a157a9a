/**
 * Server nonces for DPoP (RFC 9449 section 9): an HMAC of the minute under a key of the keyring, so that every server of one
 * installation accepts the others' nonces and none remembers any. A proof made in advance, or by a clock that lies, finds no nonce.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'

const step = 60_000
/** Two steps back and one ahead (another server's clock): a nonce lives two to four minutes. */
const accepted = [0, -1, -2, 1]

export interface Nonces {
  current(): string
  accepts(nonce: string): boolean
}

export function createNonces(secret: Uint8Array, clock: Clock): Nonces {
  const key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), 'countersign.dpop-nonce.v1', 32))
  // Made once a minute and not for each request.
  const made = new Map<number, string>()
  const at = (offset: number) => {
    const minute = Math.floor(clock.now() / step) + offset
    const nonce = made.get(minute) ?? createHmac('sha256', key).update(String(minute)).digest('base64url')
    if (made.size > 16) made.clear()
    made.set(minute, nonce)
    return nonce
  }
  return {
    current: () => at(0),
    accepts: (nonce) => accepted.some((offset) => same(at(offset), nonce)),
  }
}

function same(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)]
  return left.length === right.length && timingSafeEqual(left, right)
}
