/**
 * One countersignature over one subject, in view of a directory: who signed, with what, and that they could.
 *
 * `until` is the directory size at which the countersignature took effect, at least the one that the envelope names. What was
 * signed with must have been registered at the one *and* still hold at the other (`signer/still-holds.ts`).
 */
import { parseEnvelope } from './envelope.ts'
import { ProofError } from './errors.ts'
import { verifyByKey } from './signer/by-key.ts'
import { verifyByWord } from './signer/by-word.ts'
import type { Asked, Signer } from './signer/signer.ts'
import type { Envelope } from './types/statement.ts'

/** A server that is taken over makes its own words: they stand only where the caller named them. */
function checkType({ countersignature, types = ['webauthn'] }: Asked): void {
  if (!types.includes(countersignature.type)) {
    throw new ProofError('countersignature_type', "the server's word stands where only a person's key counts")
  }
}

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

/** @throws ProofError */
export async function verifyCountersigned(asked: Asked): Promise<Signer> {
  const { countersignature } = asked
  checkType(asked)
  const envelope = parseEnvelope(countersignature.envelope)
  checkEnvelope(envelope, asked)
  if (countersignature.type === 'webauthn') return verifyByKey(envelope, { ...asked, countersignature })
  return verifyByWord(envelope, { ...asked, countersignature })
}
