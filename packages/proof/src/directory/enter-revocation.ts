/**
 * A key or an authenticator app is believed no longer: on the word of the person whose it is, or of an owner. A manager can
 * remove a person, and start a recovery that the person can veto; ending their keys without either would be a way around both.
 *
 * A key on probation may do this: it is how somebody who noticed ends what another has added.
 */
import { ProofError } from '../errors.ts'
import { ownersAmong } from '../requirement.ts'
import type { RevocationSubject } from '../types/subject.ts'
import { type Change, countersignedChange, type Step } from './change.ts'
import type { Draft } from './draft.ts'
import { holdsAt, keyAt } from './moments.ts'

/** How to end it; undefined when there is no such thing of that person. */
function endOf(draft: Draft, { person, authenticator, credential }: RevocationSubject): (() => void) | undefined {
  const until = draft.size + 1
  if (credential === '') {
    const totp = draft.totps.get(authenticator)
    if (totp === undefined || !holdsAt(totp, draft.size) || totp.person !== person) return undefined
    return () => draft.totps.set(authenticator, { ...totp, until })
  }
  const key = keyAt(draft, credential, draft.size)
  if (key === undefined || key.person !== person || key.authenticator !== authenticator) return undefined
  return () => draft.keys.set(credential, { ...key, until })
}

export async function enterRevocation(step: Step<RevocationSubject>): Promise<Change> {
  const { draft, subject } = step
  const apply = endOf(draft, subject)
  if (apply === undefined) {
    throw new ProofError('directory_target', 'what is revoked is no valid key or authenticator app of that person')
  }
  const asked = await countersignedChange(step)
  const byThemself = asked.signers.some(({ envelope }) => envelope.person === subject.person)
  if (!byThemself && ownersAmong(asked).people.size === 0) {
    throw new ProofError('directory_authority', 'neither the person nor an owner has countersigned the revocation')
  }
  return { signers: asked.signers, apply }
}
