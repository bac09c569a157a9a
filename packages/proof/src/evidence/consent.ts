/** Who countersigned what, and that it was what the policy demanded: without a ledger, as a CLI checks before it applies. */
import { formatCode, shortCode } from '../code.ts'
import { subjectDigest } from '../digest.ts'
import { checkOwners } from '../directory/last-owner.ts'
import { replayDirectory } from '../directory/replay.ts'
import { ProofError } from '../errors.ts'
import { demandOf } from '../floor.ts'
import { isGrave } from '../grave.ts'
import { type Countersigned, checkRequirement } from '../requirement.ts'
import { checkStillHolds } from '../signer/still-holds.ts'
import { parseSubject } from '../subject/parse.ts'
import type { Directory } from '../types/directory.ts'
import type { TrustFile } from '../types/record.ts'
import type { Countersignature, CountersignatureType } from '../types/statement.ts'
import type { PolicySubject, RunSubject, StateSubject } from '../types/subject.ts'
import type { Consent } from '../types/verdict.ts'
import { countersigner, type Timed } from './countersigner.ts'
import { checkFreshness } from './freshness.ts'
import { verifySigners } from './signers.ts'

export type ConsentSubject = RunSubject | StateSubject | PolicySubject

/** @throws statement_not_canonical, subject_invalid, evidence_kind */
export function parseConsentSubject(text: string): ConsentSubject {
  const subject = parseSubject(text)
  if (subject.kind === 'run' || subject.kind === 'state' || subject.kind === 'policy') return subject
  throw new ProofError('evidence_kind', `a subject of the kind "${subject.kind}" is verified in the directory, not by itself`)
}

/** The server's word counts over a run of no great risk (`requirement.ts`), never over a state, nor over the policy that says where it counts. */
export const typesFor = (subject: ConsentSubject): readonly CountersignatureType[] =>
  subject.kind === 'run' ? ['webauthn', 'totp'] : ['webauthn']

/** A policy is changed by owners: by two of them, once there are two who could. */
const checkPolicyFloor = (asked: Countersigned): boolean => checkOwners(asked, Math.max(...asked.signers.map(({ until }) => until)))

type Given = { subject: ConsentSubject; subjectDigest: string; directory: Directory; trust: TrustFile | null; signers: readonly Timed[] }

const consentWith = ({ subject, subjectDigest: digest, directory, trust, signers }: Given, demonstration: boolean): Consent => ({
  subject,
  subjectDigest: digest,
  code: formatCode(shortCode(digest)),
  requirement: subject.policy.requirement,
  who: signers.map((signer) => countersigner({ directory, roots: trust?.attestationRoots ?? null }, signer)),
  demonstration,
  serversWord: signers.some(({ by }) => by.type !== 'webauthn'),
})

/** @throws ProofError requirement_..., signer_on_probation, countersignature_missing, directory_authority */
export function consentOf(given: Given): Consent {
  const { subject, directory, trust, signers } = given
  const requirement = demandOf(subject)
  const scope = subject.kind === 'policy' ? '' : subject.workspace.name
  const grave = isGrave(subject)
  const asked: Countersigned = { requirement, requester: subject.requester, scope, directory, signers, grave, attestationRoots: trust?.attestationRoots ?? null }
  const byRequirement = checkRequirement(asked)
  const byFloor = subject.kind === 'policy' && checkPolicyFloor(asked)
  return consentWith(given, byRequirement || byFloor)
}

/** Nobody was asked, and nobody signed: what is left is the statement itself. Whether that was right, the policy says. */
export const emptyConsent = (given: Omit<Given, 'signers'>): Consent => consentWith({ ...given, signers: [] }, false)

export type ConsentInput = {
  /** canonical text */
  subject: string
  countersignatures: readonly Countersignature[]
  /** canonical entries, from genesis on */
  directory: readonly string[]
  trust: TrustFile | null
  /** when the consent is to be used, in milliseconds: no touch may be older than the requirement allows, and no key on probation then */
  at?: number
  /**
   * the verifier's own clock, in milliseconds, where `at` is not given: whether a key is on probation is judged by the
   * beginning of the envelope, and a server that is taken over could put that into the future
   */
  now?: number
}

/**
 * Consent without a ledger. A touch cannot be earlier than its envelope, so its age is measured from there; a key counts
 * only if it is not revoked anywhere in the directory given. What the policy let pass without anybody has no consent.
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
  const signers = await verifySigners({ subjectDigest: digest, countersignatures, directory, trust, types: typesFor(subject) })
  for (const signer of signers) checkStillHolds(signer, directory, directory.size)
  const untimed = signers.map((signer) => {
    const moment = input.at ?? Math.min(Date.parse(signer.envelope.notBefore), input.now ?? Number.POSITIVE_INFINITY)
    return { ...signer, until: directory.size, moment, time: null }
  })
  const consent = consentOf({ subject, subjectDigest: digest, directory, trust, signers: untimed })
  if (input.at !== undefined) {
    const begun = signers.map(({ envelope }) => envelope.notBefore)
    checkFreshness(demandOf(subject), begun, new Date(input.at).toISOString())
  }
  return trust?.demonstration === true ? { ...consent, demonstration: true } : consent
}
