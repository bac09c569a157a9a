/**
 * The authenticator verified who touched it, by PIN or biometry: UV (WebAuthn section 7.2, step 18).
 *
 * A passkey without it is one factor: whoever holds the key would be believed.
 */
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkUserVerification({ data }: Given): void {
  if (!data.userVerified) {
    throw new ProofError('assertion_user_verification', 'the key did not verify its user by PIN or biometry (UV is not set)')
  }
}
