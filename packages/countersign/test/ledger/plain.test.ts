/** What is known of leaves and details at a glance, against what @countersign/proof says of the same. */
import fc from 'fast-check'
import { canonicalText, commitmentOf, fromBase64url, parseCanonical, parseLeaf } from '@countersign/proof'
import { expect, test } from 'vitest'
import { plainCommitment, plainReader } from '../../src/ledger/plain.ts'

const SALT = 'A'.repeat(42) + 'E'
const leaf = { commitment: 'ab'.repeat(32), ids: { person: 'usr_1', ref: 'run_1' }, time: '2026-11-20T19:30:00.000Z', type: 'gate.countersigned', v: 1 }

/** A text with some of its characters changed, doubled or taken out, or with the parts of another in it. */
const edited = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(texts, fc.array(fc.tuple(fc.nat(400), fc.nat(2), fc.oneof(fc.string({ maxLength: 2, unit: 'binary' }), fc.constantFrom('"', '\\\\', ',', '{', '}', '[', ']', ':', '0', '-', '"a":1,', '"ids":{', ' ', '\\u0001', '\ud800', '.5', 'e1'))), { maxLength: 2 }))
    .map(([text, edits]) => edits.reduce((now, [at, taken, put]) => now.slice(0, at % (now.length + 1)) + put + now.slice((at % (now.length + 1)) + taken), text))

const leaves = fc.record({
  commitment: fc.constantFrom(leaf.commitment, 'AB'.repeat(32), ''),
  ids: fc.dictionary(fc.oneof(fc.constantFrom('person', 'ref', 'a', 'A'), fc.string({ maxLength: 34 })), fc.oneof(fc.string({ maxLength: 4, unit: 'binary' }), fc.constantFrom('x'.repeat(256), 'x'.repeat(257))), { maxKeys: 18 }),
  time: fc.oneof(fc.constant(leaf.time), fc.constantFrom('2026-02-30T19:30:00.000Z', '2026-11-20T24:00:00.000Z', '1969-11-20T19:30:00.000Z', '2026-11-20T19:30:60.000Z'), fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
  type: fc.constantFrom('gate.countersigned', 'a', 'a.b.c.d', 'a.b.c.d.e', 'Gate', 'gate.', ''),
  v: fc.constantFrom(1, 2),
}).map(canonicalOr)

/** Canonical where it can be. */
function canonicalOr(value: object): string {
  try {
    return canonicalText(value)
  } catch {
    return JSON.stringify(value)
  }
}

const tried = <T>(work: () => T): T | null => {
  try {
    return work()
  } catch {
    return null
  }
}

test('a leaf that is known at a glance is what the verifier reads', () => {
  const read = plainReader()
  expect(read(canonicalText(leaf))).toEqual(leaf)
  fc.assert(fc.property(fc.oneof(leaves, edited(leaves), edited(fc.constant(canonicalText(leaf)))), (text) => {
    const plain = read(text)
    if (plain !== null) expect(tried(() => parseLeaf(text))).toEqual(plain)
  }), { numRuns: 20_000 })
})

test.each([
  ['an id twice', '"ref":"run_1"', '"person":"usr_2"'], ['ids in another order', '"ref":"run_1"', '"a":"run_1"'], ['an id without a value', '"run_1"', '""'], ['an id that goes on', '"run_1"', '"run_1",'],
  ['a minute that is none', '19:30', '19:60'], ['a day that is none', '11-20', '11-31'], ['another version', '"v":1', '"v":2'], ['a digest in capitals', 'abab', 'ABAB'], ['half a character', 'run_1', '\ud800'],
])('a leaf with %s is not known at a glance', (_what, there, instead) => {
  const text = canonicalText(leaf).replace(there, instead)
  expect(plainReader()(text)).toBeNull()
  const read = plainReader()
  read(canonicalText(leaf))
  expect(read(text)).toBeNull()
})

test('details that are known at a glance are canonical, and have the commitment that the verifier computes', async () => {
  expect(plainCommitment(SALT, '{"a":[1,-2,0,true,null],"b":{"c":"\u00e4"}}')).not.toBeNull()
  const details = fc.oneof(fc.json({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }).map((value) => canonicalOr({ value })))
  await fc.assert(fc.asyncProperty(fc.oneof(details, edited(details)), edited(fc.constant(SALT)), async (text, salt) => {
    for (const one of [SALT, salt]) {
      const plain = plainCommitment(one, text)
      if (plain === null) continue
      expect(tried(() => [parseCanonical(text)])).not.toBeNull()
      expect(await commitmentOf(fromBase64url(one) ?? new Uint8Array(), text)).toBe(plain)
    }
  }), { numRuns: 20_000 })
})

test.each(['{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":1,}', '[1,]', '{"a" :1}', '01', '-0', '1.0', '1e2', '9007199254740993', '"\\u0041"', '"\ud800"', '"', '{"a":tru}', '{', '', '[', '"a"b', `${'['.repeat(65)}${']'.repeat(65)}`])('%s is not known at a glance', (text) => {
  expect(plainCommitment(SALT, text)).toBeNull()
})
