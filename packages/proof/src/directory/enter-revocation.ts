/** A key is believed no longer: on the word of the person whose key it is, or of an owner. */
import { ProofError } from '../errors.ts'
import { ownersAmong } from '../requirement.ts'
import type { RevocationSubject } from '../types/subject.ts'
import { type Change, countersignedChange, type Step } from './change.ts'
import { keyAt } from './moments.ts'

export async function enterRevocation(step: Step<RevocationSubject>): Promise<Change> {
  const { draft, subject } = step
  const key = keyAt(draft, subject.credential, draft.size)
  if (key === undefined || key.person !== subject.person || key.authenticator !== subject.authenticator) {
    throw new ProofError('directory_target', 'the key that is revoked is no valid key of that person')
  }
  const asked = await countersignedChange(step)
  const byThemself = asked.signers.some(({ envelope }) => envelope.person === subject.person)
  if (!byThemself && ownersAmong(asked).people.size === 0) {
    throw new ProofError('directory_authority', 'neither the person nor an owner has countersigned the revocation')
  }
  const until = draft.size + 1
  return { signers: asked.signers, apply: () => draft.keys.set(subject.credential, { ...key, until }) }
}
