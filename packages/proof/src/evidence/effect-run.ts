/** Of a run: the apply that began under the grant, and what was reported of it. A policy has neither. */
import { ProofError } from '../errors.ts'
import { type EffectInput, type Found, mismatch, order, unsaid } from './effect-input.ts'
import { leavesOf, onlyLeaf, requiredLeaf } from './leaves.ts'

export function checkStart(input: EffectInput, granted: Found<'gate.granted'>): Found<'run.apply-started'> {
  const { subject, leaves, outcome } = input
  const started = outcome === 'none' ? onlyLeaf(leaves, 'run.apply-started') : requiredLeaf(leaves, 'run.apply-started')
  if (started === undefined) return undefined
  if (outcome === 'none' || subject.kind !== 'run' || granted === undefined) throw unsaid()
  const { run, grant, planFile } = started.details
  if (run !== subject.run) throw mismatch('the apply that began is of another run')
  if (grant !== granted.details.grant) throw mismatch('the apply began under another grant')
  if (planFile !== subject.plan.file) throw mismatch('the plan file that was applied is not the one that was countersigned')
  if (started.index <= granted.index) throw order('the apply began before it was granted')
  if (started.leaf.time > granted.details.expires) {
    throw new ProofError('grant_expired', 'the apply began after its grant had expired')
  }
  return started
}

/** A crash may be reported as unknown first, and as what it was later: the last report counts. */
export function checkReport({ subject, leaves, outcome }: EffectInput, started: Found<'run.apply-started'>): Found<'run.outcome'> {
  const reports = leavesOf(leaves, 'run.outcome')
  if (reports.some(({ details }) => subject.kind !== 'run' || details.run !== subject.run)) {
    throw mismatch('the outcome that was reported is of another run')
  }
  const last = reports.at(-1)
  if (last === undefined) {
    if (outcome !== 'applied' && outcome !== 'failed') return undefined
    throw new ProofError('leaf_missing', 'the ledger leaf "run.outcome" is missing from the bundle')
  }
  const earlier = reports.slice(0, -1)
  if (last.details.result !== outcome || earlier.some(({ details }) => details.result !== 'unknown')) throw unsaid()
  if (started === undefined || reports.some(({ index }) => index <= started.index)) {
    throw order('an outcome was reported before the apply began')
  }
  return last
}
