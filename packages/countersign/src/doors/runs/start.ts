/**
 * The start of an apply: the moment at which a countersignature is spent.
 *
 * Everything is compared with the statement once more, although the terminal has compared it itself: this door may be spoken
 * to by anything that holds a token and its key. Then, in one transaction: the plan file is marked as applied for ever, the
 * grant is consumed, the workspace's other grants are void, the workspace is bound to its state, and the lease is opened.
 */
import { createHash } from 'node:crypto'
import { parseSubject, subjectDigest } from '@countersign/proof'
import type { RunSubject } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import type { StepUp } from '../../platform/coded-error.ts'
import { GateError } from '../../gate/index.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { Tx } from '../../platform/store/store.ts'
import { refuseWhileApplied } from './busy.ts'
import { checkBinding } from './binding.ts'
import type { Measured } from './claims.ts'
import { RunError } from './errors.ts'
import type { RunErrorCode } from './errors.ts'
import type { RunsDeps } from './ports.ts'
import { applyingIn, bind, bindings, consumePlan, findRun, updateRun } from './store.ts'
import type { RunRow } from './store.ts'

export type Start = { run: string; grant: string; measured: Measured }

type Starting = { deps: RunsDeps; tx: Tx; by: Authorized<'run.start'>; sent: Start; now: number; run: RunRow; subject: RunSubject; lease: string }
type Step = (starting: Starting) => Promise<void>

export const steps: readonly Step[] = [
  findOwnRun,
  refuseStarted,
  refuseBusyWorkspace,
  refuseWithoutGrant,
  compareWithStatement,
  checkState,
  consumeGrant,
  consumePlanFile,
  closeForgottenApplies,
  voidOtherGrants,
  bindWorkspace,
  openLease,
  appendToLedger,
]

export async function startApply(deps: RunsDeps, by: Authorized<'run.start'>, sent: Start): Promise<{ lease: string }> {
  try {
    await refuseKnownToLedger(deps, sent)
    return await deps.store.write(async (tx) => {
      const starting = { deps, tx, by, sent, now: deps.clock.now(), lease: '' } as Starting
      for (const step of steps) await step(starting)
      afterCommit(tx, () => deps.notify.changed(starting.run.id))
      return { lease: starting.lease }
    })
  } catch (error) {
    if (error instanceof RunError || error instanceof GateError) await recordRefusal(deps, by, sent.run, error.code)
    throw error
  }
}

/** Whoever can write the database can take back the row that says "applied"; the ledger keeps what it saw. */
async function refuseKnownToLedger(deps: RunsDeps, sent: Start): Promise<void> {
  const [before] = await deps.ledger.find({ key: 'plan', value: sent.measured.planFile })
  if (!before) return
  const { ids } = JSON.parse(before.leaf) as { ids: { run?: string } }
  if (ids.run === sent.run) throw alreadyStarted()
  throw new RunError('plan_already_applied', 'This plan file was applied already, in another run; a plan is applied once.', 'Plan again.')
}

function alreadyStarted(): RunError {
  return new RunError('run_already_applied', 'This run was started already; a countersigned plan is applied once.', 'Plan again.')
}

async function recordRefusal(deps: RunsDeps, by: Authorized<'run.start'>, run: string, code: string): Promise<void> {
  await deps.store.write((tx) => deps.ledger.append(tx, {
    type: 'run.start-refused', ids: { ref: run.slice(0, 40), person: by.actor.id },
    details: { action: by.action, code, address: by.actor.source.address },
  }))
}

async function findOwnRun(s: Starting): Promise<void> {
  const run = await findRun(s.tx, s.sent.run)
  if (!run || run.requester !== s.by.actor.id) throw new RunError('run_not_found', 'There is no such run of yours.', 'List the runs in the console.')
  if (run.executor !== s.by.actor.executor)
    throw new GateError('executor_mismatch', "This run belongs to another terminal's key.", 'Apply it on the machine that asked for it.')
  // The grant names the digest: what is compared below has to be what it names.
  if ((await subjectDigest(run.subject)) !== run.subject_digest) throw new GateError('request_tampered', 'The database holds something else than what was written: the statement of this run was changed.', 'Nothing was started. Plan again, and tell whoever looks after this server.')
  const subject = parseSubject(run.subject)
  if (subject.kind !== 'run') throw new RunError('run_not_found', 'There is no such run of yours.', 'Plan again.')
  s.run = run
  s.subject = subject
}

/** For ever: a run that started once, whatever became of it, is not started again. */
async function refuseStarted(s: Starting): Promise<void> {
  if (s.run.state === 'asked') return
  if (s.run.state === 'denied') throw new GateError('denied_by_policy', 'The policy denied this run.', 'See its reasons; change the plan and ask again.')
  if (s.run.state === 'cancelled') throw new RunError('run_not_applicable', 'This run was cancelled.', 'Plan again.')
  throw alreadyStarted()
}

/** What would do is what the statement asks for, made for this run: no sign-in is fresh enough for it. */
function stepUpOf(subject: string): StepUp {
  const { requirement } = (JSON.parse(subject) as RunSubject).policy
  return { acrValues: [requirement.phishingResistant ? 'phr' : requirement.assurance], maxAgeSeconds: 0 }
}

/** Before the grant is looked at, so that waiting costs nobody a touch. */
async function refuseBusyWorkspace(s: Starting): Promise<void> {
  await refuseWhileApplied(s.tx, s.run, s.now)
}

