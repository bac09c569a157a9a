/**
 * What was reported of the effect, bound to the consent: the grant, the apply that began under it, and its outcome.
 *
 * A report is what the executor told the server. It proves that it was told and logged then, not what the world did; and
 * a bundle can leave a later report out.
 */
import { ProofError } from '../errors.ts'
import type { KnownLeafType, Outcome } from '../types/record.ts'
import type { PolicySubject, RunSubject } from '../types/subject.ts'
import type { Effect } from '../types/verdict.ts'
import { leavesOf, onlyLeaf, requiredLeaf, type VerifiedLeaf } from './leaves.ts'
import type { RecordedSigner } from './record.ts'

type Input = {
  subject: RunSubject | PolicySubject
  subjectDigest: string
  leaves: readonly VerifiedLeaf[]
  recorded: readonly RecordedSigner[]
  outcome: Outcome
}

type Found<T extends KnownLeafType> = VerifiedLeaf<T> | undefined

const mismatch = (why: string): ProofError => new ProofError('leaf_mismatch', why)
const order = (why: string): ProofError => new ProofError('leaf_order', why)
const unsaid = (): ProofError =>
  new ProofError('evidence_outcome', 'the outcome that the bundle names is not the one that its leaves report')

/** The run was created with this subject, and the gate decided on it before anybody countersigned. */
function checkBefore({ subject, subjectDigest, leaves, recorded }: Input): void {
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

/** The grant: after every countersignature, for this subject and this executor. A run has one; a policy may do without. */
function checkGrant({ subject, subjectDigest, leaves, recorded }: Input): Found<'gate.granted'> {
  const granted = subject.kind === 'run' ? requiredLeaf(leaves, 'gate.granted') : onlyLeaf(leaves, 'gate.granted')
  if (granted === undefined) return undefined
  if (granted.details.subjectDigest !== subjectDigest) throw mismatch('the grant is for another subject')
  if (subject.kind === 'run' && granted.details.executor !== subject.executor) throw mismatch('the grant is for another executor')
  if (recorded.some(({ index }) => index >= granted.index)) throw order('the grant was given before all countersignatures were')
  return granted
}

function checkStart(input: Input, granted: Found<'gate.granted'>): Found<'run.apply-started'> {
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
function checkReport({ subject, leaves, outcome }: Input, started: Found<'run.apply-started'>): Found<'run.outcome'> {
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

/** When the consent was made use of: as late as the leaves tell. */
export type CheckedEffect = { effect: Effect; usedAt: string }

/** @throws ProofError leaf_..., grant_expired, evidence_outcome */
export function checkEffect(input: Input): CheckedEffect {
  checkBefore(input)
  const granted = checkGrant(input)
  const started = checkStart(input, granted)
  const report = checkReport(input, started)
  const recorded = input.recorded.map(({ time }) => time).sort()
  const effect: Effect = {
    outcome: input.outcome,
    grantedAt: granted?.leaf.time ?? null,
    startedAt: started?.leaf.time ?? null,
    reportedAt: report?.leaf.time ?? null,
    summary: report?.details.summary ?? null,
    stateSerial: report?.details.stateSerial ?? null,
    stateDigest: report?.details.stateDigest ?? null,
    treeUnchanged: report?.details.treeUnchanged ?? null,
  }
  return { effect, usedAt: started?.leaf.time ?? granted?.leaf.time ?? recorded.at(-1) ?? '' }
}
