import { createHash } from 'node:crypto'
import { emptyRoot, fromHex, leafHash, parseLeaf, verifyConsistency, verifyInclusion, commitmentOf, fromBase64url } from '@countersign/proof'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LedgerError } from '../../src/ledger/index.ts'
import { atUnitEnd } from '../../src/platform/store/unit.ts'
import { act, effects, Place, type Opened } from './place.ts'

let place: Place
let at: Opened
beforeEach(async () => {
  place = await Place.make()
  at = await place.open()
})
afterEach(() => place.remove())

/** RFC 6962 section 2.1, as the text says it, and not as the code does it. */
function naiveRoot(leaves: readonly string[]): Buffer {
  const sha = (...parts: (Buffer | string)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
  if (leaves.length === 0) return sha()
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0] ?? '')
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha(Buffer.of(1), naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)))
}

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'resolved', (error: unknown) => (error instanceof LedgerError ? error.code : String(error)))

test('a leaf says when, what and which ids, and commits to its details', async () => {
  const { index } = await act(at.store, at.ledger, 'something', { run: 'run_1', person: 'usr_2' })
  const [entry] = await at.ledger.entries(0, 10)
  expect(index).toBe(0)
  const leaf = parseLeaf(entry!.leaf)
  expect(leaf).toMatchObject({ v: 1, type: 'test.acted', ids: { run: 'run_1', person: 'usr_2' } })
  expect(entry!.details).toBe('{"what":"something"}')
  expect(await commitmentOf(fromBase64url(entry!.salt) ?? new Uint8Array(), entry!.details ?? '')).toBe(leaf.commitment)
})

test('two leaves of the same words commit differently: the salt is fresh', async () => {
  await act(at.store, at.ledger, 'same')
  await act(at.store, at.ledger, 'same')
  const commitments = (await at.ledger.entries(0, 2)).map(({ leaf }) => parseLeaf(leaf).commitment)
  expect(new Set(commitments).size).toBe(2)
})

test('at every size the root is the RFC 6962 root, and every proof between sizes verifies', async () => {
  const roots: string[] = [emptyRoot]
  const texts: string[] = []
  for (let size = 1; size <= 33; size++) {
    await at.add(1)
    const entries = await at.ledger.entries(size - 1, 1)
    texts.push(entries[0]!.leaf)
    const { root } = await at.ledger.checkpoint()
    expect(root).toBe(naiveRoot(texts).toString('hex'))
    roots.push(root)
  }
  for (let to = 1; to <= 33; to++) {
    for (let from = 1; from <= to; from++) await verifyConsistency(from, to, bytes(roots[from]!), bytes(roots[to]!), (await at.ledger.consistency(from, to)).map(bytes))
    for (let index = 0; index < to; index++) await verifyInclusion(index, to, await leafHash(Buffer.from(texts[index]!)), (await at.ledger.inclusion(index, to)).map(bytes), bytes(roots[to]!))
  }
})

test('many leaves of one unit, and many units at once, all get places of their own without gaps', async () => {
  const places = await Promise.all(Array.from({ length: 30 }, (_, unit) => at.store.write(async (tx) => {
    const kept = []
    for (let n = 0; n <= unit % 3; n++) kept.push(await at.ledger.append(tx, { type: 'test.acted', ids: {}, details: { unit, n } }))
    return kept
  })))
  const indexes = places.flat().map(({ index }) => index)
  expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index))
  const entries = await at.ledger.entries(0, 100)
  expect((await at.ledger.checkpoint()).root).toBe(naiveRoot(entries.map(({ leaf }) => leaf)).toString('hex'))
})

test('an effect that fails has no leaf, and a leaf that cannot be recorded has no effect', async () => {
  await expect(at.store.write(async (tx) => {
    await at.ledger.append(tx, { type: 'test.acted', ids: {}, details: {} })
    throw new Error('the effect failed')
  })).rejects.toThrow('the effect failed')
  const unrecordable = { type: 'test.acted', ids: {}, details: { fraction: 0.5 } }
  expect(await codeOf(at.store.write(async (tx) => {
    await tx.insertInto('effect').values({ id: 1, what: 'unrecorded' }).execute()
    await at.ledger.append(tx, unrecordable)
  }))).toBe('entry_invalid')
  await act(at.store, at.ledger, 'good')
  expect([await effects(at.store), (await at.ledger.entries(0, 10)).length]).toEqual([['good'], 1])
})

