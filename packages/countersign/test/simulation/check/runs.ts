/** A plan is applied once, with a leaf for each thing that happened to its run. */
import { ofType, pair, type Facts } from './facts.ts'

export function checkRuns(facts: Facts): void {
  const { runs, consumed, blame } = facts
  const started = ofType(facts, 'run.apply-started')
  pair(facts, 'run', runs.map(({ id }) => id), ofType(facts, 'run.created').map(({ ids }) => ids['run'] ?? ''))
  pair(facts, 'started run', runs.filter(({ started_at }) => started_at !== null).map(({ id }) => id), started.map(({ ids }) => ids['run'] ?? ''))
  pair(facts, 'applied plan', consumed.map(({ plan_file }) => plan_file), started.map(({ ids }) => ids['plan'] ?? ''))
  pair(facts, 'cancelled run', runs.filter(({ state }) => state === 'cancelled').map(({ id }) => id), ofType(facts, 'run.cancelled').map(({ ids }) => ids['run'] ?? ''))
  pair(facts, 'decision', [...runs, ...facts.requests.filter(({ subject }) => subject !== '')].map(({ id }) => id), ofType(facts, 'gate.decided').map(({ ids }) => ids['ref'] ?? ''))
  for (const run of runs) {
    const told = ofType(facts, 'run.outcome').filter(({ ids }) => ids['run'] === run.id).map(({ details }) => String(details['result']))
    if (told.filter((one) => one !== 'unknown').length > 1) blame(`run ${run.id} ended ${told.join(', then ')}`)
    const expected = run.started_at === null ? undefined : run.state === 'applying' ? undefined : run.state === 'outcome-unknown' ? 'unknown' : run.state
    if (told.at(-1) !== expected) blame(`run ${run.id} is ${run.state}, and the ledger says ${told.at(-1) ?? 'nothing'} of its end`)
  }
}
