/**
 * What was reported of the effect, bound to the consent: the grant, what began under it, and its outcome.
 *
 * A report is what the executor told the server, and a record is what the server says that it did. They prove that it was logged
 * then, not what the world did; and a bundle can leave a later one out.
 */
import { ProofError } from '../errors.ts'
import type { Effect } from '../types/verdict.ts'
import { type EffectInput, type Found, mismatch, order } from './effect-input.ts'
import { checkReport, checkStart } from './effect-run.ts'
import { checkRecords, checkRedeemed } from './effect-state.ts'
import { leavesOf, onlyLeaf, requiredLeaf } from './leaves.ts'

/** The run was created with this subject, and the gate decided on it before anybody countersigned. */
function checkBefore({ subject, subjectDigest, leaves, recorded }: EffectInput): void {
  const created = subject.kind === 'run' ? requiredLeaf(leaves, 'run.created') : onlyLeaf(leaves, 'run.created')
  const isOurs = subject.kind === 'run' && created?.details.run === subject.run && created.details.subjectDigest === subjectDigest
  if (created !== undefined && !isOurs) throw mismatch('the run that was created is another one')

  const [decided, ...again] = leavesOf(leaves, 'gate.decided').filter(({ details }) => details.subjectDigest === subjectDigest)
  if (decided === undefined) throw new ProofError('leaf_missing', 'no decision over this subject is among the leaves')
  const { digest, rule } = subject.policy
  for (const { details } of [decided, ...again]) {
    const same = details.action === subject.action && details.policy === digest && details.rule === rule
    if (!same || details.decision === 'deny') throw mismatch('the gate decided otherwise than the subject says')
  }
  if (recorded.some(({ index }) => index <= decided.index)) throw order('somebody countersigned before the gate had decided')
}

/** The grant: after every countersignature, for this subject and this executor. A policy may do without. */
function checkGrant({ subject, subjectDigest, leaves, recorded }: EffectInput): Found<'gate.granted'> {
  const granted = subject.kind === 'policy' ? onlyLeaf(leaves, 'gate.granted') : requiredLeaf(leaves, 'gate.granted')
  if (granted === undefined) return undefined
  if (granted.details.subjectDigest !== subjectDigest) throw mismatch('the grant is for another subject')
  if (subject.kind !== 'policy' && granted.details.executor !== subject.executor) throw mismatch('the grant is for another executor')
  if (recorded.some(({ index }) => index >= granted.index)) throw order('the grant was given before all countersignatures were')
  return granted
}

const nothing: Effect = {
  outcome: 'none', grantedAt: null, startedAt: null, reportedAt: null, summary: null, stateSerial: null, stateDigest: null, treeUnchanged: null, records: [],
}

/** When the consent was made use of: as late as the leaves tell. */
export type CheckedEffect = { effect: Effect; usedAt: string }

/** @throws ProofError leaf_..., grant_expired, evidence_outcome */
export function checkEffect(input: EffectInput): CheckedEffect {
  const { subject } = input
  checkBefore(input)
  const granted = checkGrant(input)
  const [started, checked] = subject.kind === 'state' ? effectOfState({ ...input, subject }, granted) : effectOfRun(input, granted)
  const recorded = input.recorded.map(({ time }) => time).sort()
  const effect = { ...nothing, outcome: input.outcome, grantedAt: granted?.leaf.time ?? null, startedAt: started, ...checked }
  return { effect, usedAt: started ?? granted?.leaf.time ?? recorded.at(-1) ?? '' }
}

type Checked = [startedAt: string | null, effect: Partial<Effect>]

function effectOfState(input: Parameters<typeof checkRedeemed>[0], granted: Found<'gate.granted'>): Checked {
  const redeemed = checkRedeemed(input, granted)
  checkStart({ ...input, outcome: 'none' }, granted)
  checkReport({ ...input, outcome: 'none' }, undefined)
  const records = checkRecords(input, redeemed)
  return [redeemed?.leaf.time ?? null, { reportedAt: records.at(-1)?.time ?? null, records }]
}

function effectOfRun(input: EffectInput, granted: Found<'gate.granted'>): Checked {
  const started = checkStart(input, granted)
  const report = checkReport(input, started)
  if (report === undefined) return [started?.leaf.time ?? null, {}]
  const { summary, stateSerial, stateDigest, treeUnchanged } = report.details
  return [started?.leaf.time ?? null, { reportedAt: report.leaf.time, summary, stateSerial, stateDigest, treeUnchanged }]
}
