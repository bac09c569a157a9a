/**
 * Somebody touched the authenticator: UP (WebAuthn section 7.2, step 17).
 *
 * Without it, malware with access to the key could sign while nobody is there.
 */
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkUserPresence({ data }: Given): void {
  if (!data.userPresent) throw new ProofError('assertion_user_presence', 'the key was not touched (UP is not set)')
}
