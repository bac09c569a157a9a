/** Who countersigned what, and that it was what the policy demanded: without a ledger, as a CLI checks before it applies. */
import { formatCode, shortCode } from '../code.ts'
import type { Signer } from '../countersigned.ts'
import { subjectDigest } from '../digest.ts'
import { replayDirectory } from '../directory/replay.ts'
import { roleAt, rolesOf } from '../directory/moments.ts'
import { ProofError } from '../errors.ts'
import { type Countersigned, checkRequirement, ownersAmong } from '../requirement.ts'
import { parseSubject } from '../subject/parse.ts'
import type { Directory, RoleSpan } from '../types/directory.ts'
import type { TrustFile } from '../types/record.ts'
import type { Countersignature } from '../types/statement.ts'
import type { PolicySubject, RunSubject } from '../types/subject.ts'
import type { Consent, Countersigner } from '../types/verdict.ts'
import { checkFreshness } from './freshness.ts'
import { verifySigners } from './signers.ts'

export type ConsentSubject = RunSubject | PolicySubject

/** @throws statement_not_canonical, subject_invalid, evidence_kind */
export function parseConsentSubject(text: string): ConsentSubject {
  const subject = parseSubject(text)
  if (subject.kind === 'run' || subject.kind === 'policy') return subject
  throw new ProofError('evidence_kind', `a subject of the kind "${subject.kind}" is verified in the directory, not by itself`)
}

type Timed = Signer & { until: number; time: string | null }

const algorithms = { [-7]: 'ES256', [-257]: 'RS256', [-8]: 'EdDSA' } as const

const shownRole = ({ role, scope }: RoleSpan): string => (scope === '' ? role : `${role}@${scope}`)

function countersigner(directory: Directory, { envelope, key, time, demonstration }: Timed): Countersigner {
  const { credential } = key
  const { aaguid, backupEligible, backedUp, transports } = credential
  return {
    person: directory.people.get(envelope.person) ?? { id: envelope.person, name: '' },
    how: envelope.role === 'self' ? 'self step-up' : 'approval',
    roles: rolesOf(directory, envelope.person, envelope.directory.size).map(shownRole),
    key: {
      credential: credential.id,
      authenticator: key.authenticator,
      label: key.label,
      alg: algorithms[credential.alg],
      device: { claimed: true, aaguid, backupEligible, backedUp, transports, attestationFormat: key.attestationFormat },
      demonstration,
    },
    notBefore: envelope.notBefore,
    expires: envelope.expires,
    recordedAt: time,
  }
}

/** A policy is changed by owners: by two of them, once there are two. */
function checkPolicyFloor(asked: Countersigned): boolean {
  const size = Math.max(...asked.signers.map(({ until }) => until))
  const all = [...asked.directory.people.keys()].filter((person) => roleAt(asked.directory, person, 'owner', '', size) !== undefined)
  const owners = ownersAmong(asked)
  if (owners.people.size < Math.min(2, Math.max(1, all.length))) {
    throw new ProofError('directory_authority', 'a policy is changed by an owner, and by two of them once there are two')
  }
  return owners.demonstration
}

/** @throws ProofError requirement_..., countersignature_missing, directory_authority */
export function consentOf(subject: ConsentSubject, digest: string, directory: Directory, signers: readonly Timed[]): Consent {
  const { requirement } = subject.policy
  const scope = subject.kind === 'run' ? subject.workspace.name : ''
  const asked: Countersigned = { requirement, requester: subject.requester, scope, directory, signers }
  const byRequirement = checkRequirement(asked)
  const byFloor = subject.kind === 'policy' && checkPolicyFloor(asked)
  return {
    subject,
    subjectDigest: digest,
    code: formatCode(shortCode(digest)),
    requirement,
    who: signers.map((signer) => countersigner(directory, signer)),
    demonstration: byRequirement || byFloor,
  }
}

export type ConsentInput = {
  /** canonical text */
  subject: string
  countersignatures: readonly Countersignature[]
  /** canonical entries, from genesis on */
  directory: readonly string[]
  trust: TrustFile | null
  /** when the consent is to be used, in milliseconds: no touch may be older than the requirement allows */
  at?: number
}

/**
 * Consent without a ledger. A touch cannot be earlier than its envelope, so its age is measured from there; a key counts
 * only if it is not revoked anywhere in the directory given.
 *
 * @throws ProofError
 */
export async function verifyConsent(input: ConsentInput): Promise<Consent> {
  const subject = parseConsentSubject(input.subject)
  const directory = await replayDirectory(input.directory, { trust: input.trust })
  if (subject.instance !== directory.instance || subject.org !== directory.org) {
    throw new ProofError('evidence_instance', 'the subject and the directory are of different installations')
  }
  const digest = await subjectDigest(input.subject)
  const { countersignatures, trust } = input
  const signers = await verifySigners({ subjectDigest: digest, countersignatures, directory, trust })
  for (const { key } of signers) {
    if (key.until !== null) throw new ProofError('signer_revoked', 'a key that countersigned has been revoked')
  }
  const untimed = signers.map((signer) => ({ ...signer, until: directory.size, time: null }))
  const consent = consentOf(subject, digest, directory, untimed)
  if (input.at !== undefined) {
    const begun = signers.map(({ envelope }) => envelope.notBefore)
    checkFreshness(subject.policy.requirement, begun, new Date(input.at).toISOString())
  }
  return trust?.demonstration === true ? { ...consent, demonstration: true } : consent
}
