/**
 * Secrets that we hand out: 256 random bits behind a prefix that scanners can find. We keep SHA-256 of them only; a slow hash would
 * add nothing to 256 bits. Looking a secret up by its hash leaks no timing that helps: the attacker does not choose the hash.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../platform/random.ts'

export const secretPrefixes = { setup: 'cs_su_', session: 'cs_se_', ceremony: 'cs_ce_', invitation: 'cs_in_', recovery: 'cs_rc_', accessToken: 'cs_at_', bearerToken: 'cs_tf_', refreshToken: 'cs_rt_', deviceCode: 'cs_dc_' } as const

export function newSecret(kind: keyof typeof secretPrefixes, random: Random): string {
  return secretPrefixes[kind] + Buffer.from(random.bytes(32)).toString('base64url')
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update('countersign.secret.v1\n').update(secret, 'utf8').digest('hex')
}

export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return left.length === right.length && timingSafeEqual(left, right)
}
