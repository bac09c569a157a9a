/**
 * What is demanded whatever the policy said. These change what a state is, or who holds it, at once and over the heads of others: the
 * requester's own touch, and a fresh one, is never left to the policy, nor to a server that says what the policy was.
 */
import type { PolicySubject, Requirement, RunSubject, StateAction, StateSubject } from './types/subject.ts'

export const flooredActions: ReadonlySet<StateAction> = new Set([
  'state.import', 'state.rollback', 'state.delete', 'state.restore', 'state.accept', 'state.discard', 'state.force-unlock',
])

const FRESH_SECONDS = 300

export const isFloored = (subject: RunSubject | StateSubject | PolicySubject): boolean => subject.kind === 'state' && flooredActions.has(subject.action)

/** The requirement that the subject names, and no less than its floor. */
export function demandOf(subject: RunSubject | StateSubject | PolicySubject): Requirement {
  const { requirement } = subject.policy
  if (!isFloored(subject)) return requirement
  return { ...requirement, selfStepUp: true, phishingResistant: true, freshSeconds: Math.min(requirement.freshSeconds, FRESH_SECONDS) }
}
