/**
 * What a sign-in has proven, as `acr` (OpenID Connect Core 2, EAP ACR values), and what is asked of one (RFC 9470).
 *
 * An `acr` is made from the session's own record of how it was opened. What a client writes into `acr_values` is a wish: it can make us
 * refuse, and never makes us say more, or something else, than what was proven.
 */
import { IdentityError } from '../errors.ts'
import type { Session } from '../sessions/sessions.ts'

/** From the weakest to the strongest; each satisfies those before it. `phr`: a key that only answers to its own site. */
export const acrValues = ['aal1', 'aal2', 'phr'] as const
export type Acr = (typeof acrValues)[number]

export type Proven = { acr: Acr; /** ms */ authTime: number }
/** Any one of `acrValues` will do; none: any sign-in. `since`: signed in then or later, ms. */
export type Wanted = { acrValues?: readonly string[]; maxAgeSeconds?: number | undefined; since?: number | undefined }

export function acrOf({ acr, amr }: Pick<Session, 'acr' | 'amr'>): Acr {
  return acr === 'aal2' && (amr.includes('hwk') || amr.includes('swk')) ? 'phr' : acr
}

/** RFC 8176; `mfa` where more than one thing was proven. */
export function amrOf({ acr, amr }: Pick<Session, 'acr' | 'amr'>): string[] {
  return acr === 'aal2' ? [...amr, 'mfa'] : [...amr]
}

export function isAcr(text: string): text is Acr {
  return acrValues.some((one) => one === text)
}

export function satisfies(proven: Acr, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((one) => isAcr(one) && acrValues.indexOf(proven) >= acrValues.indexOf(one))
}

/** Throws IdentityError `sign_in_too_weak` or `sign_in_too_old`, whose answer says what would do. */
export function assertProven(proven: Proven, wanted: Wanted, now: number): void {
  const asked = { acrValues: wanted.acrValues ?? [], maxAgeSeconds: wanted.maxAgeSeconds ?? (wanted.since === undefined ? undefined : 0) }
  if (!satisfies(proven.acr, asked.acrValues)) {
    const next = 'Sign in again with a passkey or security key.'
    throw new IdentityError('sign_in_too_weak', `This asks for a stronger sign-in (${asked.acrValues.join(' or ')}) than yours (${proven.acr}).`, next, { stepUp: asked })
  }
  const tooOld = wanted.maxAgeSeconds !== undefined && now - proven.authTime > wanted.maxAgeSeconds * 1000
  if (tooOld || (wanted.since !== undefined && proven.authTime < wanted.since)) {
    throw new IdentityError('sign_in_too_old', 'This asks for a sign-in more recent than yours.', 'Sign in again, then go on.', { stepUp: asked })
  }
}
