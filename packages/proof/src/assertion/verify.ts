/**
 * One assertion, against one registered key and one challenge.
 *
 * Guarantees: whoever holds the registered key touched it, was verified by it, on a page of these origins, for exactly
 * this challenge. Does not guarantee: that the page told the truth; that the key is still valid (the directory's matter);
 * that the touch is fresh, or that its counter went up (the server's).
 */
import { utf8 } from '../bytes.ts'
import { sha256 } from '../digest.ts'
import { importKey } from '../key/import.ts'
import { readAuthenticatorData } from './authenticator-data.ts'
import { checkAlgorithm } from './check-algorithm.ts'
import { checkBackupEligibility } from './check-backup-eligibility.ts'
import { checkBackupState } from './check-backup-state.ts'
import { checkChallenge } from './check-challenge.ts'
import { checkCrossOrigin } from './check-cross-origin.ts'
import { checkOrigin } from './check-origin.ts'
import { checkOwner } from './check-owner.ts'
import { checkRpId } from './check-rp-id.ts'
import { checkSignature } from './check-signature.ts'
import { checkType } from './check-type.ts'
import { checkUserPresence } from './check-user-presence.ts'
import { checkUserVerification } from './check-user-verification.ts'
import { readClientData } from './client-data.ts'
import type { AssertionInput, Given, VerifiedAssertion } from './input.ts'

/** In this order: the first that fails names the error. */
const checks: readonly ((given: Given) => void)[] = [
  checkType,
  checkChallenge,
  checkOrigin,
  checkCrossOrigin,
  checkRpId,
  checkUserPresence,
  checkUserVerification,
  checkBackupState,
  checkBackupEligibility,
]

/** @throws ProofError assertion_..., key_invalid */
export async function verifyAssertion(input: AssertionInput): Promise<VerifiedAssertion> {
  checkOwner(input)
  const alg = checkAlgorithm(input)
  const client = readClientData(input.assertion.clientDataJSON)
  const data = readAuthenticatorData(input.assertion.authenticatorData)
  const given: Given = { ...input, client, data, rpIdHash: await sha256(utf8(input.rpId)) }
  for (const check of checks) check(given)
  await checkSignature(given, input.verifyingKey ?? (await importKey(alg, input.key.publicKey)))

  return {
    person: input.person,
    credential: input.key.id,
    origin: client.origin,
    backupEligible: data.backupEligible,
    backedUp: data.backedUp,
    signCount: data.signCount,
  }
}
