/**
 * An evidence bundle, offline: bytes in, one verdict out.
 *
 *   VALID          consent and effect hold, and the trust file pins who issued them
 *   ATTESTED       the same, but for somebody who countersigned there is only the server's word
 *   ALLOWED        the policy let it pass, and nobody was asked; the effect holds, and the trust file pins who issued it
 *   CONSISTENT     they hold among themselves; nobody pinned the issuer, so anybody could have made them
 *   DEMONSTRATION  they hold, and rest on a key of the software authenticator
 *   INVALID        they do not hold; the code says why
 *
 * Nothing of trust comes from the bundle. Foreign bytes never make this throw. "When" is the server's time: no witness has
 * seen it. What a revoked key, a role or an origin was worth is decided by the directory, and by nothing else.
 */
import { subjectDigest } from '../digest.ts'
import { ledgerKeyAt } from '../directory/moments.ts'
import { replayDirectory } from '../directory/replay.ts'
import { ProofError } from '../errors.ts'
import { demandOf } from '../floor.ts'
import { type Checkpoint, verifyCheckpoint } from '../ledger/checkpoint.ts'
import { readTrust } from '../trust/parse.ts'
import type { Directory, LedgerKeySpan } from '../types/directory.ts'
import type { Evidence, TrustFile } from '../types/record.ts'
import type { Verdict } from '../types/verdict.ts'
import { isAllowedByPolicy } from './allowed.ts'
import { consentOf, emptyConsent, parseConsentSubject, typesFor } from './consent.ts'
import { verifyAllConsistent } from './consistency.ts'
import { checkEffect } from './effect.ts'
import { checkFreshness } from './freshness.ts'
import { verifyLeaves } from './leaves.ts'
import { parseEvidence } from './parse.ts'
import { bindToLeaves } from './record.ts'
import { verifySigners } from './signers.ts'
import { invalid, type Proven, sound } from './verdict.ts'

export type VerifyOptions = {
  /** the verifier's clock in milliseconds: only for a note when the server's times lie ahead of it */
  now?: number
}

function checkInstances(evidence: Evidence, subject: { instance: string; org: string }, directory: Directory): void {
  const instances = new Set([evidence.instance, subject.instance, directory.instance])
  if (instances.size > 1 || subject.org !== directory.org) {
    throw new ProofError('evidence_instance', 'the bundle, its subject and its directory are of different installations')
  }
}

type SignedCheckpoint = Checkpoint & { by: LedgerKeySpan | undefined }

/** The key that the directory ends with has to have signed, and the trust file has to know it. */
async function checkCheckpoint(evidence: Evidence, directory: Directory, trust: TrustFile | null): Promise<SignedCheckpoint> {
  const by = ledgerKeyAt(directory, directory.size)
  const checkpoint = await verifyCheckpoint(evidence.ledger.checkpoint, directory.instance, by === undefined ? [] : [by.key])
  if (trust !== null && !trust.ledgerKeys.includes(checkpoint.vkey)) {
    const why = 'the checkpoint is signed with a ledger key that your trust file does not know: export the trust file again'
    throw new ProofError('trust_ledger_key', why)
  }
  return { ...checkpoint, by }
}

async function verifyBundle(evidence: Evidence, trust: TrustFile | null): Promise<Proven> {
  const subject = parseConsentSubject(evidence.subject)
  const directory = await replayDirectory(evidence.directory, { trust })
  checkInstances(evidence, subject, directory)
  const digest = await subjectDigest(evidence.subject)
  const { countersignatures } = evidence

  const signers = await verifySigners({ subjectDigest: digest, countersignatures, directory, trust, types: typesFor(subject) })
  const checkpoint = await checkCheckpoint(evidence, directory, trust)
  const { leaves, others } = await verifyLeaves(evidence.ledger.leaves, checkpoint)
  const recorded = await bindToLeaves({ countersignatures, signers, leaves, subjectDigest: digest, directory })
  await verifyAllConsistent(signers.map(({ envelope }) => envelope.checkpoint), evidence.ledger.consistency, checkpoint)

  const given = { subject, subjectDigest: digest, directory, trust }
  const allowed = isAllowedByPolicy({ ...given, countersignatures, leaves })
  const consent = allowed ? emptyConsent(given) : consentOf({ ...given, signers: recorded })
  const { effect, usedAt } = checkEffect({ subject, subjectDigest: digest, leaves, others, recorded, outcome: evidence.outcome })
  checkFreshness(demandOf(subject), recorded.map(({ time }) => time), usedAt)

  const demonstration = consent.demonstration || checkpoint.by?.demonstration === true || trust?.demonstration === true
  return { consent: { ...consent, demonstration }, effect, directory }
}

/** Never throws over what stands in the bundle or in the trust file. */
export async function verifyEvidence(bundle: string, trust: TrustFile | null, options: VerifyOptions = {}): Promise<Verdict> {
  const pinned = trust !== null
  try {
    const pins = trust === null ? null : readTrust(trust)
    return sound(await verifyBundle(parseEvidence(bundle), pins), { pinned, clock: options.now })
  } catch (error) {
    if (error instanceof ProofError) return invalid(error, pinned)
    throw error
  }
}
