/**
 * A ledger for the pages: leaves, tree, proofs and signed checkpoints, hashed here from RFC 6962 and C2SP's notes alone and not with
 * @countersign/proof. It can be told to lie in one thing.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { canonical, id, instance, sha256 } from './statements.ts'

export type LedgerLie = 'leaf' | 'details' | 'index' | 'signature' | 'rewritten' | 'other-key' | 'hidden'
type Told = { type: string; ids: Record<string, string>; details: unknown; outcome: string; workspace: string; person: string }
type Entry = Told & { index: number; at: number; leaf: string; salt: string; text: string }

const origin = `countersign/${instance}`
const people = { [id('usr', 'rosa')]: 'Rosa Lindqvist', [id('usr', 'ben')]: 'Ben Okafor', [id('usr', 'mei')]: 'Mei Tanaka' }
const [rosa = '', ben = '', mei = ''] = Object.keys(people)

export type FakeLedger = { size: number; began: number; entries: Entry[]; keys: { privateKey: KeyObject; keyed: Buffer; vkey: string }; lie: LedgerLie | null }

/** Between two entries, ms. The 131st is of now. */
const EVERY = 47 * 60_000

export function newLedger(size: number): FakeLedger {
  const ledger: FakeLedger = { size: 0, began: Date.now() - 131.4 * EVERY, entries: [], keys: newKey(), lie: null }
  grow(ledger, size)
  return ledger
}

export function grow(ledger: FakeLedger, to: number): void {
  for (; ledger.size < to; ledger.size++) ledger.entries.push(written(ledger, ledger.size))
}

function newKey(): FakeLedger['keys'] {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const keyed = Buffer.concat([Buffer.of(1), raw])
  return { privateKey, keyed, vkey: `${origin}+${keyId(keyed).toString('hex')}+${keyed.toString('base64')}` }
}

const keyId = (keyed: Buffer): Buffer => createHash('sha256').update(`${origin}\n`).update(keyed).digest().subarray(0, 4)

const workspaces = ['payments/billing-prod', 'platform/network-staging', 'data/warehouse', 'shop/checkout-prod']

/** What happens around a run, and now and then something else. */
function told(index: number): Told {
  const round = Math.floor(index / 8)
  const workspace = workspaces[round % workspaces.length] ?? ''
  const run = id('run', `round ${round}`)
  const [asker, other] = round % 3 === 0 ? [ben, rosa] : [rosa, mei]
  const about = { ref: run }
  const base = { workspace, person: '' }
  if (index % 61 === 40) return { ...base, type: 'state.tampered', ids: { state: id('stw', workspace) }, details: { workspace, version: 12 }, outcome: 'alarm' }
  if (index % 53 === 31) return { type: 'sign-in.slowed', ids: { person: mei }, details: { kind: 'totp', failures: 5, until: 0 }, outcome: 'alarm', workspace: '', person: mei }
  const steps: Told[] = [
    { type: 'session.opened', ids: { person: asker, session: id('ses', `${round}`) }, details: { address: '10.20.4.17', client: 'Firefox on Linux', acr: 'phr' }, outcome: 'done', workspace: '', person: asker },
    { ...base, type: 'gate.decided', ids: { ...about, person: asker }, details: { action: 'run.apply', decision: 'step-up', rule: 'a person countersigns', input: { workspace, environment: 'prod', risk: 'high' }, address: '10.20.4.17' }, outcome: 'asked', person: asker },
    { ...base, type: 'run.created', ids: { ...about, run, person: asker }, details: { run, workspace }, outcome: 'asked', person: asker },
    round % 5 === 2
      ? { ...base, type: 'gate.denied', ids: { ...about, challenge: id('chl', run) }, details: { challenge: id('chl', run), by: other, reported: false }, outcome: 'denied', person: other }
      : { ...base, type: 'gate.countersigned', ids: { ...about, challenge: id('chl', run), person: other }, details: { challenge: id('chl', run), role: 'self', method: 'webauthn' }, outcome: 'countersigned', person: other },
    round % 5 === 2
      ? { ...base, type: 'gate.refused', ids: { person: asker }, details: { action: 'challenge.answer', code: 'assertion_invalid' }, outcome: 'refused', workspace: '', person: asker }
      : { ...base, type: 'gate.granted', ids: { ...about, grant: id('grt', run) }, details: { action: 'run.apply', actor: asker }, outcome: 'allowed', person: asker },
    { ...base, type: 'run.apply-started', ids: { ...about, run, person: asker, plan: sha256(run) }, details: { run }, outcome: 'done', person: asker },
    { ...base, type: 'run.outcome', ids: { ...about, run }, details: { run, result: round % 4 === 3 ? 'failed' : 'applied', summary: 'Apply complete! Resources: 3 added, 3 changed, 2 destroyed.' }, outcome: round % 4 === 3 ? 'failed' : 'done' },
    { ...base, type: 'state.read', ids: { state: id('stw', workspace), person: mei, credential: id('stc', run) }, details: { workspace, version: 12, tier: 'full' }, outcome: 'done', person: mei },
  ]
  return steps[index % steps.length] ?? { ...base, type: 'test.nothing', ids: {}, details: {}, outcome: 'done' }
}

function written(ledger: FakeLedger, index: number): Entry {
  const say = told(index)
  const at = ledger.began + index * EVERY
  const text = canonical(say.details)
  const salt = createHash('sha256').update(`salt ${index}`).digest()
  const leaf = canonical({ v: 1, type: say.type, time: new Date(at).toISOString(), ids: say.ids, commitment: sha256('countersign.details.v1\n', salt, text) })
  return { ...say, index, at, leaf, salt: salt.toString('base64url'), text }
}

