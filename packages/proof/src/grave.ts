/**
 * What is grave: a run of high or critical risk, everything that locks, shows or changes a state, and every change of who may do
 * what. There a key on probation does not count, and no word of the server does.
 *
 * To end a key, and to veto a recovery, is not: whoever is being robbed has to be able to, with any key that is left.
 */
import type { StateAction, Subject } from './types/subject.ts'

/** A credential opens nothing by itself, and neither of the two readings shows a secret. */
const lighter: ReadonlySet<StateAction> = new Set(['state.credential', 'state.read-redacted', 'state.read-outputs'])

export function isGrave(subject: Subject): boolean {
  if (subject.kind === 'run') return subject.risk.level === 'high' || subject.risk.level === 'critical'
  if (subject.kind === 'state') return !lighter.has(subject.action)
  if (subject.kind === 'recovery') return subject.change === 'start'
  return subject.kind !== 'revocation'
}
