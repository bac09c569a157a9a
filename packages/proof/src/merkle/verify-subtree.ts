/**
 * Proofs over subtrees (draft-ietf-plants-merkle-tree-certs section 4): the leaves from `start` to before `end`, where
 * `start` is a multiple of the smallest power of two that is at least `end - start`. A whole tree is the subtree from 0, so
 * a consistency proof of RFC 6962 is the case `start` = 0 of this one.
 */
import { equal, toHex } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import { emptyRoot, nodeHash } from './hash.ts'
import { verifyInclusion } from './verify-inclusion.ts'

const refuse = (why: string): ProofError => new ProofError('consistency_invalid', `the consistency proof ${why}`)

const half = (n: number): number => Math.floor(n / 2)
const isOdd = (n: number): boolean => n % 2 === 1

/** Sizes are safe integers: doubling ends at 2^53, and bit operations, which end at 2^31, are not used. */
function isSubtree(start: number, end: number): boolean {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start > end) return false
  let width = 1
  while (width < end - start) width *= 2
  return start % width === 0
}

/** @throws inclusion_invalid */
export async function verifySubtreeInclusion(
  index: number,
  start: number,
  end: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): Promise<void> {
  if (!isSubtree(start, end)) throw new ProofError('inclusion_invalid', 'the inclusion proof is for leaves that are no subtree')
  return verifyInclusion(index - start, end - start, leaf, proof, root)
}

/** @throws consistency_invalid */
export async function verifySubtreeConsistency(
  start: number,
  end: number,
  size: number,
  subtreeRoot: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): Promise<void> {
  if (!isSubtree(start, end) || !Number.isSafeInteger(size) || end > size) throw refuse('is between sizes that cannot be')
  if (proof.some((hash) => hash.length !== 32)) throw refuse('holds something that is no hash')
  if (start === end) {
    if (proof.length > 0 || toHex(subtreeRoot) !== emptyRoot) throw refuse('is of no leaves, and not the empty one')
    return
  }

  // `first` to `node` is the subtree's right border on this level, `last` the tree's
  let first = start
  let node = end - 1
  let last = size - 1
  const up = (): void => {
    first = half(first)
    node = half(node)
    last = half(last)
  }
  const whole = node === last
  while (first !== node && (whole || isOdd(node))) up()

  const inside = first === node
  const [head, ...tail] = proof
  const begin = inside ? subtreeRoot : head
  if (begin === undefined) throw refuse('is empty')
  let oldRoot = begin
  let newRoot = begin
  for (const sibling of inside ? proof : tail) {
    if (last === 0) throw refuse('is too long')
    if (isOdd(node) || node === last) {
      if (first < node) oldRoot = await nodeHash(sibling, oldRoot)
      newRoot = await nodeHash(sibling, newRoot)
      while (!isOdd(node)) up()
    } else {
      newRoot = await nodeHash(newRoot, sibling)
    }
    up()
  }
  if (last !== 0) throw refuse('is too short')
  if (!equal(oldRoot, subtreeRoot)) throw refuse('leads to another first root')
  if (!equal(newRoot, root)) throw refuse('leads to another second root')
}