const hash = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()
const hashOf = ({ leaf }: { leaf: string }): Buffer => hash(Buffer.of(0), Buffer.from(leaf))

/** RFC 6962 section 2.1, word by word. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest()
  const [only] = leaves
  if (leaves.length === 1 && only !== undefined) return only
  const k = split(leaves.length)
  return hash(Buffer.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}

function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

function path(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return []
  const k = split(leaves.length)
  return m < k ? [...path(m, leaves.slice(0, k)), rootOf(leaves.slice(k))] : [...path(m - k, leaves.slice(k)), rootOf(leaves.slice(0, k))]
}

function subproof(m: number, leaves: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [rootOf(leaves)]
  const k = split(leaves.length)
  return m <= k ? [...subproof(m, leaves.slice(0, k), whole), rootOf(leaves.slice(k))] : [...subproof(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))]
}

const hex = (list: readonly Buffer[]): string[] => list.map((one) => one.toString('hex'))

function treeOf({ entries, lie }: FakeLedger, size: number): Buffer[] {
  return entries.slice(0, size).map((entry) => (lie === 'rewritten' && entry.index === 3 ? hash(Buffer.from('another history')) : hashOf(entry)))
}

export function checkpointOf(ledger: FakeLedger, size = ledger.size): { checkpoint: string; size: number; root: string } {
  const root = rootOf(treeOf(ledger, size))
  const body = `${origin}\n${size}\n${root.toString('base64')}\n`
  const { privateKey, keyed } = ledger.lie === 'other-key' ? newKey() : ledger.keys
  const signature = sign(null, Buffer.from(ledger.lie === 'signature' ? `${body} ` : body), privateKey)
  return { checkpoint: `${body}\n\u2014 ${origin} ${Buffer.concat([keyId(keyed), signature]).toString('base64')}\n`, size, root: root.toString('hex') }
}

export const consistencyOf = (ledger: FakeLedger, from: number, to: number): { proof: string[] } => ({ proof: hex(subproof(from, treeOf(ledger, to), true)) })

function shown(ledger: FakeLedger, entry: Entry, leaves: readonly Buffer[]): unknown {
  const lies = entry.index === ledger.size - 3 ? ledger.lie : null
  return {
    index: entry.index, leaf: lies === 'leaf' ? entry.leaf.replace(/usr_[0-9a-f]{4}/u, 'usr_0000') : entry.leaf, salt: entry.salt, details: lies === 'details' ? entry.text.replace(/\}$/u, ',"x":1}') : entry.text,
    outcome: lies === 'index' ? 'countersigned' : entry.outcome, workspace: entry.workspace, person: entry.person, proof: hex(path(entry.index, leaves)),
  }
}

/** `before` and `size` as the server takes them; what is looked for the same, on what the story tells of itself. */
export function searchOf(ledger: FakeLedger, asked: URLSearchParams, me: string): unknown {
  const size = Number(asked.get('size') ?? ledger.size)
  const limit = Number(asked.get('limit') ?? 50)
  const found = matching(ledger, asked, me).filter(({ index }) => index < Math.min(size, Number(asked.get('before') ?? size))).toReversed()
  const leaves = treeOf(ledger, size)
  const page = found.slice(0, limit)
  const { checkpoint, root } = checkpointOf(ledger, size)
  return {
    size, root, checkpoint: asked.has('size') ? '' : checkpoint, entries: page.map((entry) => shown(ledger, entry, leaves)), people, next: found.length > limit ? (page.at(-1)?.index ?? null) : null,
    lacking: ledger.lie === 'hidden' ? 2 : 0,
  }
}

export function newerOf(ledger: FakeLedger, asked: URLSearchParams, me: string): unknown {
  return { count: matching(ledger, asked, me).filter(({ index }) => index > Number(asked.get('after'))).length, more: false }
}

export function entryOf(ledger: FakeLedger, index: number): unknown {
  const entry = ledger.entries[index]
  return entry === undefined ? null : { ...checkpointOf(ledger), people, entry: shown(ledger, entry, treeOf(ledger, ledger.size)) }
}

function matching({ entries, size }: FakeLedger, asked: URLSearchParams, me: string): Entry[] {
  const [person, workspace, action, outcome, wantedId] = ['person', 'workspace', 'action', 'outcome', 'id'].map((name) => asked.get(name))
  const moment = (name: string, otherwise: number): number => (asked.has(name) ? Date.parse(asked.get(name) ?? '') : otherwise)
  const whose = (one: string): boolean => (person === 'me' ? one === me : one === person || (people[one] ?? '').toLowerCase().includes(person?.toLowerCase() ?? ''))
  return entries.slice(0, size).filter((entry) =>
    (person === null || whose(entry.person)) && (workspace == null || entry.workspace === workspace || entry.workspace.startsWith(`${workspace}/`)) &&
    (action == null || action.split(',').some((one) => entry.type === one || entry.type.startsWith(`${one}.`))) && (outcome == null || outcome.split(',').includes(entry.outcome)) &&
    (wantedId == null || Object.values(entry.ids).includes(wantedId)) && entry.at >= moment('since', 0) && entry.at < moment('until', Infinity))
}

export const trustOf = ({ keys }: FakeLedger): unknown => ({ v: 1, type: 'countersign.trust', instance, ledgerKeys: [keys.vkey] })
