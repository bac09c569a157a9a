/**
 * A touch on a registered key. The key is judged by the site that it was registered for, which must be one of the
 * installation at that moment: a key of one site is worth nothing on the pages of another.
 */
import { verifyAssertion } from '../assertion/verify.ts'
import { challengeFor } from '../digest.ts'
import { relyingPartyAt, siteAt } from '../directory/moments.ts'
import { ProofError } from '../errors.ts'
import type { DirectoryKey } from '../types/directory.ts'
import type { Envelope, KeyCountersignature } from '../types/statement.ts'
import type { Asked, Signer } from './signer.ts'
import { checkStillHolds } from './still-holds.ts'

function findKey(envelope: Envelope, { countersignature, directory }: Asked<KeyCountersignature>): DirectoryKey {
  const key = directory.keys.get(countersignature.credential)
  if (key === undefined || key.from > envelope.directory.size) {
    throw new ProofError('signer_unknown', 'the key that countersigned was not registered at that moment')
  }
  return key
}

/** @throws ProofError */
export async function verifyByKey(envelope: Envelope, asked: Asked<KeyCountersignature>): Promise<Signer> {
  const { countersignature, subjectDigest, directory, until, entering } = asked
  const at = envelope.directory.size
  const key = entering?.key ?? findKey(envelope, asked)
  const by = { type: 'webauthn', key } as const
  if (entering === undefined) checkStillHolds({ envelope, by }, directory, until)
  const site = entering ?? siteAt(directory, key.rpId, at)
  if (site === undefined || !site.origins.includes(envelope.origin)) {
    throw new ProofError('envelope_origin', 'the envelope names an origin that is not one of the site of the key')
  }
  await verifyAssertion({
    assertion: countersignature,
    key: { person: key.person, ...key.credential },
    person: envelope.person,
    challenge: await challengeFor(subjectDigest, countersignature.envelope),
    rpId: site.rpId,
    origins: [envelope.origin],
  })
  const standing = entering === undefined ? siteAt(directory, key.rpId, at) : relyingPartyAt(directory, at)
  return { envelope, by, demonstration: key.demonstration || standing?.demonstration === true }
}
