/** What the producing side makes, the verifying side takes; nothing else. The reference is RFC 6962's own recursion. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyRoot, leafHash, nodeHash, ProofError, toHex, verifyConsistency, verifyInclusion } from '../../src/index.ts'
import { consistencyProof, extendRange, inclusionProof, rangeAt, type Range, rangeRoot, rootAt } from '../../src/produce/index.ts'

const most = 70

async function reference(leaves: Uint8Array[]): Promise<Uint8Array> {
  const [first] = leaves
  if (first === undefined) return Buffer.from(emptyRoot, 'hex')
  if (leaves.length === 1) return first
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(await reference(leaves.slice(0, k)), await reference(leaves.slice(k)))
}

const nodes = new Map<string, Uint8Array>()
const read = (level: number, index: number): Uint8Array => {
  const node = nodes.get(`${level}/${index}`)
  if (node === undefined) throw new Error(`node ${level}/${index} is not stored`)
  return node
}
const leaves: Uint8Array[] = []
const roots: Uint8Array[] = []
const range: Range = { size: 0, nodes: [] }
roots.push(await rangeRoot(range))
for (let i = 0; i < most; i++) {
  const leaf = await leafHash(Buffer.from(`leaf ${i}`))
  leaves.push(leaf)
  for (const node of await extendRange(range, leaf)) nodes.set(`${node.level}/${node.index}`, node.hash)
  roots.push(await rangeRoot(range))
}
const root = (size: number): Uint8Array => roots[size] ?? new Uint8Array()
const fails = (work: Promise<void>, code: string) => expect(work).rejects.toMatchObject({ code })

describe('the tree', () => {
  test('has the roots of RFC 6962, by appending and from stored nodes', async () => {
    for (let size = 0; size <= most; size++) {
      const expected = toHex(await reference(leaves.slice(0, size)))
      expect(toHex(root(size))).toBe(expected)
      expect(toHex(await rootAt(size, read))).toBe(expected)
      expect(toHex(await rangeRoot(await rangeAt(size, read)))).toBe(expected)
    }
  })

  test('has an inclusion proof for every leaf at every size, and for nothing else', async () => {
    for (let size = 1; size <= 20; size++) {
      for (let index = 0; index < size; index++) {
        const proof = await inclusionProof(index, size, read)
        const leaf = leaves[index] ?? new Uint8Array()
        await verifyInclusion(index, size, leaf, proof, root(size))
        await fails(verifyInclusion(index, size, leaf, proof, root(size + 1)), 'inclusion_invalid')
        await fails(verifyInclusion((index + 1) % (size + 1), size, leaf, proof, root(size)), 'inclusion_invalid')
        await fails(verifyInclusion(index, size, leaves[index + 1] ?? leaf, proof, root(size)), 'inclusion_invalid')
        await fails(verifyInclusion(index, size, leaf, [...proof, leaf], root(size)), 'inclusion_invalid')
      }
    }
  })

  test('has a consistency proof between all its sizes, and between nothing else', async () => {
    for (let first = 1; first <= 20; first++) {
      for (let second = first; second <= 20; second++) {
        const proof = await consistencyProof(first, second, read)
        await verifyConsistency(first, second, root(first), root(second), proof)
        await fails(verifyConsistency(first, second, root(first - 1), root(second), proof), 'consistency_invalid')
        await fails(verifyConsistency(first, second, root(first), root(second + 1), proof), 'consistency_invalid')
        await fails(verifyConsistency(first, second, root(first), root(second), [...proof, root(3)]), 'consistency_invalid')
      }
    }
  })

  test('proves nothing from the empty tree', async () => {
    await verifyConsistency(0, 0, root(0), root(0), [])
    await fails(verifyConsistency(0, 3, root(0), root(3), []), 'consistency_invalid')
    await fails(verifyConsistency(0, 0, root(1), root(1), []), 'consistency_invalid')
  })

  test('is found at random sizes too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: most }), fc.nat(), fc.nat(), async (size, a, b) => {
        const index = a % size
        await verifyInclusion(index, size, leaves[index] ?? new Uint8Array(), await inclusionProof(index, size, read), root(size))
        const first = 1 + (b % size)
        await verifyConsistency(first, size, root(first), root(size), await consistencyProof(first, size, read))
      }),
    )
  })

  test('any numbers and hashes are answered with the code', async () => {
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, 2 ** 53))
    const hashes = fc.array(fc.uint8Array({ minLength: 31, maxLength: 32 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(number, number, hashes, async (a, b, proof) => {
        const errors: unknown[] = []
        await verifyInclusion(a, b, root(1), proof, root(2)).catch((error: unknown) => errors.push(error))
        await verifyConsistency(a, b, root(1), root(2), proof).catch((error: unknown) => errors.push(error))
        for (const error of errors) expect(error).toBeInstanceOf(ProofError)
      }),
    )
  })

  test('has indices beyond 2^31', async () => {
    const proof = Array.from({ length: 40 }, () => root(1))
    await fails(verifyInclusion(2 ** 40 - 1, 2 ** 40, root(1), proof.slice(1), root(1)), 'inclusion_invalid')
    await expect(verifyInclusion(2 ** 40 - 1, 2 ** 40, root(1), proof, root(1))).rejects.toThrow('leads to another root')
  })

  test('refuses to make proofs of nothing', async () => {
    await expect(inclusionProof(3, 3, read)).rejects.toThrow(RangeError)
    await expect(consistencyProof(4, 3, read)).rejects.toThrow(RangeError)
    await expect(rootAt(-1, read)).rejects.toThrow(RangeError)
  })
})
