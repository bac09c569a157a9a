/**
 * The ledger that each person saw a checkpoint of is the ledger of the bundle, grown.
 *
 * This is what makes a countersignature a witness of the log: a server that rewrote its past would have to find people to
 * sign again.
 */
import { fromHex } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import type { Checkpoint } from '../ledger/checkpoint.ts'
import { emptyRoot } from '../merkle/hash.ts'
import { verifyConsistency } from '../merkle/verify-consistency.ts'
import type { ConsistencyEvidence } from '../types/record.ts'
import type { TreeHead } from '../types/statement.ts'

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

async function verifyOne({ from, proof }: ConsistencyEvidence, checkpoint: Checkpoint): Promise<void> {
  if (from.size > 0) {
    return verifyConsistency(from.size, checkpoint.size, bytes(from.root), bytes(checkpoint.root), proof.map(bytes))
  }
  if (from.root !== emptyRoot || proof.length > 0) {
    throw new ProofError('consistency_invalid', 'the consistency proof gives the empty ledger a root or a proof of its own')
  }
}

/** @throws ProofError consistency_invalid, consistency_missing */
export async function verifyAllConsistent(
  heads: readonly TreeHead[],
  consistency: readonly ConsistencyEvidence[],
  checkpoint: Checkpoint,
): Promise<void> {
  for (const one of consistency) await verifyOne(one, checkpoint)
  for (const { size, root } of heads) {
    const proven = consistency.some(({ from }) => from.size === size && from.root === root)
    if (!proven && !(size === 0 && root === emptyRoot)) {
      throw new ProofError('consistency_missing', 'the checkpoint that an envelope names is not shown to belong to this ledger')
    }
  }
}
