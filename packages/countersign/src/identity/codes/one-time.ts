/**
 * Time-based one-time codes: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which is what authenticator apps take; anything
 * else in the address is silently ignored by many of them. SHA-1 is used as HMAC, where collisions do not matter.
 */
import { timingSafeEqual } from 'node:crypto'
import { HOTP, Secret, TOTP } from 'otpauth'
import type { TypedCode } from './typed.ts'

export const stepSeconds = 30
/** Steps before and after the server's own that are accepted: phones are wrong by seconds, people type slowly. */
export const window = 1
/** RFC 4226 section 4 R6 recommends 160 bits. */
export const seedBytes = 20

const parameters = { algorithm: 'SHA1', digits: 6 } as const

/** @param at milliseconds */
export function stepAt(at: number): number {
  return Math.floor(at / 1000 / stepSeconds)
}

export function codeAt(seed: Uint8Array, step: number): string {
  return HOTP.generate({ ...parameters, secret: secretOf(seed), counter: step })
}

/** The first step of the window whose code this is; null for none. Every step is computed and compared, whichever it is. */
export function stepOf(seed: Uint8Array, code: TypedCode, at: number): number | null {
  const now = stepAt(at)
  let found: number | null = null
  for (let step = now + window; step >= now - window; step--) if (step >= 0 && isCodeOf(seed, step, code)) found = step
  return found
}

/** In constant time. */
export function isCodeOf(seed: Uint8Array, step: number, code: TypedCode): boolean {
  return timingSafeEqual(Buffer.from(codeAt(seed, step), 'latin1'), Buffer.from(code, 'latin1'))
}

/** The address that apps read out of the picture: `otpauth://totp/...`. It holds the seed. */
export function addressOf(seed: Uint8Array, account: string): string {
  return new TOTP({ ...parameters, issuer: 'Countersign', label: account, secret: secretOf(seed), period: stepSeconds }).toString()
}

/** For people who type: base32 in groups of four. */
export function groupedSeed(seed: Uint8Array): string {
  return secretOf(seed).base32.replaceAll(/(.{4})(?=.)/g, '$1 ')
}

function secretOf(seed: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(seed).buffer })
}
