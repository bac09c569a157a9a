/**
 * ask: allow, step-up or deny. The one place where a decision about a privileged action is made.
 *
 * The order matters. The policy is evaluated before the subject is built, because the subject names the policy and the
 * requirement that decided; the subject's digest is fixed before anything is stored, because the challenge, the grant
 * and every leaf refer to it; the decision is recorded in the same transaction as the challenge or the grant it makes.
 */
import { canonicalize, parseSubject, ProofError, shortCode, subjectDigest } from '@countersign/proof'
import type { PolicyRef, Requirement, Subject } from '@countersign/proof'
import { createHash } from 'node:crypto'
import { newId } from '../platform/ids.ts'
import type { Tx } from '../platform/store/store.ts'
import { withFloor } from '../policy/index.ts'
import type { Decision, Policy, PolicyInput, Reason } from '../policy/index.ts'
import { permits } from './admit.ts'
import type { Authorized } from './admit.ts'
import { rowOf } from './catalogue.ts'
import type { ActionName } from './catalogue.ts'
import { refuseOldPolicy } from './challenge.ts'
import { GateError } from './errors.ts'
import { refuseFlood } from './budget.ts'
import { openGrant } from './grant.ts'
import type { GateDeps } from './ports.ts'
import { sealedTables } from './sealed-tables.ts'

export type Question = {
  readonly input: PolicyInput
  /** What is asked about, for the door: the id of a run, of a policy change, of an authenticator. */
  readonly ref: string
  /** Grants of one scope are voided together. */
  readonly scope: string
  /** What the asker's role has to cover: a workspace, or "" for the organisation. */
  readonly over: string
  readonly ids: Readonly<Record<string, string>>
  /** It decides who owns the installation: once there are two owners, it takes two. */
  readonly ownership?: boolean
  /** Called once, with what the statement must say about the decision. */
  subject(policy: PolicyRef): Subject
}

export type Answer = { readonly text: string; readonly digest: string; readonly code: string } & (
  | { readonly effect: 'allow'; readonly grant: { id: string; expiresAt: number } }
  | { readonly effect: 'step-up'; readonly challenge: string; readonly expiresAt: number; readonly requirement: Requirement }
  | { readonly effect: 'deny'; readonly reasons: readonly Reason[] }
)

/** What an allow asks of nobody. */
const nothing: Requirement = {
  assurance: 'aal1',
  phishingResistant: false,
  freshSeconds: 900,
  selfStepUp: false,
  approvals: 0,
  approverRole: '',
  excludeRequester: false,
}
const ALLOWED_FOR = nothing.freshSeconds * 1000

export async function ask<A extends ActionName>(deps: GateDeps, tx: Tx, by: Authorized<A>, question: Question): Promise<Answer> {
  await permits(deps, tx, by, question.over)
  const policy = deps.policy()
  await refuseOldPolicy(deps, tx, policy.digest)
  const decision = await decide(deps, tx, policy, by.action, question.input, question.ownership)
  const requirement = decision.effect === 'step-up' ? decision.requirement : nothing
  const subject = question.subject({ digest: policy.digest, rule: decision.rule, requirement })
  const text = statementOf(subject)
  const digest = await subjectDigest(text)
  const answer = { text, digest, code: shortCode(digest) }
  await record(deps, tx, by, question, { decision, policy, digest })
  switch (decision.effect) {
    case 'deny':
      return { ...answer, effect: 'deny', reasons: decision.reasons }
    case 'allow': {
      const grant = await openGrant(deps, tx, {
        challenge: '', action: by.action, subjectDigest: digest, actor: by.actor.id, executor: by.actor.executor,
        scope: question.scope, reach: question.over, ref: question.ref, expiresAt: deps.clock.now() + ALLOWED_FOR, ids: question.ids,
      })
      return { ...answer, effect: 'allow', grant }
    }
    case 'step-up': {
      const challenge = await openChallenge(deps, tx, by, question, subject.kind, { ...answer, decision, policy: policy.digest })
      return { ...answer, effect: 'step-up', requirement: decision.requirement, ...challenge }
    }
  }
}

/** What a verifier would refuse to read is never asked, granted or stored: it is refused here, as what it is. */
function statementOf(subject: Subject): string {
  try {
    const text = new TextDecoder().decode(canonicalize(subject))
    parseSubject(text)
    return text
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
    throw new GateError('statement_invalid', `No statement can be made of this request: ${error.message}.`, 'Correct what is named and ask again.', {
      cause: error,
    })
  }
}

