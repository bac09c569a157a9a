/**
 * When each countersignature was recorded: its leaf, the window of its envelope, the checkpoint that its envelope names.
 *
 * The time is the server's. What the server cannot do without showing it: record a touch under a key that its own
 * directory had revoked by then, or before the checkpoint that the person signed.
 */
import { countersignatureDigest } from '../digest.ts'
import { sizeBefore } from '../directory/moments.ts'
import { ProofError } from '../errors.ts'
import type { Weighed } from '../requirement.ts'
import type { Signer } from '../signer/signer.ts'
import { checkStillHolds } from '../signer/still-holds.ts'
import type { Directory } from '../types/directory.ts'
import type { Countersignature } from '../types/statement.ts'
import { leavesOf, type VerifiedLeaf } from './leaves.ts'

export type RecordedSigner = Weighed & { index: number; time: string }

type Input = {
  countersignatures: readonly Countersignature[]
  signers: readonly Signer[]
  leaves: readonly VerifiedLeaf[]
  subjectDigest: string
  directory: Directory
}

type Recorded = VerifiedLeaf<'gate.countersigned'>

function checkRecorded({ envelope, by }: Signer, { leaf, index }: Recorded, directory: Directory): number {
  if (leaf.ids['person'] !== undefined && leaf.ids['person'] !== envelope.person) {
    throw new ProofError('leaf_mismatch', 'a countersignature is recorded as that of another person')
  }
  if (leaf.time < envelope.notBefore || leaf.time > envelope.expires) {
    throw new ProofError('envelope_window', 'a countersignature was recorded outside the time that its envelope allows')
  }
  if (index < envelope.checkpoint.size) {
    throw new ProofError('envelope_checkpoint', 'a countersignature was recorded before the checkpoint that it names')
  }
  const until = Math.max(envelope.directory.size, sizeBefore(directory, Date.parse(leaf.time)))
  checkStillHolds({ envelope, by }, directory, until)
  return until
}

/** Answers the signers with the place and time of their leaves. @throws ProofError */
export async function bindToLeaves(input: Input): Promise<RecordedSigner[]> {
  const { countersignatures, signers, subjectDigest, directory } = input
  const leaves = leavesOf(input.leaves, 'gate.countersigned')
  if (leaves.some(({ details }) => details.subjectDigest !== subjectDigest)) {
    throw new ProofError('leaf_mismatch', 'a countersignature of another subject is among the leaves')
  }
  const recorded: RecordedSigner[] = []
  for (const [i, signer] of signers.entries()) {
    const countersignature = countersignatures[i]
    const digest = countersignature === undefined ? '' : await countersignatureDigest(countersignature)
    const [own, ...others] = leaves.filter(({ details }) => details.countersignatureDigest === digest)
    if (own === undefined) throw new ProofError('leaf_missing', 'a countersignature is not recorded in the ledger')
    if (others.length > 0) throw new ProofError('leaf_repeated', 'a countersignature is recorded more than once')
    const { time } = own.leaf
    recorded.push({ ...signer, index: own.index, time, moment: Date.parse(time), until: checkRecorded(signer, own, directory) })
  }
  if (recorded.length !== leaves.length) {
    throw new ProofError('leaf_mismatch', 'the ledger records a countersignature that the bundle does not carry')
  }
  return recorded
}
