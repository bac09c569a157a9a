/**
 * One countersignature over one subject, in view of a directory: who signed, with which key, and that they could.
 *
 * `until` is the directory size at which the countersignature took effect, at least the one that the envelope names. The key
 * must have been registered at the one *and* still be valid at the other: an envelope is made by the server, so a stolen, revoked key could otherwise be
 * given an old envelope.
 */
import { verifyAssertion } from './assertion/verify.ts'
import { holdsAt, relyingPartyAt } from './directory/moments.ts'
import { challengeFor } from './digest.ts'
import { parseEnvelope } from './envelope.ts'
import { ProofError } from './errors.ts'
import type { Directory, DirectoryKey } from './types/directory.ts'
import type { Countersignature, Envelope, SignerRole } from './types/statement.ts'

export type Asked = {
  countersignature: Countersignature
  subjectDigest: string
  directory: Directory
  until: number
  roles: readonly SignerRole[]
  /** a key that is only about to enter the directory, and where it is to be used */
  entering?: { key: DirectoryKey; rpId: string; origins: readonly string[] }
}

export type Signer = { envelope: Envelope; key: DirectoryKey; demonstration: boolean }

function checkEnvelope(envelope: Envelope, { directory, roles }: Asked): void {
  if (envelope.instance !== directory.instance) {
    throw new ProofError('envelope_instance', 'the envelope is of another installation')
  }
  if (!roles.includes(envelope.role)) {
    throw new ProofError('envelope_role', `a countersignature in the role "${envelope.role}" has no place here`)
  }
  const { size, head } = envelope.directory
  if (directory.heads[size] !== head) {
    throw new ProofError('envelope_directory', 'the envelope names a directory head that this directory never had')
  }
}

function findKey(envelope: Envelope, { countersignature, directory, until, entering }: Asked): DirectoryKey {
  if (entering !== undefined) return entering.key
  const key = directory.keys.get(countersignature.credential)
  if (key === undefined || key.from > envelope.directory.size) {
    throw new ProofError('signer_unknown', 'the key that countersigned was not registered at that moment')
  }
  // who is revoked stays revoked, so a key that holds at `until` held at the envelope's size
  if (!holdsAt(key, until)) {
    throw new ProofError('signer_revoked', 'the key that countersigned was revoked before')
  }
  return key
}

/** @throws ProofError */
export async function verifyCountersigned(asked: Asked): Promise<Signer> {
  const { countersignature, subjectDigest, directory, entering } = asked
  const envelope = parseEnvelope(countersignature.envelope)
  checkEnvelope(envelope, asked)
  const key = findKey(envelope, asked)
  const site = entering ?? relyingPartyAt(directory, envelope.directory.size)
  if (site === undefined || !site.origins.includes(envelope.origin)) {
    throw new ProofError('envelope_origin', 'the envelope names an origin that is not one of this installation')
  }
  await verifyAssertion({
    assertion: countersignature,
    key: { person: key.person, ...key.credential },
    person: envelope.person,
    challenge: await challengeFor(subjectDigest, countersignature.envelope),
    rpId: site.rpId,
    origins: [envelope.origin],
  })
  const demonstration = key.demonstration || (relyingPartyAt(directory, envelope.directory.size)?.demonstration ?? false)
  return { envelope, key, demonstration }
}
