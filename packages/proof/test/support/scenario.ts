/** Whole stories, told in a world: what a good server would do, with one thing changed on demand. */
import { canonicalText, type Countersignature, countersignatureDigest, type Evidence, type JsonObject, type PolicySubject, type Requirement, type RunSubject, type StateSubject, subjectDigest, toBase64url, type TrustFile } from '../../src/index.ts'
import { authenticator, idOf, personOf } from './authenticator.ts'
import { seed } from './keys.ts'
import { digestFor, type KeySigning, personIn, policyRef, type Signing, World } from './world.ts'

export const alice = personOf('Alice')
export const bob = personOf('Bob')
export const carol = personOf('Carol')
export const mallory = personOf('Mallory')

export const keys = {
  alice: authenticator(alice, 'yubikey'),
  aliceSecond: authenticator(alice, 'laptop', { alg: -8, backupEligible: true, backedUp: true }),
  bob: authenticator(bob, 'token', { alg: -257 }),
  carol: authenticator(carol, 'phone', { backupEligible: true }),
  mallory: authenticator(mallory, 'his own'),
}

/** Alice is genesis and has two keys; Bob and Carol may approve; Mallory is a member with no role. */
export async function installation(name = 'one'): Promise<World> {
  const world = new World(name)
  await world.genesis(keys.alice)
  await world.registerEarly(keys.aliceSecond, keys.alice)
  await world.register(keys.bob, keys.alice)
  await world.register(keys.carol, keys.aliceSecond)
  await world.register(keys.mallory, keys.alice)
  await world.role(bob, 'approver', keys.alice)
  await world.role(carol, 'approver', keys.alice, { scope: 'payments' })
  await world.log('server.started', {}, { version: '0.1.0' })
  return world
}

export function runSubject(world: World, over: Partial<RunSubject> = {}, required: Partial<Requirement> = {}): RunSubject {
  return {
    ...world.common,
    kind: 'run',
    action: 'run.apply',
    scope: 'apply',
    mode: 'wrapped',
    derivation: 'client-claimed',
    run: idOf('run', `${world.name} first`),
    requester: alice.id,
    executor: toBase64url(seed('executor')),
    workspace: {
      name: 'payments/billing-prod',
      environment: 'prod',
      enforcement: 'advisory',
      backend: { type: 's3', cliWorkspace: 'default', location: digestFor('location') },
    },
    plan: { file: digestFor('plan file'), json: digestFor('plan json'), redactor: '1' },
    state: { lineage: '3f1c7c56-5d5f-4d43-9b6e-000000000001', serial: 41, digest: digestFor('state') },
    engine: { name: 'terraform', version: '1.11.4', binary: digestFor('engine') },
    providers: [
      { address: 'registry.terraform.io/hashicorp/aws', version: '5.80.0', digest: digestFor('aws') },
      { address: 'registry.terraform.io/hashicorp/random', version: '3.6.0', digest: digestFor('random') },
    ],
    tree: { digest: digestFor('tree'), files: 12, bytes: 34_567, bound: true },
    arguments: ['-parallelism=4'],
    variables: [{ name: 'TF_VAR_region', digest: digestFor('region') }],
    commit: '0123456789abcdef0123456789abcdef01234567',
    dirty: false,
    summary: {
      create: 2,
      update: 0,
      replace: 1,
      delete: 1,
      import: 0,
      forget: 0,
      move: 0,
      read: 0,
      outputs: 1,
      critical: [{ address: 'terraform_data.database', action: 'delete', reason: 'a database is destroyed' }],
      criticalOmitted: 0,
    },
    risk: {
      level: 'high',
      reasons: [{ code: 'destroys_data', address: 'terraform_data.database', detail: 'what it holds is lost' }],
      reasonsOmitted: 0,
    },
    unbound: ['AWS_*', 'PATH'],
    policy: policyRef(required),
    ...over,
  }
}

export function policySubject(world: World, over: Partial<PolicySubject> = {}, required: Partial<Requirement> = {}): PolicySubject {
  return {
    ...world.common,
    kind: 'policy',
    action: 'policy.change',
    change: idOf('pol', `${world.name} first`),
    requester: alice.id,
    from: digestFor('policy'),
    to: digestFor('policy after'),
    effect: ['Applies in "staging" no longer need an approval.'],
    policy: policyRef(required),
    ...over,
  }
}

const noState = { version: 0, lineage: '', serial: 0, digest: '' }
const lineage = '3f1c7c56-5d5f-4d43-9b6e-000000000001'

/** A rollback, from a terminal. */
export function stateSubject(world: World, over: Partial<StateSubject> = {}, required: Partial<Requirement> = {}): StateSubject {
  return {
    ...world.common,
    kind: 'state',
    action: 'state.rollback',
    request: idOf('sta', `${world.name} first`),
    requester: alice.id,
    executor: toBase64url(seed('executor')),
    workspace: { name: 'payments/billing-prod', environment: 'prod', enforcement: 'state-gated' },
    source: '192.0.2.7',
    phase: '',
    tier: '',
    lasts: 0,
    lock: { digest: '', operation: '', who: '', info: '' },
    state: { version: 12, lineage, serial: 41, digest: digestFor('state') },
    target: { version: 9, lineage, serial: 38, digest: digestFor('state before') },
    whole: false,
    changes: {
      added: 1, changed: 0, removed: 1, outputs: 0,
      addresses: [{ address: 'aws_instance.old', change: 'added' }, { address: 'aws_instance.web', change: 'removed' }],
      omitted: 0,
    },
    policy: policyRef(required),
    ...over,
  }
}

