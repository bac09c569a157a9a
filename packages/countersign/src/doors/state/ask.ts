/**
 * The one way in which this door asks the gate: a statement about one workspace as it stands in this transaction, a question under its
 * own id, and its row. What asks again with the same `same` goes on with the same question; everything else is another one.
 */
import { createHash } from 'node:crypto'
import type { StateAction } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { StateDeps } from './ports.ts'
import { insertRequest } from './store.ts'
import type { RequestRow, VersionRow, WorkspaceRow } from './store.ts'
import { policyInputOf, stateSubject } from './subject.ts'
import type { Saying } from './subject.ts'
import { requestsOf } from './topics.ts'
import { referenceTo } from './versions.ts'

export type Question = {
  /** What the statement says beyond who asks, for what, and what is current. */
  saying: Omit<Saying, 'action' | 'request' | 'executor' | 'state'>
  /** As this transaction sees it; null where there is no workspace of the name yet, or no state in it. */
  workspace: WorkspaceRow | null
  current: VersionRow | null
  /** From `sameQuestion`; "" where nothing ever goes on with it. */
  same: string
  /** JSON that the row remembers beside the statement. */
  asked: string | null
}

/**
 * What is asked again is known by who asks, from where, for what, with which lock. Never by the workspace alone: a thief's question at
 * the same moment must not ride on the touch for the victim's.
 */
export function sameQuestion(of: { credential: string; source: string; action: StateAction; name: string; lock: string }): string {
  return createHash('sha256').update(JSON.stringify([of.credential, of.source, of.action, of.name, of.lock])).digest('hex')
}

/** @throws GateError. Where the policy denies, the row says so. */
export async function askGate<A extends StateAction>(deps: StateDeps, tx: Tx, by: Authorized<A>, question: Question): Promise<RequestRow> {
  const { actor, action } = by
  const { saying, workspace, current } = question
  const id = newId('sta', deps.clock, deps.random)
  const answer = await deps.gate.ask(tx, by, {
    input: policyInputOf(deps, actor, action, saying.name), ref: id, scope: saying.name, over: saying.name, ids: { ref: id, ...(workspace ? { state: workspace.id } : {}) },
    subject: (policy) => stateSubject(deps, actor, { ...saying, action, request: id, executor: actor.executor, state: referenceTo(current) }, policy),
  })
  const now = deps.clock.now()
  const row: RequestRow = {
    id, action, workspace_name: saying.name, requester: actor.id, requester_name: actor.name, executor: actor.executor, source: actor.source.address, same: question.same,
    subject: answer.text, subject_digest: answer.digest, code: answer.code, decision: answer.effect, reasons: JSON.stringify(answer.effect === 'deny' ? answer.reasons : []),
    allowed_grant: answer.effect === 'allow' ? answer.grant.id : '', created_at: now,
    expires_at: answer.effect === 'step-up' ? answer.expiresAt : answer.effect === 'allow' ? answer.grant.expiresAt : now, done_at: null, result: '', asked: question.asked,
  }
  await insertRequest(tx, row)
  afterCommit(tx, () => deps.notify.changed(requestsOf(actor.id)))
  return row
}
