/**
 * "Allowed" is the server's word, and not taken; neither is what it asks for, nor that a workspace is "dev". The policy is proven by
 * its chain of countersigned changes, from the digest that the pinned genesis names, and asked here about this very statement.
 *
 * The adversary is a server that is taken over: it can write any decision into a statement, but no policy that would decide so.
 * Not guaranteed: that a change of the policy which this terminal never heard of was not held back; the digest stands in the statement.
 */
import { canonicalText, ProofError, rolesOf, type Requirement, type RunSubject } from '@countersign/proof'
import type { Decision, Policy } from '../../policy/index.ts'
import type { Session } from '../client/session.ts'
import { answer, type RunView } from '../client/wire.ts'
import { CliError, exitCodes } from '../exit.ts'
import { safe } from '../output.ts'
import { readDirectory, type Replayed } from '../trust/directory.ts'

export type Rules = Replayed & { readonly policy: Policy }

/** Can be had while terraform plans. Throws CliError `evidence_rejected`, `server_history_changed`, `decision_unproven`. */
export async function provenRules(session: Session): Promise<Rules> {
  const { api, trust } = session
  const { verifyPolicyChain, PolicyError } = await import('../../policy/index.ts') // terraform works meanwhile
  const [replayed, { versions }] = await Promise.all([readDirectory(session), api.call('GET', '/api/v1/policy/chain').then((said) => answer('policy chain', said))])
  try {
    // Genesis pinned the first digest, whatever kind of policy it is; what a demonstration's key signs is told by the key itself.
    const policy = await verifyPolicyChain({ versions, entries: replayed.entries, trust, demonstration: true, attested: true })
    return { ...replayed, policy }
  } catch (cause) {
    const why = cause instanceof PolicyError || cause instanceof ProofError ? `${safe(cause.message)} (${cause.code})` : 'it is not a policy at all'
    throw unproven(`its policy does not go back to what this terminal pinned: ${why}`, cause)
  }
}

/** The policy may have been changed while the plan was made: then it is read once more. Throws as `provenRules` does. */
export async function verifyDecision(session: Session, early: Promise<Rules>, subject: RunSubject, decision: Exclude<RunView['decision'], 'deny'>): Promise<void> {
  const first = await early
  const rules = first.policy.digest === subject.policy.digest ? first : await provenRules(session)
  checkDecision(rules, subject, decision)
}

/** Throws CliError `decision_unproven`. */
export function checkDecision({ policy, directory }: Rules, subject: RunSubject, said: Exclude<RunView['decision'], 'deny'>): void {
  const { workspace, scope, mode, requester, risk } = subject
  if (subject.policy.digest !== policy.digest) throw unproven('the statement names another policy than the last one that was countersigned')
  const environment = policy.environmentOf(workspace.name).name
  if (workspace.environment !== environment) throw unproven(`it says that the workspace is "${safe(workspace.environment)}", and the policy says "${safe(environment)}"`)
  const roles = rolesOf(directory, requester, directory.size).map(({ role }) => role)
  const decision = policy.evaluate({ action: 'run.apply', workspace: workspace.name, environment, risk: risk.level, scope, mode, requester: { id: requester, roles } })
  if (decision.effect !== said) throw unproven(`it says "${said}", and the policy says "${decision.effect}"`)
  if (decision.rule !== subject.policy.rule) throw unproven('it names another rule than the one that decides')
  if (!sameRequirement(subject.policy.requirement, decision)) throw unproven('the statement does not ask for what the policy demands')
}

/** What an allow asks of nobody. Its `freshSeconds` says nothing: there is no touch that could be old. */
function sameRequirement(named: Requirement, decision: Decision): boolean {
  const wanted: Requirement = decision.effect === 'step-up'
    ? decision.requirement
    : { assurance: 'aal1', phishingResistant: false, freshSeconds: named.freshSeconds, selfStepUp: false, approvals: 0, approverRole: '', excludeRequester: false }
  return canonicalText(named) === canonicalText(wanted)
}

function unproven(why: string, cause?: unknown): CliError {
  return new CliError(
    'decision_unproven',
    `The server's decision about this plan cannot be proven: ${why}. It was not applied.`,
    'Do not apply it another way. Tell the server\'s owner, and keep what stands here.',
    { exit: exitCodes.verificationFailed, cause },
  )
}
