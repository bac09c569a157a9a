/**
 * Two ids are one human, on an owner's word, or, where one of them is an owner's, on the owners': from then on they count as one, among approvers, for excluding the requester, and
 * for the requester's own touch. There is no unlinking: whoever could undo it would make two approvers out of one.
 */
import { ProofError } from '../errors.ts'
import type { LinkSubject } from '../types/subject.ts'
import { type Change, checkOwner, checkOwnership, countersignedChange, type Step } from './change.ts'
import { checkKnown } from './check-person.ts'
import { humanOf, isOwnerAt } from './moments.ts'

export async function enterLink(step: Step<LinkSubject>): Promise<Change> {
  const { draft, subject } = step
  const { person, same } = subject
  checkKnown(draft, person)
  checkKnown(draft, same)
  if (humanOf(draft, person, draft.size) === humanOf(draft, same, draft.size)) {
    throw new ProofError('directory_target', 'the two ids are one human already')
  }
  const asked = await countersignedChange(step)
  const ofOwner = isOwnerAt(draft, person, draft.size) || isOwnerAt(draft, same, draft.size)
  const demonstration = (ofOwner ? checkOwnership(asked) : checkOwner(asked)) || asked.demonstration
  return { signers: asked.signers, apply: () => draft.links.push({ from: draft.size + 1, demonstration, person, same }) }
}