/** A lock to write, over the wire. */
export const stateWrite: Partial<StateSubject> = {
  action: 'state.write', executor: idOf('stc', 'terraform'), target: noState,
  lock: { digest: digestFor('lock id'), operation: 'OperationTypeApply', who: 'alice@laptop', info: '' },
  changes: { added: 0, changed: 0, removed: 0, outputs: 0, addresses: [], omitted: 0 },
}

export const statePlan: Partial<StateSubject> = { ...stateWrite, action: 'state.plan', workspace: { name: 'payments/dev', environment: 'dev', enforcement: 'state-gated' } }

export const byAlice: KeySigning = { by: keys.alice, role: 'self' }
export const byBob: KeySigning = { by: keys.bob, role: 'approver' }
export const byCarol: KeySigning = { by: keys.carol, role: 'approver' }
export const twoApprovals: Partial<Requirement> = { approvals: 2, approverRole: 'approver' }

/** What a lying server does between the steps of a run. Each hook sees the world as it then is. */
export type Story = {
  subject?: Partial<RunSubject>
  required?: Partial<Requirement>
  signings?: readonly Signing[]
  /** details of a leaf, changed before it is logged */
  details?: (type: string, details: JsonObject, nth: number) => JsonObject
  ids?: (type: string, ids: Record<string, string>) => Record<string, string>
  before?: (step: string, world: World) => void | Promise<void>
  outcome?: Evidence['outcome']
  /** what the gate says that it decided */
  decision?: string
  /** leaf types that are not logged, or logged twice */
  skip?: readonly string[]
  twice?: readonly string[]
  countersignatures?: (made: Countersignature[]) => Countersignature[]
  /** logged result, when it differs from what the bundle says */
  result?: string
}

export type Told = { world: World; evidence: Evidence; trust: TrustFile; subject: RunSubject | StateSubject | PolicySubject }

async function finish(world: World, subject: Told['subject'], story: Story): Promise<Told> {
  const text = canonicalText(subject)
  const digest = await subjectDigest(text)
  const runId: Record<string, string> = subject.kind === 'run' ? { run: subject.run } : subject.kind === 'state' ? { ref: subject.request } : {}
  const challenge = idOf('chl', world.name)
  const grant = idOf('grt', world.name)
  const leaves: number[] = []
  const { outcome = 'applied' } = story

  const log = async (type: string, ids: Record<string, string>, details: JsonObject): Promise<void> => {
    await story.before?.(type, world)
    if (story.skip?.includes(type)) return
    for (let nth = 0; nth < (story.twice?.includes(type) ? 2 : 1); nth++) {
      const said = story.details?.(type, details, nth) ?? details
      leaves.push(await world.log(type, story.ids?.(type, ids) ?? ids, said))
    }
  }

  if (subject.kind === 'run') await log('run.created', runId, { run: subject.run, subjectDigest: digest })
  const { rule, digest: policy } = subject.policy
  await log('gate.decided', runId, { action: subject.action, subjectDigest: digest, decision: story.decision ?? 'step-up', rule, policy })
  world.tick(20_000)
  let countersignatures: Countersignature[] = []
  for (const signing of story.signings ?? [byAlice]) {
    await story.before?.('touch', world)
    const made = await world.countersign(text, signing)
    world.tick(10_000)
    countersignatures.push(made)
    const details = { challenge, subjectDigest: digest, countersignatureDigest: await countersignatureDigest(made) }
    await log('gate.countersigned', { ...runId, challenge, person: personIn(signing).id }, details)
  }
  countersignatures = story.countersignatures?.(countersignatures) ?? countersignatures
  const executor = subject.kind === 'policy' ? '' : subject.executor
  await log('gate.granted', { ...runId, grant }, { grant, subjectDigest: digest, executor, expires: world.now(900_000) })
  world.tick(5000)
  if (subject.kind === 'run' && outcome !== 'none') {
    await log('run.apply-started', { ...runId, grant }, { run: subject.run, grant, planFile: subject.plan.file })
    world.tick(30_000)
    if (outcome !== 'started') {
      const result = story.result ?? outcome
      const details = { run: subject.run, result, summary: '2 added, 0 changed, 2 destroyed', stateSerial: 42, stateDigest: digestFor('state after'), treeUnchanged: true }
      await log('run.outcome', runId, details)
    }
  }
  if (subject.kind === 'state' && outcome !== 'none') {
    await log('gate.redeemed', { ...runId, grant }, { grant, subjectDigest: digest })
    world.tick(1000)
    if (outcome === 'applied') await log('state.rolled-back', { ...runId, state: idOf('sws', world.name) }, { workspace: subject.workspace.name, version: 13, from: 9, digest: digestFor('state before') })
    if (outcome === 'failed') await log('state.refused', runId, { action: subject.action, code: 'state_mismatch' })
  }
  await world.log('server.stopped', {}, {})
  await story.before?.('evidence', world)
  const evidence = await world.evidence({ subject: text, countersignatures, leaves, outcome })
  return { world, evidence, trust: await world.trust(keys.alice), subject }
}

export async function tellRun(story: Story = {}, world?: World): Promise<Told> {
  const within = world ?? (await installation())
  return finish(within, runSubject(within, story.subject, story.required), story)
}

export async function tellState(story: Omit<Story, 'subject'> & { state?: Partial<StateSubject> } = {}, world?: World): Promise<Told> {
  const within = world ?? (await installation())
  return finish(within, stateSubject(within, story.state, story.required), story)
}

export async function tellPolicy(story: Story & { policy?: Partial<PolicySubject> } = {}, world?: World): Promise<Told> {
  const within = world ?? (await installation())
  return finish(within, policySubject(within, story.policy, story.required), { outcome: 'none', ...story })
}

