/**
 * A Merkle tree that grows, for whoever keeps one: appending needs only the roots of the whole subtrees so far (a compact
 * range); proofs are made from stored nodes.
 *
 * A node (level, index) is the root of the leaves from index * 2^level to before (index + 1) * 2^level. Only whole ones are
 * stored; they never change. Hashes are 32 bytes.
 */
import { fromHex } from '../bytes.ts'
import { emptyRoot, nodeHash } from '../merkle/hash.ts'
import type { ReadNode } from './proofs.ts'

/** Roots of the whole subtrees that make up `size` leaves, the widest first. One writer at a time extends it. */
export type Range = { size: number; nodes: Uint8Array[] }

export type TreeNode = { level: number; index: number; hash: Uint8Array }

/** The range over the first `size` leaves, from stored nodes. `read` is not called for an empty one. */
export async function rangeAt(size: number, read: ReadNode): Promise<Range> {
  const nodes: Uint8Array[] = []
  let level = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2), level++) {
    if (rest % 2 === 1) nodes.unshift(await read(level, rest - 1))
  }
  return { size, nodes }
}

/** Appends a leaf. Answers the nodes that became whole by it, lowest first: store them. */
export async function extendRange(range: Range, leafHash: Uint8Array): Promise<TreeNode[]> {
  const made: TreeNode[] = [{ level: 0, index: range.size, hash: leafHash }]
  const standing = [...range.nodes]
  let hash = leafHash
  let index = range.size
  for (let level = 1; index % 2 === 1; level++) {
    const left = standing.pop()
    if (left === undefined) throw new RangeError(`this is no compact range of ${range.size} leaves`)
    hash = await nodeHash(left, hash)
    index = (index - 1) / 2
    made.push({ level, index, hash })
  }
  range.nodes = [...standing, hash]
  range.size += 1
  return made
}

/** The root of the tree whose whole subtrees these are. */
export async function rangeRoot(range: Range): Promise<Uint8Array> {
  const [last, ...others] = range.nodes.toReversed()
  let root = last ?? fromHex(emptyRoot) ?? new Uint8Array()
  for (const node of others) root = await nodeHash(node, root)
  return root
}
