/**
 * Consistency proofs (RFC 6962 section 2.1.2): the tree of `second` leaves begins with exactly the tree of `first` leaves.
 *
 * Between equal sizes the proof is empty and the roots are equal. From the empty tree there is no proof: every tree begins
 * with it, so nothing could be learnt, and a caller that has an empty tree compares its root with `emptyRoot` instead.
 */
import { equal, toHex } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import { emptyRoot } from './hash.ts'
import { verifySubtreeConsistency } from './verify-subtree.ts'

const refuse = (why: string): ProofError => new ProofError('consistency_invalid', `the consistency proof ${why}`)

/** @throws consistency_invalid */
export async function verifyConsistency(
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): Promise<void> {
  if (first === second && Number.isSafeInteger(first) && first >= 0) {
    if (proof.length > 0) throw refuse('is not empty, and has nothing to prove')
    if (!equal(firstRoot, secondRoot)) throw refuse('is between two roots of one size')
    if (first === 0 && toHex(firstRoot) !== emptyRoot) throw refuse('gives the empty tree a root of its own')
    return
  }
  if (first === 0) throw refuse('begins at the empty tree, which proves nothing')
  return verifySubtreeConsistency(0, first, second, firstRoot, secondRoot, proof)
}
