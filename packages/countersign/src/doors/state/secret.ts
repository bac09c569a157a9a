/** Passwords of state credentials: made once, shown once, kept as a digest. 256 random bits need no slow hash. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../../platform/random.ts'

/** `cst_` and 43 characters of base64url. */
export function newPassword(random: Random): string {
  return `cst_${Buffer.from(random.bytes(32)).toString('base64url')}`
}

/** SHA-256 of the whole password, hex. */
export function passwordHash(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}

/** Takes the same time wherever the two differ. `stored` is hex; "" is nobody's. */
export function passwordMatches(password: string, stored: string): boolean {
  const known = Buffer.from(stored, 'hex')
  const sent = createHash('sha256').update(password).digest()
  return timingSafeEqual(sent, known.length === sent.length ? known : Buffer.alloc(sent.length)) && known.length === sent.length
}