test('an error in recording counts even when the action swallows it', async () => {
  expect(await codeOf(at.store.write(async (tx) => {
    await tx.insertInto('effect').values({ id: 1, what: 'unrecorded' }).execute()
    await at.ledger.append(tx, { type: 'Not A Type', ids: {}, details: {} }).catch(() => undefined)
  }))).toBe('entry_invalid')
  expect(await effects(at.store)).toEqual([])
})

test('an action that does not wait for its record is recorded all the same', async () => {
  await at.store.write(async (tx) => {
    void at.ledger.append(tx, { type: 'test.acted', ids: {}, details: {} })
    await tx.insertInto('effect').values({ id: 1, what: 'hasty' }).execute()
  })
  expect(await at.ledger.entries(0, 10)).toHaveLength(1)
})

test('an entry that comes when the leaves of its unit have their places already is refused, and the unit with it', async () => {
  expect(await codeOf(at.store.write(async (tx) => {
    await at.ledger.append(tx, { type: 'test.acted', ids: {}, details: {} })
    atUnitEnd(tx, {}, async (end) => void (await at.ledger.append(end, { type: 'test.late', ids: {}, details: {} })))
  }))).toBe('entry_invalid')
  expect(await at.ledger.entries(0, 10)).toEqual([])
})

test('the place of a leaf is not known inside its unit', async () => {
  await at.store.write(async (tx) => {
    const leaf = await at.ledger.append(tx, { type: 'test.acted', ids: {}, details: {} })
    expect(() => leaf.index).toThrow(/committed/)
  })
})

test('entries are found by each of their ids, and listed in pages', async () => {
  await act(at.store, at.ledger, 'a', { run: 'run_1', person: 'usr_1' })
  await act(at.store, at.ledger, 'b', { run: 'run_2', person: 'usr_1' })
  await act(at.store, at.ledger, 'c', { run: 'run_1' })
  const found = async (key: string, value: string) => (await at.ledger.find({ key, value })).map(({ index }) => index)
  expect([await found('run', 'run_1'), await found('person', 'usr_1'), await found('run', 'usr_1'), await found('person', 'nobody')]).toEqual([[0, 2], [0, 1], [], []])
  expect((await at.ledger.entries(1, 1)).map(({ index }) => index)).toEqual([1])
  expect(await at.ledger.entries(3, 10)).toEqual([])
})

test('an entry whose details were erased is still an entry, and its leaf and proofs stand', async () => {
  await at.add(3)
  await at.store.write((tx) => tx.deleteFrom('ledger_details').where('idx', '=', 1).execute())
  expect((await at.ledger.entries(1, 1))[0]).toMatchObject({ index: 1, salt: '', details: null })
  expect(await at.ledger.inclusion(1, 3)).toHaveLength(2)
})

test.each([[0, 0], [3, 3], [0, 4], [-1, 3], [0.5, 3], [1, Number.NaN]])('there is no inclusion proof of leaf %d in %d leaves', async (index, size) => {
  await at.add(3)
  expect(await codeOf(at.ledger.inclusion(index, size))).toBe('not_in_ledger')
})

test('the empty tree is the beginning of every tree: nothing is needed to prove it', async () => {
  await at.add(3)
  expect([await at.ledger.consistency(0, 3), await at.ledger.consistency(0, 0), await at.ledger.consistency(3, 3)]).toEqual([[], [], []])
})

test.each([[2, 1], [0, 4], [-1, 3], [1.5, 3]])('there is no consistency proof from %d to %d', async (from, to) => {
  await at.add(3)
  expect(await codeOf(at.ledger.consistency(from, to))).toBe('not_in_ledger')
})
