/** Attacks on what the ledger says was done: a server that logs lies, or leaves something out. */
import { type Evidence, type JsonObject, subjectDigest } from '../../src/index.ts'
import { idOf } from '../support/authenticator.ts'
import { keys, runSubject, type Story, tellRun } from '../support/scenario.ts'
import { digestFor } from '../support/world.ts'
import { type Attack, lie, type Made } from './attack.ts'
import { alone } from './bases.ts'

const otherId = (prefix: string): string => `${prefix}_${'9'.repeat(32)}`

/** One member of the details of one type of leaf, told differently. */
const details = (name: string, expect: Attack['expect'], type: string, member: string, value: string | number | null): Attack =>
  lie(name, expect, {
    details: (logged, own) => (logged === type ? { ...own, [member]: value } : own),
    ids: (logged, own) => (logged === type && member in own && typeof value === 'string' ? { ...own, [member]: value } : own),
  })

/** A good run, and the finished bundle changed. */
const changed = (name: string, expect: Attack['expect'], change: (evidence: Evidence) => Evidence): Attack => ({
  name,
  base: 'run',
  expect,
  make: async (): Promise<Made> => {
    const told = await tellRun({}, await alone())
    return { trust: told.trust, evidence: change(told.evidence) }
  },
})

const without = (type: string) => (evidence: Evidence): Evidence => ({
  ...evidence,
  ledger: { ...evidence.ledger, leaves: evidence.ledger.leaves.filter(({ leaf }) => !leaf.includes(`"type":"${type}"`)) },
})

const logged: Attack[] = [
  details('another plan file was applied', 'leaf_mismatch', 'run.apply-started', 'planFile', digestFor('another plan')),
  details('another run was applied', 'leaf_mismatch', 'run.apply-started', 'run', otherId('run')),
  details('it was applied under another grant', 'leaf_mismatch', 'run.apply-started', 'grant', otherId('grt')),
  details('the grant is for another subject', 'leaf_mismatch', 'gate.granted', 'subjectDigest', digestFor('another')),
  details('the grant is for another executor', 'leaf_mismatch', 'gate.granted', 'executor', 'A'.repeat(43)),
  details('the outcome is of another run', 'leaf_mismatch', 'run.outcome', 'run', otherId('run')),
  details('the run that was created is another one', 'leaf_mismatch', 'run.created', 'run', otherId('run')),
  details('the run was created with another subject', 'leaf_mismatch', 'run.created', 'subjectDigest', digestFor('another')),
  details('the decision was over another subject', 'leaf_missing', 'gate.decided', 'subjectDigest', digestFor('another')),
  details('the gate had denied it', 'leaf_mismatch', 'gate.decided', 'decision', 'deny'),
  details('another rule decided', 'leaf_mismatch', 'gate.decided', 'rule', 'another'),
  details('another policy decided', 'leaf_mismatch', 'gate.decided', 'policy', digestFor('another policy')),
  details('the decision was over another action', 'leaf_mismatch', 'gate.decided', 'action', 'run.read'),
  details('the countersignature is recorded for another subject', 'leaf_mismatch', 'gate.countersigned', 'subjectDigest', digestFor('another')),
  details('another countersignature is recorded', 'leaf_missing', 'gate.countersigned', 'countersignatureDigest', digestFor('another')),
  details('the outcome has a result that there is not', 'leaf_details', 'run.outcome', 'result', 'done'),
  details('the outcome has a serial that is no number', 'leaf_details', 'run.outcome', 'stateSerial', 'x'),
  details('it is not known whether the tree is unchanged: nothing is wrong', 'valid', 'run.outcome', 'treeUnchanged', null),
  details('details with a member that is not known: nothing is wrong', 'valid', 'gate.granted', 'note', 'x'),
  lie('details without a member', 'leaf_details', { details: (type, { grant: _, ...own }) => (type === 'gate.granted' ? own : { ...own, ...(_ === undefined ? {} : { grant: _ }) }) }),
  lie('ids that differ from the details', 'leaf_mismatch', { ids: (type, own) => (type === 'gate.granted' ? { ...own, grant: otherId('grt') } : own) }),
  lie('a countersignature recorded as that of another person', 'leaf_mismatch', { ids: (type, own) => (type === 'gate.countersigned' ? { ...own, person: otherId('usr') } : own) }),
  lie('two grants', 'leaf_repeated', { twice: ['gate.granted'] }),
  lie('two applies', 'leaf_repeated', { twice: ['run.apply-started'] }),
  lie('two outcomes', 'evidence_outcome', { twice: ['run.outcome'] }),
  lie('two records of one countersignature', 'leaf_repeated', { twice: ['gate.countersigned'] }),
  lie('an outcome that the ledger does not report', 'evidence_outcome', { outcome: 'applied', result: 'failed' }),
  lie('a clock that goes back', 'leaf_order', {
    before: (step, world) => {
      if (step === 'gate.granted') world.tick(-15_101)
    },
  }),
  lie('a clock that was set right by less than five seconds: nothing is wrong', 'valid', {
    before: (step, world) => {
      if (step === 'gate.granted') world.tick(-5000)
    },
  }),
]

