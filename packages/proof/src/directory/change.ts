/** What each kind of entry answers when its own rules hold: who countersigned it, and what it then changes. */
import { verifyCountersigned } from '../countersigned.ts'
import { ProofError } from '../errors.ts'
import { isGrave } from '../grave.ts'
import { type Countersigned, checkRequirement, ownersAmong } from '../requirement.ts'
import type { Signer } from '../signer/signer.ts'
import type { DirectoryEntry } from '../types/record.ts'
import type { PolicyRef, Subject } from '../types/subject.ts'
import type { Draft } from './draft.ts'
import { checkOwners } from './last-owner.ts'

export type Step<S extends Subject> = { draft: Draft; entry: DirectoryEntry; subject: S; subjectDigest: string }

/** `apply` cannot fail: everything was checked before it is called. */
export type Change = { signers: readonly Signer[]; apply: () => void }

/** A change of something that is there already, countersigned with keys as the policy demanded of it. */
export async function countersignedChange(
  step: Step<Subject & { requester: string; policy: PolicyRef }>,
): Promise<Countersigned & { demonstration: boolean }> {
  const { draft, entry, subject, subjectDigest } = step
  const moment = Date.parse(entry.time)
  const signers = []
  for (const countersignature of entry.countersignatures) {
    const asked = { countersignature, subjectDigest, directory: draft, until: draft.size, roles: ['self', 'approver'] as const }
    signers.push({ ...(await verifyCountersigned(asked)), until: draft.size, moment })
  }
  const { requirement } = subject.policy
  const asked = { requirement, requester: subject.requester, scope: '', directory: draft, signers, grave: isGrave(subject), attestationRoots: null }
  return { ...asked, demonstration: checkRequirement(asked) }
}

/** Whatever a policy demands: an owner's countersignature. A server that is taken over could ask for the touch of anybody. */
export function checkOwner(asked: Countersigned): boolean {
  const owners = ownersAmong(asked)
  if (owners.people.size === 0) throw new ProofError('directory_authority', 'no owner has countersigned this change')
  return owners.demonstration
}

/**
 * Whatever a policy demands: only owners change what the installation is and whose it is, and two of them once two have a key. A
 * server that is taken over writes the requirement into the subject itself.
 */
export const checkOwnership = (asked: Countersigned): boolean => checkOwners(asked, asked.directory.size)
