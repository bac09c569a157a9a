/**
 * A person leaves, on the word of an owner, or of a manager of theirs; an owner on the word of two owners, once there are two: every key, authenticator app and role of theirs ends in
 * one entry, so that none is forgotten, and their id is never used again.
 *
 * The last owner who has a key stays: without one, nobody could ever change the directory again, and the host could let in
 * whom it likes.
 */
import { ProofError } from '../errors.ts'
import type { RemovalSubject } from '../types/subject.ts'
import { checkAuthority } from './authority.ts'
import { type Change, checkOwnership, countersignedChange, type Step } from './change.ts'
import { checkKnown } from './check-person.ts'
import { endAuthenticators, endRecovery, endRoles } from './end.ts'
import { otherOwnerWithKey } from './last-owner.ts'
import { isOwnerAt } from './moments.ts'

export async function enterRemoval(step: Step<RemovalSubject>): Promise<Change> {
  const { draft, subject } = step
  const { person } = subject
  checkKnown(draft, person)
  const ofOwner = isOwnerAt(draft, person, draft.size)
  if (ofOwner && !otherOwnerWithKey(draft, person)) {
    throw new ProofError('directory_target', 'the person is the last owner who has a key')
  }
  const asked = await countersignedChange(step)
  checkAuthority(asked, { person })
  if (ofOwner) checkOwnership(asked)
  const apply = (): void => {
    endAuthenticators(draft, person)
    endRoles(draft, person)
    endRecovery(draft, person, 'removed')
    draft.gone.set(person, draft.size + 1)
  }
  return { signers: asked.signers, apply }
}
