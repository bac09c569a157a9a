/**
 * The challenge is the digest of this statement (WebAuthn section 7.2, step 12).
 *
 * This is the binding of the touch to the plan: a touch for one statement is worth nothing for another.
 */
import { toBase64url } from '../base64.ts'
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkChallenge({ client, challenge }: Given): void {
  if (challenge.length !== 32 || client.challenge !== toBase64url(challenge)) {
    throw new ProofError('assertion_challenge', 'the countersignature was given to another statement')
  }
}