/** A token and its key are not enough: without the grant that a countersignature gave, this is where it ends. */
async function refuseWithoutGrant(s: Starting): Promise<void> {
  const standing = await s.deps.gate.standing(s.tx, s.run.id)
  const status = standing.challenge?.status
  if (status === 'waiting')
    throw new GateError(
      'countersignature_required',
      'Nobody has countersigned this run yet.',
      `Countersign it at ${s.deps.place.origin}/c/${s.run.code}`,
      { stepUp: stepUpOf(s.run.subject) },
    )
  if (status === 'denied') throw new GateError('challenge_denied', 'This run was denied by the person who was asked.', 'Nothing more can be done with it.')
  if (status === 'expired') throw new GateError('challenge_expired', 'Nobody countersigned this run in time.', 'Plan again.')
  if (status === 'cancelled') throw new RunError('run_not_applicable', 'This run was cancelled.', 'Plan again.')
}

const sameAs = (a: unknown, b: unknown): boolean => JSON.stringify(a, sorted) === JSON.stringify(b, sorted)
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value

/** Each row: what was measured, what was countersigned, how a difference is called. */
async function compareWithStatement(s: Starting): Promise<void> {
  const { measured } = s.sent
  const rows: [RunErrorCode, string, unknown, unknown][] = [
    ['plan_mismatch', 'the plan file', measured.planFile, s.subject.plan.file],
    ['state_changed', 'the state that the plan was made from', measured.state, s.subject.state],
    ['tree_changed', 'the working tree', measured.tree, s.subject.tree],
    ['engine_changed', 'the engine or a provider', [measured.engine, measured.providers], [s.subject.engine, s.subject.providers]],
    ['arguments_changed', 'the arguments or the TF_* variables', [measured.arguments, measured.variables], [s.subject.arguments, s.subject.variables]],
    ['backend_mismatch', 'the backend', measured.backend, s.subject.workspace.backend],
  ]
  for (const [code, what, now, signed] of rows) {
    if (!sameAs(now, signed))
      throw new RunError(
        code,
        `What would run is not what was countersigned: ${what} differs.`,
        'Nothing was applied. Plan again and have the new plan countersigned.',
      )
  }
}

async function checkState(s: Starting): Promise<void> {
  await checkBinding(bindings(s.tx), s.subject)
}

async function consumeGrant(s: Starting): Promise<void> {
  await s.deps.gate.covers(s.tx, {
    grant: s.sent.grant,
    action: 'run.apply',
    subjectDigest: s.run.subject_digest,
    actor: s.by.actor.id,
    executor: s.by.actor.executor,
  })
}

async function consumePlanFile(s: Starting): Promise<void> {
  if (await consumePlan(s.tx, s.subject.plan.file, s.run.id, s.now)) return
  throw new RunError('plan_already_applied', 'This plan file was applied already, in another run; a plan is applied once.', 'Plan again.')
}

/** An earlier apply that has fallen silent is over, however it ended. */
async function closeForgottenApplies(s: Starting): Promise<void> {
  for (const forgotten of await applyingIn(s.tx, s.subject.workspace.name)) await markUnknown(s.deps, s.tx, forgotten, 'another apply of the workspace started')
}

/** Only a person's consent voids another's: what the policy let pass must not cost anybody a touch. */
async function voidOtherGrants(s: Starting): Promise<void> {
  if (s.run.decision !== 'step-up') return
  await s.deps.gate.void(s.tx, s.subject.workspace.name, 'another plan of the workspace is applied')
}

/** The serial moves past the base at once: until an outcome says more, nothing older than that is known to be the state. */
async function bindWorkspace(s: Starting): Promise<void> {
  if (s.run.decision !== 'step-up') return
  const { state, workspace } = s.subject
  await bind(s.tx, {
    workspace: workspace.name,
    lineage: state.lineage,
    backend: JSON.stringify(s.sent.measured.backend),
    serial: state.serial + 1,
    last_run: s.run.id,
    updated_at: s.now,
  })
}

async function openLease(s: Starting): Promise<void> {
  s.lease = `cs_ls_${Buffer.from(s.deps.random.bytes(32)).toString('base64url')}`
  const started = await updateRun(s.tx, s.run.id, ['asked'], {
    state: 'applying',
    started_at: s.now,
    alive_at: s.now,
    lease_hash: createHash('sha256').update(s.lease).digest('hex'),
  })
  if (!started) throw alreadyStarted()
}

async function appendToLedger(s: Starting): Promise<void> {
  await s.deps.ledger.append(s.tx, {
    type: 'run.apply-started', ids: { ref: s.run.id, run: s.run.id, person: s.by.actor.id, plan: s.subject.plan.file },
    details: { run: s.run.id, grant: s.sent.grant, subjectDigest: s.run.subject_digest, planFile: s.subject.plan.file },
  })
}

export async function markUnknown(deps: RunsDeps, tx: Tx, run: RunRow, why: string): Promise<void> {
  if (!(await updateRun(tx, run.id, ['applying'], { state: 'outcome-unknown' }))) return
  await deps.ledger.append(tx, {
    type: 'run.outcome',
    ids: { ref: run.id, run: run.id },
    details: { run: run.id, result: 'unknown', summary: why, stateSerial: 0, stateDigest: '', treeUnchanged: null },
  })
  await deps.ended(tx, run.id, 'unknown')
  afterCommit(tx, () => deps.notify.changed(run.id))
}
