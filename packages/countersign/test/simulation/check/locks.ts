/**
 * The ledger read as a history of locks: never two who hold one, no write but by who holds it now, with a higher serial than before, and
 * the tables where the history ends.
 */
import { READS_PER_LOCK } from '../../../src/doors/state/read.ts'
import { pair, ofType, type Facts, type Leaf } from './facts.ts'

type Held = { lock: string; credential: string; mode: string; since: number; request: string }
type State = { held: Held | null; frozen: boolean; version: number; serials: Map<string, number>; reads: Map<string, number> }
type Step = (state: State, leaf: Leaf, blame: (what: string) => void) => void

const LOCK_CAP = 3600_000

const ends: Step = (state, { details }, blame) => {
  if (state.held?.lock !== details['lock']) blame(`ends a lock that is not held: ${String(details['lock'])}`)
  state.held = null
}

/** What is current goes on: under a higher serial than its lineage ever had. */
const goesOn: Step = (state, { ids }, blame) => {
  const [lineage = '', serial] = [ids['lineage'], Number(ids['serial'])]
  if (serial <= (state.serials.get(lineage) ?? -1)) blame(`makes serial ${serial} current after ${state.serials.get(lineage)}`)
  state.serials.set(lineage, serial)
  state.version = Number(ids['number'])
}

/** Another version becomes current by a decision: never under somebody who writes. */
const decided: Step = (state, leaf, blame) => {
  const { held } = state
  if (held?.mode === 'write' && leaf.at < held.since + LOCK_CAP) blame(`makes another version current while ${held.lock} is held for writing`)
  goesOn(state, leaf, blame)
}

const steps: Record<string, Step> = {
  'state.locked': (state, { ids, details, at }, blame) => {
    if (state.held !== null) blame(`gives the lock to ${String(details['lock'])} while ${state.held.lock} holds it`)
    if (state.frozen && details['mode'] === 'write') blame('gives a lock for writing in a frozen workspace')
    state.held = { lock: String(details['lock']), credential: ids['credential'] ?? '', mode: String(details['mode']), since: at, request: ids['ref'] ?? '' }
  },
  'state.unlocked': ends,
  'state.lock-ended': (state, leaf, blame) => {
    if (leaf.details['why'] === 'capped' && state.held !== null && leaf.at < state.held.since + LOCK_CAP) blame('ends a lock before its time')
    ends(state, leaf, blame)
  },
  'state.force-unlocked': ends,
  'state.frozen': (state) => void (state.frozen = true),
  'state.thawed': (state) => void (state.frozen = false),
  'state.read': (state, { ids, details }, blame) => {
    if (!String(details['purpose']).startsWith('lock')) return
    const reads = (state.reads.get(ids['ref'] ?? '') ?? 0) + 1
    state.reads.set(ids['ref'] ?? '', reads)
    if (state.held?.request !== ids['ref'] || reads > READS_PER_LOCK) blame(`is the ${reads}. reading under a lock that is ${state.held?.request === ids['ref'] ? 'held' : 'not held'}`)
  },
  'state.head.write': (state, leaf, blame) => {
    const [{ held }, { details, at }] = [state, leaf]
    if (held === null || held.lock !== details['lock'] || held.credential !== details['credential']) blame(`makes a write current that came under ${String(details['lock'])} while ${held?.lock ?? 'nobody'} holds the lock`)
    else if (at >= held.since + LOCK_CAP) blame('makes a write current that came after the time of its lock')
    if (state.frozen) blame('makes a write current in a frozen workspace')
    goesOn(state, leaf, blame)
  },
  'state.head.rollback': decided,
  'state.head.accepted': decided,
  'state.head.import': (state, leaf, blame) => {
    if (state.frozen) blame('imports into a frozen workspace')
    decided(state, leaf, blame)
  },
  // Whoever begins anew begins at any serial.
  'state.head.none': (state) => {
    state.version = 0
    state.serials.clear()
  },
  'state.head.restored': (state, { ids }) => {
    state.version = Number(ids['number'])
    state.serials.set(ids['lineage'] ?? '', Number(ids['serial']))
  },
}

export function checkLocks(facts: Facts): void {
  const { leaves, workspaces, versions, locks, blame } = facts
  const revoked = new Set<string>()
  const states = new Map(workspaces.map(({ id }): [string, State] => [id, { held: null, frozen: false, version: 0, serials: new Map(), reads: new Map() }]))
  for (const leaf of leaves) {
    if (leaf.type === 'state.credential-revoked') revoked.add(leaf.ids['credential'] ?? '')
    const state = states.get(leaf.ids['state'] ?? '')
    if (!state) continue
    const say = (what: string): void => blame(`leaf ${leaf.index}, ${leaf.type}, ${what}`)
    if (['state.head.write', 'state.locked'].includes(leaf.type) && revoked.has(leaf.ids['credential'] ?? String(leaf.details['credential']))) say('counts for a credential that was revoked before')
    steps[leaf.type]?.(state, leaf, say)
  }
  for (const { id, name, version, frozen_at } of workspaces) {
    const state = states.get(id)
    const lock = locks.find(({ workspace }) => workspace === id)
    if (state?.held?.lock !== lock?.lock) blame(`${name}: by the ledger ${state?.held?.lock ?? 'nobody'} holds the lock, by the table ${lock?.lock ?? 'nobody'}`)
    if (state?.version !== version) blame(`${name}: by the ledger version ${state?.version} is current, by the table ${version}`)
    if (state?.frozen !== (frozen_at !== null)) blame(`${name}: ledger and table do not agree whether it is frozen`)
  }
  const kept = leaves.filter(({ type }) => type.startsWith('state.head.') && !['state.head.none', 'state.head.restored'].includes(type))
  pair(facts, 'version', versions.map(({ id }) => id), [...kept, ...ofType(facts, 'state.quarantined')].map(({ ids }) => ids['version'] ?? ''))
}
