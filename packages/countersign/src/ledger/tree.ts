/**
 * The tree of the ledger as it grows (RFC 6962 section 2.1), hashed where it stands: what `extendRange` of @countersign/proof does for
 * browsers too, one promise per hash, is done here for thousands of leaves in a row. The verifier's own functions check it in the tests.
 *
 * A tree is its size and its root: whoever has the same of both has the same whole subtrees (SHA-256).
 */
import { createHash } from 'node:crypto'
import type { Range, TreeNode } from '@countersign/proof/produce'

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const hashOfLeaf = (leaf: string): Uint8Array => createHash('sha256').update(LEAF).update(leaf).digest()
const hashOfNode = (left: Uint8Array, right: Uint8Array): Uint8Array => createHash('sha256').update(NODE).update(left).update(right).digest()

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

/** Hex. */
export function rootOf({ nodes }: Tree): string {
  const widestLast = nodes.toReversed()
  const first = widestLast[0] ?? createHash('sha256').digest()
  return Buffer.from(widestLast.slice(1).reduce((root, node) => hashOfNode(node, root), first)).toString('hex')
}
