/** The ledger's own tree against the one of @countersign/proof, which verifiers use. */
import { leafHash, toHex } from '@countersign/proof'
import { extendRange, rangeRoot, type Range } from '@countersign/proof/produce'
import { expect, test } from 'vitest'
import { emptyTree, grown, hashOfLeaf, rootOf } from '../../src/ledger/tree.ts'

const LEAVES = Array.from({ length: 130 }, (_, at) => `leaf ${at} \u00e4`)

test('every size has the root and the nodes that a verifier computes, however the leaves came', async () => {
  const range: Range = { size: 0, nodes: [] }
  let tree = emptyTree
  expect(rootOf(tree)).toBe(toHex(await rangeRoot(range)))
  for (const leaf of LEAVES) {
    const nodes = await extendRange(range, await leafHash(Buffer.from(leaf)))
    const next = grown(tree, [hashOfLeaf(leaf)])
    tree = next.tree
    expect(next.made.map(({ level, index, hash }) => [level, index, toHex(hash)])).toEqual(nodes.map(({ level, index, hash }) => [level, index, toHex(hash)]))
    expect(rootOf(tree)).toBe(toHex(await rangeRoot(range)))
  }
  for (const cut of [0, 1, 7, 64, 129, 130]) {
    const first = grown(emptyTree, LEAVES.slice(0, cut).map(hashOfLeaf))
    expect(rootOf(grown(first.tree, LEAVES.slice(cut).map(hashOfLeaf)).tree)).toBe(rootOf(tree))
  }
})

test('a tree that another one grew from stays what it was', () => {
  const { tree } = grown(emptyTree, LEAVES.slice(0, 3).map(hashOfLeaf))
  const before = rootOf(tree)
  grown(tree, LEAVES.map(hashOfLeaf))
  expect(rootOf(tree)).toBe(before)
})
