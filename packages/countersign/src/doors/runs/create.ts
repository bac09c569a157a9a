/**
 * Asking for an apply. The client sends what it measured and the redacted plan; the server computes summary and risk from
 * that plan itself, lets the client's findings raise them (take.ts), and asks the gate.
 *
 * In wrapped mode nothing proves that the plan's text belongs to the plan file: the statement says `client-claimed`.
 */
import type { Answer, Authorized } from '../../gate/index.ts'
import { mergeRisk } from '../../plan/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import type { PolicyInput, Reason } from '../../policy/index.ts'
import { refusalOf } from './asked.ts'
import type { Asked, ReadPlan } from './asked.ts'
import { checkBinding } from './binding.ts'
import { enforcementOf } from './enforcement.ts'
import { RunError } from './errors.ts'
import { withPlan } from './kept.ts'
import type { KeptPlan } from './kept.ts'
import type { RunsDeps } from './ports.ts'
import { bindings, consumerOf, insertRun } from './store.ts'
import { runSubject } from './subject.ts'

type Read = Pick<ReadPlan, 'summary' | 'risk'>

/** What the policy would ask of this plan. Stores nothing, opens nothing. */
export async function previewRun(deps: RunsDeps, by: Authorized<'run.plan'>, asked: Asked) {
  const read = planOf(asked)
  return deps.store.write(async (tx) => {
    await deps.gate.permits(tx, by, asked.workspace)
    const { environment, facts } = await place(deps, tx, asked, read)
    const { decision } = await deps.gate.preview(tx, 'run.apply', inputOf(by.actor, asked, environment, facts))
    return { environment, decision, ...facts }
  })
}

/** @returns the id of the run. */
export async function createRun(deps: RunsDeps, by: Authorized<'run.apply'>, asked: Asked): Promise<string> {
  const read = planOf(asked)
  const { packed } = read
  if (packed === null) throw new TypeError('a plan that is to be kept was not packed')
  return withPlan(deps, packed, async (tx, plan) => {
    await refuseAppliedPlan(tx, asked.claims.plan.file)
    const { environment, facts } = await place(deps, tx, asked, read)
    const id = newId('run', deps.clock, deps.random)
    const answer = await deps.gate.ask(tx, by, {
      input: inputOf(by.actor, asked, environment, facts), ref: id, scope: asked.workspace, over: asked.workspace, ids: { ref: id },
      subject: (policy) => runSubject(asked.claims, {
        ...deps.place, run: id, requester: by.actor.id, executor: by.actor.executor, scope: asked.scope, environment, enforcement: enforcementOf(asked.claims.workspace, deps.place.sites.map(({ origin }) => origin)).level, ...facts,
      }, policy),
    })
    await store(deps, tx, by, asked, { id, environment, answer, plan })
    return id
  })
}

async function store(
  deps: RunsDeps, tx: Tx, by: Authorized<'run.apply'>, asked: Asked, made: { id: string; environment: string; answer: Answer; plan: KeptPlan },
): Promise<void> {
  const { id, answer } = made
  const reasons: readonly Reason[] = answer.effect === 'deny' ? answer.reasons : []
  const now = deps.clock.now()
  await insertRun(tx, {
    id, workspace: asked.workspace, environment: made.environment, scope: asked.scope, state: answer.effect === 'deny' ? 'denied' : 'asked',
    subject: answer.text, subject_digest: answer.digest, code: answer.code, plan_file: asked.claims.plan.file,
    requester: by.actor.id, requester_name: by.actor.name, executor: by.actor.executor, decision: answer.effect, reasons: JSON.stringify(reasons),
    allowed_grant: answer.effect === 'allow' ? answer.grant.id : '', created_at: now,
    expires_at: answer.effect === 'step-up' ? answer.expiresAt : answer.effect === 'allow' ? answer.grant.expiresAt : now,
    started_at: null, ended_at: null, lease_hash: null, outcome: null, alive_at: 0, effect: null,
  }, { ...made.plan, digest: asked.claims.plan.json })
  await deps.ledger.append(tx, {
    type: 'run.created', ids: { ref: id, run: id, person: by.actor.id },
    details: { run: id, subjectDigest: answer.digest, workspace: asked.workspace, planFile: asked.claims.plan.file },
  })
}

/** Whoever gets here was admitted, and is told what is wrong with the plan. */
function planOf({ plan }: Asked): ReadPlan {
  if ('refused' in plan) throw refusalOf(plan)
  return plan
}

async function place(deps: RunsDeps, tx: Tx, asked: Asked, read: Read) {
  const { name } = deps.policy().environmentOf(asked.workspace)
  const unusual = await checkBinding(bindings(tx), asked.claims)
  return { environment: name, facts: { summary: read.summary, risk: mergeRisk(read.risk, unusual) } }
}

async function refuseAppliedPlan(tx: Tx, planFile: string): Promise<void> {
  const run = await consumerOf(tx, planFile)
  if (run) throw new RunError('plan_already_applied', `This plan file was applied already, in ${run}; a plan is applied once.`, 'Plan again.')
}

function inputOf(actor: { id: string; roles: string[] }, asked: Asked, environment: string, facts: Read): PolicyInput {
  return {
    action: 'run.apply', workspace: asked.workspace, environment, risk: facts.risk.level, scope: asked.scope, mode: asked.claims.mode,
    requester: { id: actor.id, roles: [...actor.roles] },
  }
}
