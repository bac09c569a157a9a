/**
 * Inclusion proofs (RFC 6962 section 2.1.1, RFC 9162 section 2.1.3.2): this leaf stands at this index of the tree of this
 * size and root. Sizes are safe integers, so indices are halved by division, not by bit operations that end at 2^31.
 */
import { equal } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import { nodeHash } from './hash.ts'

const refuse = (why: string): ProofError => new ProofError('inclusion_invalid', `the inclusion proof ${why}`)

const half = (n: number): number => Math.floor(n / 2)
const isOdd = (n: number): boolean => n % 2 === 1

/** The root that the proof leads to. @throws inclusion_invalid when the proof has not the length for index and size */
export async function rootFromInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): Promise<Uint8Array> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw refuse('is for an index outside the tree')
  }
  if (leaf.length !== 32 || proof.some((hash) => hash.length !== 32)) throw refuse('holds something that is no hash')
  let node = index
  let last = size - 1
  let root = leaf
  for (const sibling of proof) {
    if (last === 0) throw refuse('is too long')
    if (isOdd(node) || node === last) {
      root = await nodeHash(sibling, root)
      while (!isOdd(node) && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else {
      root = await nodeHash(root, sibling)
    }
    node = half(node)
    last = half(last)
  }
  if (last !== 0) throw refuse('is too short')
  return root
}

/** @throws inclusion_invalid */
export async function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): Promise<void> {
  const computed = await rootFromInclusion(index, size, leaf, proof)
  if (!equal(computed, root)) throw refuse('leads to another root')
}
