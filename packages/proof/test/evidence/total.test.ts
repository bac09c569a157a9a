/** No bytes make the verifier throw, hang, or believe. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEnvelope, parseLeaf, parseSubject, parseTrust, type ProofError, replayDirectory, verifyEvidence } from '../../src/index.ts'
import { families } from '../../src/errors.ts'
import { applyEdits, type Edit, type Json, type Step } from '../corpus/edit.ts'
import { keys, tellRun } from '../support/scenario.ts'
import { alone } from '../corpus/bases.ts'

const told = await tellRun({}, await alone())
const document = JSON.parse(JSON.stringify({ bundle: told.evidence, trust: told.trust })) as Json

/** A way to any place of the document, through texts and bytes. */
function placesOf(value: Json, at: Step[] = []): Step[][] {
  if (Array.isArray(value)) return [at, ...value.flatMap((item, i) => placesOf(item, [...at, i]))]
  if (typeof value === 'object' && value !== null) return [at, ...Object.entries(value).flatMap(([name, item]) => placesOf(item, [...at, name]))]
  if (typeof value === 'string' && value.startsWith('{')) return [at, ...placesOf(JSON.parse(value) as Json, [...at, { as: 'json' }])]
  return [at]
}
const places = placesOf(document).filter((at) => at.length > 1)

const junk = fc.oneof(fc.json().map((text) => JSON.parse(text) as Json), fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.constantFrom('', '__proto__', 'A'.repeat(70_000), '\ud800', '['.repeat(5000)))
const edit = fc.record({ at: fc.constantFrom(...places), what: fc.oneof(junk.map((set) => ({ set })), fc.constant({ remove: true as const })) }).map(({ at, what }): Edit => ({ at, ...what }))

const answer = async (bundle: string, trust: unknown): Promise<string> => {
  const verdict = await verifyEvidence(bundle, trust as never)
  if (verdict.verdict === 'INVALID') {
    expect(families).toHaveProperty(verdict.code)
    expect([verdict.consent, verdict.effect]).toEqual([null, null])
  }
  return verdict.verdict
}

describe('the verifier', () => {
  test('answers any text', async () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constantFrom('', '{', '['.repeat(100_000), '{"a":'.repeat(100_000), 'null', '\ufeff{}', '{"v":1,"v":1}'))
    await fc.assert(fc.asyncProperty(texts, async (text) => void expect(await answer(text, told.trust)).toBe('INVALID')))
  })

  test('answers any change of a good bundle, and believes none', async () => {
    await fc.assert(
      fc.asyncProperty(edit, async (one) => {
        let changed: Json
        try {
          changed = applyEdits(document, [one])
        } catch {
          return // what has no canonical form cannot be written into a text
        }
        const { bundle, trust } = changed as { bundle: Json; trust: Json }
        const same = JSON.stringify(changed) === JSON.stringify(document)
        const verdict = await answer(JSON.stringify(bundle), trust ?? undefined)
        // without a trust file nothing is pinned; a demonstration may be said of any good bundle
        if (!same) expect(['INVALID', 'DEMONSTRATION', ...(trust === null ? ['CONSISTENT'] : [])]).toContain(verdict)
      }),
      { numRuns: 600 },
    )
  })

  test('answers any change of one character in the text', async () => {
    const text = JSON.stringify(told.evidence)
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), async (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        const space = JSON.stringify(JSON.parse(text)) === changed
        if (!space) expect(await answer(changed, told.trust)).toBe('INVALID')
      }),
      { numRuns: 300 },
    )
  })

  test('answers a trust file that is nothing of the kind', async () => {
    for (const trust of [undefined, 1, 'trust', [], {}, { v: 1 }]) {
      expect((await verifyEvidence(JSON.stringify(told.evidence), trust as never)).code).toBe('trust_invalid')
    }
  })
})

test('every parser of foreign text refuses with a code', async () => {
  const parsers = [parseSubject, parseEnvelope, parseLeaf, parseTrust]
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (text) => {
      const codes = parsers.map((parse) => {
        try {
          parse(text)
          return 'accepted'
        } catch (error) {
          return (error as ProofError).code
        }
      })
      for (const code of codes) expect(families).toHaveProperty(code)
      await expect(replayDirectory([text])).rejects.toMatchObject({ name: 'ProofError' })
    }),
  )
})

test('a verdict holds no more than it must: no key, nonce or salt of the bundle is in its words', async () => {
  const verdict = await verifyEvidence(JSON.stringify(told.evidence), told.trust)
  expect(verdict.message + verdict.notes.join(' ')).not.toContain(keys.alice.credential.id)
})
