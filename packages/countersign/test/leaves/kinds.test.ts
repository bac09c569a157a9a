/** The table of kinds against what the sources append; and what is said of a leaf, whatever its details hold. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groups, kinds, outcomeNames, outcomes, saidBy, type LeafText } from '../../src/leaves/index.ts'

const src = resolve(import.meta.dirname, '../../src')
const rooms = ['identity', 'gate', 'doors', 'server', 'ledger']
const sources = rooms.flatMap((room) => readdirSync(join(src, room), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(src, room, name), 'utf8')))

/** Types as the sources write them, and those that are put together from parts. */
const composed = [
  ...['denied', 'cancelled', 'expired'].map((status) => `gate.${status}`),
  ...['write', 'import', 'rollback', 'accepted'].map((origin) => `state.head.${origin}`),
  ...sources.flatMap((text) => [...text.matchAll(/record\(effect, '([a-z-]+)'/g)].map(([, what = '']) => `state.${what}`)),
]
const written = sources.flatMap((text) => [...text.matchAll(/\btype: ([^,{}\n]+)/g)].flatMap(([, value = '']) => [...value.matchAll(/'([a-z-]+(?:\.[a-z-]+)+)'/g)].map(([, type = '']) => type)))
const leafOf = sources.flatMap((text) => (text.includes('function leafOf(subject: MemberSubject)') ? [...text.matchAll(/'(member\.[a-z-]+)'/g)].map(([, one = '']) => one) : []))
const appended = new Set([...composed, ...written, ...leafOf].filter((type) => type !== '' && !type.startsWith('countersign.')))

test('every type of leaf that the sources append has its words and its outcome, and no other has', () => {
  expect(appended.size).toBeGreaterThan(60)
  expect([...appended].filter((type) => !Object.hasOwn(kinds, type))).toEqual([])
  expect(Object.keys(kinds).filter((type) => !appended.has(type))).toEqual([])
})

test('every kind belongs to a group that is offered', () => {
  expect(Object.keys(kinds).filter((type) => !Object.hasOwn(groups, type.split('.')[0] ?? ''))).toEqual([])
  expect(Object.keys(groups).filter((group) => !Object.keys(kinds).some((type) => type.startsWith(`${group}.`)))).toEqual([])
})

test('leaves that name a person with a name of their own are ids of the ledger: none is put into words here', () => {
  expect(Object.values(kinds).filter(({ says }) => says.length > 80 || /usr_|[{}$]/.test(says))).toEqual([])
})

const leaf = (type: string, ids: Record<string, string> = {}): LeafText => ({ type, time: '2026-11-20T08:00:00.000Z', ids })
const usr = `usr_${'0'.repeat(32)}`

test.each<[string, object, object]>([
  ['gate.decided', { decision: 'allow', input: { workspace: 'a/b' } }, { outcome: 'allowed', workspace: 'a/b' }],
  ['gate.decided', { decision: 'step-up' }, { outcome: 'asked', workspace: '' }],
  ['gate.decided', { decision: 'deny' }, { outcome: 'denied' }],
  ['gate.decided', { decision: 'constructor' }, { outcome: 'unknown' }],
  ['run.outcome', { result: 'failed' }, { outcome: 'failed' }],
  ['state.reconciled', { agrees: false, workspace: { name: 'a/b' } }, { outcome: 'alarm', workspace: 'a/b' }],
  ['gate.denied', { by: usr }, { outcome: 'denied', person: usr }],
  ['gate.denied', { by: 'device' }, { person: '' }],
  ['constructor', {}, { outcome: 'done' }],
  ['gate.decided', { input: { workspace: '' }, note: { workspace: 'no slash' } }, { workspace: '' }],
])('%s with %j says %j', (type, details, expected) => {
  expect(saidBy(leaf(type), JSON.stringify(details))).toMatchObject(expected)
})

test('the leaf\'s own person is believed before the details', () => {
  expect(saidBy(leaf('gate.denied', { person: 'usr_a' }), JSON.stringify({ by: usr })).person).toBe('usr_a')
})

test('whatever the details hold, something is said, and the outcome is one of the outcomes', () => {
  fc.assert(fc.property(fc.constantFrom(...Object.keys(kinds), '__proto__', 'toString'), fc.oneof(fc.json(), fc.string(), fc.constant(null)), (type, details) => {
    expect(outcomeNames).toContain(saidBy(leaf(type), details).outcome)
  }))
})

test('the outcomes are those of the guide, with the same words', () => {
  const guide = readFileSync(resolve(import.meta.dirname, '../../../../docs/operations/ledger.md'), 'utf8')
  const rows = [...guide.slice(guide.indexOf('| Outcome |')).matchAll(/^\| `([a-z]+)` \| ([^|]+) \|/gm)].map(([, name, says]) => [name, says])
  expect(rows.slice(0, outcomeNames.length)).toEqual(Object.entries(outcomes).map(([name, { says }]) => [name, says]))
})
