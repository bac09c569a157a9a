/** Verifying what a key answered, with the refusals of the proof package in this room's words. */
import { challengeFor, parseEnvelope, ProofError, subjectDigest, verifyAssertion } from '@countersign/proof'
import type { Countersignature, Credential, VerifiedAssertion } from '@countersign/proof'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { IdentityError } from '../errors.ts'
import type { IdentitySettings } from '../ports.ts'
import { siteOf } from '../sites.ts'

/** `rpId`: the host name that the key was made for; the main one's where it is not said. */
export type Answer = { response: AuthenticationResponseJSON; credential: Credential; person: string; rpId?: string }

/** An answer to 32 bytes of ours. Throws `challenge_mismatch` or `assertion_invalid`. */
export async function verifyAnswer(settings: IdentitySettings, given: Answer & { challenge: Uint8Array }): Promise<VerifiedAssertion> {
  const { response, credential, person, challenge } = given
  const { authenticatorData, clientDataJSON, signature } = response.response
  const { rpId, origins } = siteOf(settings, given.rpId ?? settings.rpId)
  try {
    return await verifyAssertion({
      assertion: { credential: response.id, authenticatorData, clientDataJSON, signature },
      key: { person, id: credential.id, alg: credential.alg, publicKey: credential.publicKey, backupEligible: credential.backupEligible },
      person, challenge, rpId, origins,
    })
  } catch (cause) {
    if (!(cause instanceof ProofError)) throw cause
    if (cause.code === 'assertion_challenge') {
      throw new IdentityError('challenge_mismatch', 'The key answered another request than this one.', 'Begin again.', { cause })
    }
    throw new IdentityError('assertion_invalid', `The answer of the key does not hold: ${cause.message}`, 'Begin again.', { cause })
  }
}

/** An answer that is a countersignature of this subject in this envelope, within the envelope's time. */
export async function verifyCountersignature(
  settings: IdentitySettings,
  given: Answer & { subject: string; envelope: string; now: number },
): Promise<{ countersignature: Countersignature; signCount: number }> {
  const { response, subject, envelope, now } = given
  if (Date.parse(parseEnvelope(envelope).expires) <= now) throw new IdentityError('challenge_expired', 'The touch came too late.', 'Begin again.')
  const challenge = await challengeFor(await subjectDigest(subject), envelope)
  const { signCount } = await verifyAnswer(settings, { ...given, challenge })
  const { authenticatorData, clientDataJSON, signature } = response.response
  return { countersignature: { type: 'webauthn', envelope, credential: response.id, authenticatorData, clientDataJSON, signature }, signCount }
}

export function counterRegressed(): IdentityError {
  const next = 'Do not use this key. Sign in with another one and remove it under Keys.'
  return new IdentityError('counter_regressed', "The key's counter went back: it may have been copied.", next)
}
