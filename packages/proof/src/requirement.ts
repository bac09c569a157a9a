/**
 * The requirement that a subject names, checked against the countersignatures that are actually there. Never against what
 * a server says was satisfied.
 *
 * Freshness is not checked here: it needs times, and those are the ledger's.
 */
import { humanOf, onProbation, roleAt } from './directory/moments.ts'
import { ProofError } from './errors.ts'
import type { Signer } from './signer/signer.ts'
import type { Directory, DirectoryKey, RoleSpan } from './types/directory.ts'
import type { Requirement } from './types/subject.ts'

/** `until`: the size at which it took effect; `moment`: when, in milliseconds, as far as that is known. */
export type Weighed = Signer & { until: number; moment: number }

export type Countersigned = {
  requirement: Requirement
  requester: string
  /** project/name, or "" for what concerns the organisation */
  scope: string
  directory: Directory
  signers: readonly Weighed[]
  /** a run of high or critical risk, or a change of who may do what: `grave.ts` */
  grave: boolean
  /** roots of attestations that a trust file names; null where there is none, and always in the replay of the directory */
  attestationRoots: readonly string[] | null
}

/** The root to which the key's attestation was verified, or "" if it was not, or to one that is not trusted. */
export const attestedTo = ({ attestationRoot: root }: DirectoryKey, roots: readonly string[] | null): string =>
  roots === null || roots.includes(root) ? root : ''

/** A key that may be copied into an account, or whose maker did not say what it is, does not reach aal3. */
const reachesAal3 = (key: DirectoryKey, roots: readonly string[] | null): boolean => attestedTo(key, roots) !== '' && !key.credential.backupEligible

/** Every WebAuthn key with user verification, and every code, reaches aal2; aal3 only a hardware key that its maker's root attests. */
function checkAssurance({ requirement, signers, attestationRoots }: Countersigned): void {
  if (requirement.assurance !== 'aal3') return
  if (!signers.every(({ by }) => by.type === 'webauthn' && reachesAal3(by.key, attestationRoots))) {
    throw new ProofError('requirement_assurance', 'aal3 is required, and somebody countersigned without a hardware key whose attestation was verified to a trusted root')
  }
}

/** A code can be asked for by any page, and made by whoever keeps the secret, the server first. What is grave is not left to it. */
function checkPhishingResistant({ requirement, signers, grave }: Countersigned): void {
  if ((requirement.phishingResistant || grave) && signers.some(({ by }) => by.type !== 'webauthn')) {
    throw new ProofError('requirement_phishing_resistant', "a security key is required, and there is only the server's word for a code")
  }
}

/** Who added a key of their own to somebody else's, once, has to wait: in the meantime the person is told, and any old key can end it. */
function checkProbation({ signers, grave }: Countersigned): void {
  if (grave && signers.some(({ by, moment }) => by.type === 'webauthn' && onProbation(by.key, moment))) {
    throw new ProofError('signer_on_probation', 'a key countersigned that was added less than 48 hours before, which is too new for this')
  }
}

/** The role must hold at the size that the envelope names and when the countersignature took effect. */
function heldRole(asked: Countersigned, signer: Weighed, role: string): RoleSpan | undefined {
  const { directory, scope } = asked
  const { person, directory: at } = signer.envelope
  return roleAt(directory, person, role, scope, at.size) && roleAt(directory, person, role, scope, signer.until)
}

const lastUntil = ({ signers }: Countersigned): number => Math.max(...signers.map(({ until }) => until))

/** Ids that are linked are one human, by every link that anybody who signed could have known of. */
const human = (asked: Countersigned, person: string): string => humanOf(asked.directory, person, lastUntil(asked))

function checkDistinct(humans: readonly string[]): void {
  if (new Set(humans).size !== humans.length) {
    throw new ProofError('requirement_distinct', 'one person countersigned twice in the same role, and counts once')
  }
}

/** Answers whether the requester's touch came from another id of theirs, by links of which one rests on a demonstration. */
function checkSelf(asked: Countersigned): boolean {
  const { requirement, requester, signers, directory } = asked
  const own = signers.filter(({ envelope }) => envelope.role === 'self').map(({ envelope }) => envelope.person)
  if (own.some((person) => human(asked, person) !== human(asked, requester))) {
    throw new ProofError('envelope_role', 'a self step-up was given by somebody who is not the requester')
  }
  checkDistinct(own.map((person) => human(asked, person)))
  if (requirement.selfStepUp && own.length === 0) {
    throw new ProofError('requirement_self_step_up', 'the requester has not countersigned')
  }
  const linked = own.some((person) => person !== requester)
  return linked && directory.links.some(({ from, demonstration }) => demonstration && from <= lastUntil(asked))
}

/** Answers whether an approval rests on a role that a demonstration key gave. */
function checkApprovals(asked: Countersigned): boolean {
  const { requirement, requester } = asked
  const approvers = asked.signers.filter(({ envelope }) => envelope.role === 'approver')
  const humans = approvers.map(({ envelope }) => human(asked, envelope.person))
  if (requirement.excludeRequester && humans.includes(human(asked, requester))) {
    throw new ProofError('requirement_requester_excluded', 'the requester approved, and is excluded from approving')
  }
  const roles = requirement.approvals === 0 ? [] : approvers.map((signer) => heldRole(asked, signer, requirement.approverRole))
  if (roles.includes(undefined)) {
    throw new ProofError('requirement_role', `somebody approved who did not hold the role "${requirement.approverRole}" at that moment`)
  }
  checkDistinct(humans)
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
  checkPhishingResistant(asked)
  checkProbation(asked)
  const byLink = checkSelf(asked)
  const byRole = checkApprovals(asked)
  return byLink || byRole || asked.signers.some((signer) => signer.demonstration)
}

/** The humans among the signers who were owners at the time; those whom only a demonstration key made owners are told apart. */
export function ownersAmong(asked: Countersigned): { people: Set<string>; demonstration: boolean } {
  const owners = asked.signers.flatMap((signer) => {
    const role = heldRole({ ...asked, scope: '' }, signer, 'owner')
    return role === undefined ? [] : [{ person: human(asked, signer.envelope.person), demonstration: role.demonstration }]
  })
  return { people: new Set(owners.map((one) => one.person)), demonstration: owners.some((one) => one.demonstration) }
}
