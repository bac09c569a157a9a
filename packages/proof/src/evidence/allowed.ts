/**
 * A run, or what was asked of a state, that the policy let pass: its requirement asks for nobody, nobody signed, and the gate decided
 * "allow".
 *
 * A server that is taken over can say this of any of them, which is why the answer is never VALID and the consent is empty. What it
 * cannot do is leave the signatures out that its own statement demands, or those that have a floor.
 */
import { isFloored } from '../floor.ts'
import type { Countersignature } from '../types/statement.ts'
import type { ConsentSubject } from './consent.ts'
import { leavesOf, type VerifiedLeaf } from './leaves.ts'

type Input = {
  subject: ConsentSubject
  subjectDigest: string
  countersignatures: readonly Countersignature[]
  leaves: readonly VerifiedLeaf[]
}

export function isAllowedByPolicy({ subject, subjectDigest, countersignatures, leaves }: Input): boolean {
  const { selfStepUp, approvals } = subject.policy.requirement
  if (subject.kind === 'policy' || isFloored(subject) || selfStepUp || approvals > 0 || countersignatures.length > 0) return false
  const decided = leavesOf(leaves, 'gate.decided').filter(({ details }) => details.subjectDigest === subjectDigest)
  return decided.length > 0 && decided.every(({ details }) => details.decision === 'allow')
}
