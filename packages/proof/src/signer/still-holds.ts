/**
 * What was signed with, and the site where it was, hold at a later size too.
 *
 * An envelope is made by the server. One that is taken over could give a stolen key that was revoked, a ledger key that was
 * replaced, or a page on a domain that was given up, an envelope from the time before. So nothing counts that did not hold
 * both at the size that the envelope names and when the countersignature took effect.
 */
import { holdsAt, sitesAt } from '../directory/moments.ts'
import { ProofError } from '../errors.ts'
import type { Directory, Span } from '../types/directory.ts'
import type { Means, Signer } from './signer.ts'

const spansOf = (by: Means): readonly Span[] => {
  if (by.type === 'webauthn') return [by.key]
  return by.type === 'totp' ? [by.authenticator, by.ledgerKey] : [by.ledgerKey]
}

/** @throws signer_revoked, envelope_origin */
export function checkStillHolds({ envelope, by }: Omit<Signer, 'demonstration'>, directory: Directory, until: number): void {
  if (!spansOf(by).every((span) => holdsAt(span, until))) {
    throw new ProofError('signer_revoked', 'what was countersigned with had been revoked before it took effect')
  }
  const sites = sitesAt(directory, until).filter(({ rpId }) => by.type !== 'webauthn' || rpId === by.key.rpId)
  if (!sites.some(({ origins }) => origins.includes(envelope.origin))) {
    throw new ProofError('envelope_origin', 'the envelope names an origin that was no longer one of this installation')
  }
}
