/**
 * The tree of the ledger as it grows (RFC 6962 section 2.1), hashed where it stands: what `extendRange` of @countersign/proof does for
 * browsers too, one promise per hash, is done here for thousands of leaves in a row. The verifier's own functions check it in the tests.
 *
 * A tree is its size and its root: whoever has the same of both has the same whole subtrees (SHA-256).
 */
import { hash as digest } from 'node:crypto'
import type { Range, TreeNode } from '@countersign/proof/produce'

/** A leaf's bytes follow a zero, which is the same character in UTF-8. */
export const hashOfLeaf = (leaf: string): Uint8Array => digest('sha256', `\0${leaf}`, 'buffer')

/** Those of a node follow a one. Nobody waits between filling this and hashing it. */
const node = new Uint8Array(65).fill(1, 0, 1)
function hashOfNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1)
  node.set(right, 33)
  return digest('sha256', node, 'buffer')
}

/** Roots of the whole subtrees of `size` leaves, the widest first. Never changed: a larger tree is another one. */
export type Tree = Readonly<Pick<Range, 'size'>> & { readonly nodes: readonly Uint8Array[] }

export const emptyTree: Tree = { size: 0, nodes: [] }

/** With more leaves, and every node that became whole by them, in the order in which they did. */
export function grown(tree: Tree, leaves: readonly Uint8Array[]): { tree: Tree; made: TreeNode[] } {
  const made: TreeNode[] = []
  const nodes = [...tree.nodes]
  let size = tree.size
  for (let hash of leaves) {
    made.push({ level: 0, index: size, hash })
    let index = size
    for (let level = 1; index % 2 === 1; level++) {
      const left = nodes.pop()
      if (left === undefined) throw new RangeError(`this is no tree of ${tree.size} leaves`)
      hash = hashOfNode(left, hash)
      index = (index - 1) / 2
      made.push({ level, index, hash })
    }
    nodes.push(hash)
    size += 1
  }
  return { tree: { size, nodes }, made }
}

/**
 * The hashes of a page of leaves and of all whole subtrees in it: of each level, from the leaves up, one after another. They are taken as
 * texts of a character for each byte: to make an object of each would take longer than hashing.
 */
export function levelsOf(leaves: readonly string[]): Buffer[] {
  const levels = [joined(leaves.length, (at) => digest('sha256', `\0${leaves[at] ?? ''}`, 'binary'))]
  for (let below = levels[0]; below !== undefined && below.length >= 64; below = levels.at(-1)) {
    const from = below
    levels.push(joined(Math.floor(from.length / 64), (at) => {
      from.copy(node, 1, at * 64, at * 64 + 64)
      return digest('sha256', node, 'binary')
    }))
  }
  return levels
}

function joined(count: number, hashAt: (at: number) => string): Buffer {
  const hashes = Buffer.allocUnsafe(count * 32)
  for (let at = 0; at < count; at++) hashes.write(hashAt(at), at * 32, 'latin1')
  return hashes
}

/** Hex. */
export function rootOf({ nodes }: Tree): string {
  const widestLast = nodes.toReversed()
  const first = widestLast[0] ?? digest('sha256', '', 'buffer')
  return Buffer.from(widestLast.slice(1).reduce((root, wider) => hashOfNode(wider, root), first)).toString('hex')
}
