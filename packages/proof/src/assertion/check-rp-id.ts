/**
 * The authenticator used a credential of this installation's rpId (WebAuthn section 7.2, step 16).
 *
 * The origin is the browser's word, the rpId hash is the authenticator's: both must hold.
 */
import { equal } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkRpId({ data, rpIdHash }: Given): void {
  if (!equal(data.rpIdHash, rpIdHash)) {
    throw new ProofError('assertion_rp_id', 'the key was used for another site (rpId)')
  }
}
