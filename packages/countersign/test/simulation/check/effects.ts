/**
 * A run reaches its state with one credential, while it is applied; what it wrote is compared with its consent, and what differs closes the
 * workspace until a person has decided about just that.
 */
import { strange } from '../scenes/effects.ts'
import { pair, ofType, type Facts } from './facts.ts'

/** What decides about an effect that differs: that it stays, or that something else is current. */
const decided: ReadonlySet<string> = new Set(['state.effect-accepted', 'state.rolled-back', 'state.accepted', 'state.deleted'])

export function checkEffects(facts: Facts): void {
  const { leaves, runs, stateRuns, credentials, blame } = facts
  const ofRuns = credentials.filter(({ run }) => run !== '')
  if (new Set(ofRuns.map(({ run }) => run)).size !== ofRuns.length) blame('a run has two credentials')
  pair(facts, 'run with a credential', stateRuns.map(({ run }) => run), ofRuns.map(({ run }) => run))
  for (const { index, ids, type } of leaves) {
    const run = ids['run'] ?? ''
    if (run === '' || !['state.credential-issued', 'state.head.write'].includes(type)) continue
    const started = ofType(facts, 'run.apply-started').find((leaf) => leaf.ids['run'] === run)
    const ended = ofType(facts, 'run.outcome').find((leaf) => leaf.ids['run'] === run && (type !== 'state.head.write' || leaf.details['result'] !== 'unknown'))
    if (!started || started.index > index || (ended && ended.index < index)) blame(`leaf ${index}, ${type}: run ${run} is not being applied then`)
  }
  for (const { run, ended, judged_at } of stateRuns) {
    const state = runs.find(({ id }) => id === run)?.state
    if (ended !== '' && judged_at === null) blame(`run ${run} has ended, and nobody has compared what it did`)
    if ((ended === 'applied' || ended === 'failed') !== (state === 'applied' || state === 'failed')) blame(`run ${run} is ${state}, and its state knows of "${ended}"`)
  }
  verdicts(facts)
}

function verdicts(facts: Facts): void {
  const { leaves, versions, workspaces, calls, stateRuns, blame } = facts
  const strangeOnes = new Set(calls.filter(({ what, about }) => what === 'POST' && String(about['resources']).includes(strange)).map(({ about }) => about['digest']))
  const known = new Set(calls.filter(({ what }) => what === 'POST').map(({ about }) => about['digest']))
  for (const { index, ids, details } of ofType(facts, 'state.reconciled')) {
    const row = versions.find(({ number, workspace }) => number === details['version'] && workspaces.some(({ id, name }) => id === workspace && name === details['workspace']))
    const base = stateRuns.find(({ run }) => run === ids['run'])?.base_version
    const wrote = row !== undefined && row.run === ids['run']
    // Over no state at all whatever is there was added.
    if (base !== 0 && row !== undefined && known.has(row.digest)) {
      // What was planned is an update, and that may change nothing.
      const agrees = !wrote || !strangeOnes.has(row.digest)
      if (String(details['agrees']) !== String(agrees)) blame(`leaf ${index}: what run ${ids['run']} wrote ${agrees ? 'agrees' : 'differs'}, and it is said that it ${agrees ? 'differs' : 'agrees'}`)
    }
    if (String(details['agrees']) === 'true') continue
    if (!isFrozenAfter(facts, index, ids['state'] ?? '')) blame(`leaf ${index}: what run ${ids['run']} did differs, and the workspace stays open`)
    const opened = leaves.find((leaf) => leaf.index > index && leaf.type === 'state.thawed' && leaf.ids['state'] === ids['state'])
    if (opened && !leaves.some((leaf) => leaf.index > index && leaf.index < opened.index && leaf.ids['ref'] === opened.ids['ref'] && decided.has(leaf.type))) blame(`leaf ${opened.index}: opens the workspace, and nobody has decided about what run ${ids['run']} did`)
  }
}

/** Closed before, or in the same unit: nothing else of this state comes between. */
function isFrozenAfter({ leaves }: Facts, index: number, state: string): boolean {
  const own = leaves.filter(({ ids, type }) => ids['state'] === state && (type === 'state.frozen' || type === 'state.thawed' || type === 'state.head.write' || type === 'state.locked'))
  const last = own.findLast((leaf) => leaf.index < index && leaf.type !== 'state.head.write' && leaf.type !== 'state.locked')
  return last?.type === 'state.frozen' || own.find((leaf) => leaf.index > index)?.type === 'state.frozen'
}