/** The same decision without storing anything: what a plan would be asked for. */
export async function preview(deps: GateDeps, tx: Tx, action: ActionName, input: PolicyInput): Promise<{ decision: Decision; policy: string }> {
  const policy = deps.policy()
  return { decision: await decide(deps, tx, policy, action, input), policy: policy.digest }
}

async function decide(deps: GateDeps, tx: Tx, policy: Policy, action: ActionName, input: PolicyInput, ownership = false): Promise<Decision> {
  switch (rowOf(action).decides) {
    case 'policy':
      return policy.evaluate(input)
    case 'floored':
      return withFloor(policy.evaluate(input), floorOf(action, 0, false))
    case 'always':
      return { effect: 'step-up', rule: '(floor)', requirement: floorOf(action, await deps.people.ownerCount(tx), ownership), expiresSeconds: 900, reasons: [] }
    case 'role': case 'answer': case 'grant': case 'lease':
      return { effect: 'deny', rule: '(floor)', reasons: [{ code: 'denied_by_policy', message: `${action} is not decided by asking.` }] }
  }
}

/**
 * Changing the rules, the address, or who owns all this takes two owners once there are two: otherwise one of them makes a second
 * self, or removes the other, and then changes the rules alone. A person's own keys are theirs to remove.
 */
function floorOf(action: ActionName, owners: number, ownership: boolean): Requirement {
  const second = (ownership || action === 'policy.change' || action === 'relying-party.change') && owners > 1
  return {
    assurance: 'aal2', phishingResistant: true, freshSeconds: 300, selfStepUp: true,
    approvals: second ? 1 : 0, approverRole: second ? 'owner' : '', excludeRequester: second,
  }
}

async function record(
  deps: GateDeps, tx: Tx, by: Authorized<ActionName>, question: Question, made: { decision: Decision; policy: Policy; digest: string },
): Promise<void> {
  const input = JSON.parse(JSON.stringify(question.input)) as Record<string, never>
  await deps.ledger.append(tx, {
    type: 'gate.decided',
    ids: { ...question.ids, person: by.actor.id },
    details: {
      action: by.action, subjectDigest: made.digest, decision: made.decision.effect, rule: made.decision.rule, policy: made.policy.digest,
      input, inputDigest: createHash('sha256').update(canonicalize(input)).digest('hex'),
      reasons: made.decision.reasons.map((reason) => reason.code), address: by.actor.source.address, client: by.actor.source.client,
    },
  })
}

async function openChallenge(
  deps: GateDeps, tx: Tx, by: Authorized<ActionName>, question: Question, kind: string,
  made: { text: string; digest: string; code: string; policy: string; decision: Extract<Decision, { effect: 'step-up' }> },
): Promise<{ challenge: string; expiresAt: number }> {
  const now = deps.clock.now()
  await refuseFlood(tx, { requester: by.actor.id, executor: by.actor.executor, kind, now })
  if (await tx.selectFrom('gate_challenge').select('id').where('code', '=', made.code).executeTakeFirst()) {
    throw new GateError('challenge_exists', 'A statement with this code exists already.', 'Plan again: the next statement has another code.')
  }
  const id = newId('chl', deps.clock, deps.random)
  const expiresAt = now + made.decision.expiresSeconds * 1000
  await tx.insertInto('gate_challenge').values(deps.rowMacs.seal(sealedTables.challenge, {
    id, code: made.code, kind, action: by.action, subject: made.text, subject_digest: made.digest,
    requirement: JSON.stringify(made.decision.requirement), policy_digest: made.policy, rule: made.decision.rule,
    requester: by.actor.id, requester_name: by.actor.name, executor: by.actor.executor,
    source_address: by.actor.source.address, source_client: by.actor.source.client,
    ref: question.ref, scope: question.scope, reach: question.over, status: 'waiting', created_at: now, expires_at: expiresAt, decided_at: null, denied_by: '', reported: 0,
  })).execute()
  const { selfStepUp, approvals, approverRole } = made.decision.requirement
  await deps.notices.waiting(tx, {
    code: made.code, kind, subject: made.text, requester: by.actor.name, requesterId: by.actor.id, expiresAt, selfStepUp, approvals, approverRole, reach: question.over,
  })
  return { challenge: id, expiresAt }
}