const missing: Attack[] = [
  ...['run.created', 'gate.decided', 'gate.countersigned', 'gate.granted', 'run.apply-started', 'run.outcome'].map((type) => changed(`without the leaf ${type}`, 'leaf_missing', without(type))),
  changed('without any leaf', 'leaf_missing', (evidence) => ({ ...evidence, ledger: { ...evidence.ledger, leaves: [] } })),
  changed('leaves in another order', 'leaf_order', (evidence) => ({ ...evidence, ledger: { ...evidence.ledger, leaves: evidence.ledger.leaves.toReversed() } })),
  changed('one leaf twice', 'leaf_order', (evidence) => ({ ...evidence, ledger: { ...evidence.ledger, leaves: evidence.ledger.leaves.flatMap((leaf, i) => (i === 0 ? [leaf, leaf] : [leaf])) } })),
  changed('said to be started, with an outcome reported', 'evidence_outcome', (evidence) => ({ ...evidence, outcome: 'started' })),
  changed('said to be granted only, with an apply begun', 'evidence_outcome', (evidence) => ({ ...evidence, outcome: 'none' })),
  changed('said to be unknown, with an outcome reported', 'evidence_outcome', (evidence) => ({ ...evidence, outcome: 'unknown' })),
]

/** A run in which one leaf stands before all the others of it. */
const early = (name: string, type: string, story: Story, details: (run: string, grant: string, planFile: string) => JsonObject): Attack => ({
  name,
  base: 'run',
  expect: 'leaf_order',
  make: async () => {
    const world = await alone()
    const { run, plan } = runSubject(world)
    const first = await world.log(type, { run }, details(run, idOf('grt', world.name), plan.file))
    const told = await tellRun({ ...story, skip: [type] }, world)
    const { subject, countersignatures, ledger, outcome } = told.evidence
    const leaves = [first, ...ledger.leaves.map(({ index }) => index)]
    return { trust: told.trust, evidence: await world.evidence({ subject, countersignatures, leaves, outcome }) }
  },
})

/** Steps told in another order than they may happen in. */
const order: Attack[] = [
  {
    name: 'granted before the countersignature was recorded',
    base: 'run',
    expect: 'leaf_order',
    make: async () => {
      const world = await alone()
      const told = await tellRun({ outcome: 'none', skip: ['gate.granted'] }, world)
      const first = told.evidence.ledger.leaves.find(({ leaf }) => leaf.includes('gate.countersigned'))
      const { subjectDigest } = JSON.parse(first?.details ?? '{}') as { subjectDigest: string }
      const other = await alone()
      const grant = otherId('grt')
      const early = await other.log('gate.granted', { grant }, { grant, subjectDigest, executor: told.subject.kind === 'run' ? told.subject.executor : '', expires: other.now(900_000) })
      const late = await tellRun({ outcome: 'none', skip: ['gate.granted'] }, other)
      const leaves = [early, ...late.evidence.ledger.leaves.map(({ index }) => index)]
      return { trust: late.trust, evidence: await other.evidence({ subject: late.evidence.subject, countersignatures: late.evidence.countersignatures, leaves, outcome: 'none' }) }
    },
  },
  {
    name: 'first unknown, and reported as applied later: nothing is wrong',
    base: 'run',
    expect: 'valid',
    make: async () => {
      const world = await alone()
      const told = await tellRun({ outcome: 'unknown' }, world)
      const run = told.subject.kind === 'run' ? told.subject.run : ''
      const late = await world.log('run.outcome', { run }, { run, result: 'applied', summary: 'reported after a crash', stateSerial: 42, stateDigest: digestFor('state after'), treeUnchanged: null })
      const { subject, countersignatures, ledger } = told.evidence
      return { trust: told.trust, evidence: await world.evidence({ subject, countersignatures, leaves: [...ledger.leaves.map(({ index }) => index), late], outcome: 'applied' }) }
    },
  },
  early('applied before it was granted', 'run.apply-started', { outcome: 'started' }, (run, grant, planFile) => ({ run, grant, planFile })),
  early('reported before it was applied', 'run.outcome', {}, (run) => ({ run, result: 'applied', summary: '', stateSerial: 42, stateDigest: '', treeUnchanged: null })),
  {
    name: 'countersigned before the gate had decided',
    base: 'run',
    expect: 'leaf_order',
    make: async () => {
      const world = await alone()
      const told = await tellRun({ outcome: 'none', skip: ['gate.decided'] }, world)
      const { subject, countersignatures, ledger } = told.evidence
      const { rule, digest: policy } = told.subject.policy
      const details = { action: 'run.apply', subjectDigest: await subjectDigest(subject), decision: 'step-up', rule, policy }
      const late = await world.log('gate.decided', {}, details)
      const leaves = [...ledger.leaves.map(({ index }) => index), late]
      return { trust: told.trust, evidence: await world.evidence({ subject, countersignatures, leaves, outcome: 'none' }) }
    },
  },
  {
    name: 'begun, and said to be granted only',
    base: 'run',
    expect: 'evidence_outcome',
    make: async () => {
      const told = await tellRun({ outcome: 'started' }, await alone())
      return { trust: told.trust, evidence: { ...told.evidence, outcome: 'none' } }
    },
  },
  lie('a countersignature over the checkpoint that records it', 'envelope_checkpoint', { signings: [{ by: keys.alice, role: 'self', envelope: { checkpoint: { size: 3, root: 'a'.repeat(64) } } }] }),
]

export const ledgerAttacks: Attack[] = [...logged, ...missing, ...order]
