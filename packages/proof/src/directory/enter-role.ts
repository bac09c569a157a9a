/**
 * A role is granted or taken away, on the word of an owner, or of a manager of that person; that of an owner on the word of two
 * owners, once there are two. It is not taken from the last owner who has a key.
 */
import { ProofError } from '../errors.ts'
import type { RoleSubject } from '../types/subject.ts'
import { checkAuthority } from './authority.ts'
import { type Change, checkOwnership, countersignedChange, type Step } from './change.ts'
import { checkPerson } from './check-person.ts'
import { otherOwnerWithKey } from './last-owner.ts'
import { holdsAt } from './moments.ts'

export async function enterRole(step: Step<RoleSubject>): Promise<Change> {
  const { draft, subject } = step
  const { person, role, scope, change } = subject
  checkPerson(draft, person)
  const held = draft.roles.find(
    (span) => span.person === person.id && span.role === role && span.scope === scope && holdsAt(span, draft.size),
  )
  if ((change === 'grant') === (held !== undefined)) {
    throw new ProofError('directory_target', `the person ${change === 'grant' ? 'holds the role already' : 'does not hold the role'}`)
  }
  const ofOwner = role === 'owner' && scope === ''
  if (change === 'remove' && ofOwner && !otherOwnerWithKey(draft, person.id)) {
    throw new ProofError('directory_target', 'the role of the last owner who has a key stays')
  }
  const asked = await countersignedChange(step)
  const byAuthority = checkAuthority(asked, { person: person.id, grant: { role, scope } })
  const byOwners = ofOwner && checkOwnership(asked)
  const demonstration = byAuthority || byOwners || asked.demonstration

  const next = draft.size + 1
  const apply = (): void => {
    draft.people.set(person.id, person)
    if (held === undefined) draft.roles.push({ from: next, until: null, demonstration, person: person.id, role, scope })
    else draft.roles = draft.roles.map((span) => (span === held ? { ...span, until: next } : span))
  }
  return { signers: asked.signers, apply }
}
