/**
 * The ceremony was navigator.credentials.get() (WebAuthn section 7.2, step 11).
 *
 * Signatures of registrations and of payments are made with the same keys; their types keep them apart.
 */
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkType({ client }: Given): void {
  if (client.type !== 'webauthn.get') {
    throw new ProofError('assertion_type', 'the ceremony was another one than a countersignature')
  }
}
