/**
 * The credential must be one that is registered to the person who is to sign (WebAuthn section 7.2, steps 5 and 6).
 *
 * The id stands beside the assertion and is not signed: without this check an attacker's own valid touch, with his own
 * key, would pass as anybody's.
 */
import { ProofError } from '../errors.ts'
import type { AssertionInput } from './input.ts'

export function checkOwner({ assertion, key, person }: AssertionInput): void {
  if (assertion.credential !== key.id || key.person !== person) {
    throw new ProofError('assertion_owner', 'the key is not registered to the person who is to countersign')
  }
}
