/**
 * The requirement that a subject names, checked against the countersignatures that are actually there. Never against what
 * a server says was satisfied.
 *
 * Freshness is not checked here: it needs times, and those are the ledger's.
 */
import type { Signer } from './countersigned.ts'
import { roleAt } from './directory/moments.ts'
import { ProofError } from './errors.ts'
import type { Directory, RoleSpan } from './types/directory.ts'
import type { Requirement } from './types/subject.ts'

export type Countersigned = {
  requirement: Requirement
  requester: string
  /** project/name, or "" for what concerns the organisation */
  scope: string
  directory: Directory
  signers: readonly (Signer & { until: number })[]
}

/** Without a verified attestation no key reaches aal3; every WebAuthn key with user verification reaches aal2. */
function checkAssurance({ requirement }: Countersigned): void {
  if (requirement.assurance === 'aal3') {
    throw new ProofError('requirement_assurance', 'aal3 is required, and no attestation proves that a key is hardware-bound')
  }
}

/** The role must hold at the size that the envelope names and when the countersignature took effect. */
function heldRole(asked: Countersigned, signer: Signer & { until: number }, role: string): RoleSpan | undefined {
  const { directory, scope } = asked
  const { person, directory: at } = signer.envelope
  return roleAt(directory, person, role, scope, at.size) && roleAt(directory, person, role, scope, signer.until)
}

function checkDistinct(people: readonly string[]): void {
  if (new Set(people).size !== people.length) {
    throw new ProofError('requirement_distinct', 'one person countersigned twice in the same role, and counts once')
  }
}

function checkSelf({ requirement, requester, signers }: Countersigned): void {
  const own = signers.filter(({ envelope }) => envelope.role === 'self').map(({ envelope }) => envelope.person)
  if (own.some((person) => person !== requester)) {
    throw new ProofError('envelope_role', 'a self step-up was given by somebody who is not the requester')
  }
  checkDistinct(own)
  if (requirement.selfStepUp && own.length === 0) {
    throw new ProofError('requirement_self_step_up', 'the requester has not countersigned')
  }
}

/** Answers whether an approval rests on a role that a demonstration key gave. */
function checkApprovals(asked: Countersigned): boolean {
  const { requirement, requester } = asked
  const approvers = asked.signers.filter(({ envelope }) => envelope.role === 'approver')
  if (requirement.excludeRequester && approvers.some(({ envelope }) => envelope.person === requester)) {
    throw new ProofError('requirement_requester_excluded', 'the requester approved, and is excluded from approving')
  }
  const roles = requirement.approvals === 0 ? [] : approvers.map((signer) => heldRole(asked, signer, requirement.approverRole))
  if (roles.includes(undefined)) {
    throw new ProofError('requirement_role', `somebody approved who did not hold the role "${requirement.approverRole}" at that moment`)
  }
  checkDistinct(approvers.map(({ envelope }) => envelope.person))
  if (approvers.length < requirement.approvals) {
    throw new ProofError('requirement_approvals', `${requirement.approvals} approvals are required, and ${approvers.length} are there`)
  }
  return roles.some((role) => role?.demonstration === true)
}

/** Answers whether anything that counted rests on a demonstration key. @throws ProofError requirement_..., countersignature_missing */
export function checkRequirement(asked: Countersigned): boolean {
  if (asked.signers.length === 0) {
    throw new ProofError('countersignature_missing', 'nobody has countersigned: there is no consent to verify')
  }
  checkAssurance(asked)
  checkSelf(asked)
  const byRole = checkApprovals(asked)
  return byRole || asked.signers.some((signer) => signer.demonstration)
}

/** How many of the signers were owners at the time; those whom only a demonstration key made owners are told apart. */
export function ownersAmong(asked: Countersigned): { people: Set<string>; demonstration: boolean } {
  const owners = asked.signers.flatMap((signer) => {
    const role = heldRole({ ...asked, scope: '' }, signer, 'owner')
    return role === undefined ? [] : [{ person: signer.envelope.person, demonstration: role.demonstration }]
  })
  return { people: new Set(owners.map((one) => one.person)), demonstration: owners.some((one) => one.demonstration) }
}
