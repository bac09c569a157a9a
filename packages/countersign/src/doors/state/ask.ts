/**
 * The one way in which this door asks the gate: a subject about one workspace as it stands in this transaction, a question under
 * its own id, and its row. What asks twice with the same `same` goes on with the same question; everything else is another one.
 */
import { createHash } from 'node:crypto'
import type { StateAction, StateSubject } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { PolicyInput } from '../../policy/index.ts'
import type { StateDeps } from './ports.ts'
import { insertRequest, versionNumbered, workspaceNamed } from './store.ts'
import type { RequestRow } from './store.ts'
import { requestsOf } from './topics.ts'
import { noVersion, referenceTo } from './versions.ts'

/** What the statement says beyond who, where and what is current. What is left out is none. */
export type Question = {
  /** project/workspace; it need not exist yet. */
  name: string
  phase?: StateSubject['phase']
  tier?: StateSubject['tier']
  /** Seconds that what is granted lives at most. */
  lasts?: number
  lock?: StateSubject['lock']
  target?: StateSubject['target']
  whole?: boolean
  changes?: StateSubject['changes']
  /** From `sameQuestion`; left out, nothing ever goes on with it. */
  same?: string
  /** JSON that the row remembers beside the statement. */
  asked?: string
}

export const noLock: StateSubject['lock'] = { digest: '', operation: '', who: '', info: '' }
export const noChanges: StateSubject['changes'] = { added: 0, changed: 0, removed: 0, outputs: 0, addresses: [], omitted: 0 }

/** Grants about a workspace are voided together. They are not those of runs there, whose scope is the name itself. */
export const scopeOf = (name: string): string => `state/${name}`

/**
 * What is asked again is known by who asks, from where, for what and with which lock. Never by the workspace alone: a thief's question at
 * the same moment must not ride on the touch for the victim's.
 */
export function sameQuestion(of: { credential: string; source: string; action: StateAction; name: string; lock: string }): string {
  return createHash('sha256').update(JSON.stringify([of.credential, of.source, of.action, of.name, of.lock])).digest('hex')
}

/** Two of the actions are a client's own, without a wrapper that bound anything more. */
const native: readonly StateAction[] = ['state.plan', 'state.write']
const risks: Partial<Record<StateAction, PolicyInput['risk']>> = {
  'state.plan': 'none', 'state.credential': 'low', 'state.read-redacted': 'low', 'state.read-outputs': 'low',
}

/** @throws GateError. Where the policy denies, the row says so. */
export async function askGate<A extends StateAction>(deps: StateDeps, tx: Tx, by: Authorized<A>, question: Question): Promise<RequestRow> {
  const { actor, action } = by
  const id = newId('sta', deps.clock, deps.random)
  const workspace = await workspaceNamed(tx, question.name)
  const current = workspace && (await versionNumbered(tx, workspace.id, workspace.version))
  const environment = deps.policy().environmentOf(question.name).name
  const answer = await deps.gate.ask(tx, by, {
    input: {
      action, workspace: question.name, environment, risk: risks[action] ?? 'high', scope: '', mode: native.includes(action) ? 'native' : '',
      requester: { id: actor.id, roles: [...actor.roles] },
    },
    ref: id, scope: scopeOf(question.name), over: question.name, ids: { ref: id, ...(workspace ? { state: workspace.id } : {}) },
    subject: (policy): StateSubject => ({
      v: 1, kind: 'state', instance: deps.place.instance, org: deps.place.org, action, request: id, requester: actor.id, executor: actor.executor,
      workspace: { name: question.name, environment, enforcement: 'state-gated' }, source: actor.source.address.slice(0, 256),
      phase: question.phase ?? '', tier: question.tier ?? '', lasts: question.lasts ?? 0, lock: question.lock ?? noLock,
      state: current ? referenceTo(current) : noVersion, target: question.target ?? noVersion, whole: question.whole ?? false,
      changes: question.changes ?? noChanges, policy,
    }),
  })
  const now = deps.clock.now()
  const row = await insertRequest(deps, tx, {
    id, action, workspace_name: question.name, requester: actor.id, requester_name: actor.name, executor: actor.executor, source: actor.source.address, same: question.same ?? '',
    subject: answer.text, subject_digest: answer.digest, code: answer.code, decision: answer.effect, reasons: JSON.stringify(answer.effect === 'deny' ? answer.reasons : []),
    allowed_grant: answer.effect === 'allow' ? answer.grant.id : '', created_at: now,
    expires_at: answer.effect === 'step-up' ? answer.expiresAt : answer.effect === 'allow' ? answer.grant.expiresAt : now, done_at: null, result: '', asked: question.asked ?? null,
  })
  afterCommit(tx, () => deps.notify.changed(requestsOf(actor.id)))
  return row
}
