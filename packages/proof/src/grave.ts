/**
 * What is grave: a run of high or critical risk, and every change of who may do what. There a key on probation does not count,
 * and no word of the server does.
 *
 * To end a key, and to veto a recovery, is not: whoever is being robbed has to be able to, with any key that is left.
 */
import type { Subject } from './types/subject.ts'

export function isGrave(subject: Subject): boolean {
  if (subject.kind === 'run') return subject.risk.level === 'high' || subject.risk.level === 'critical'
  if (subject.kind === 'recovery') return subject.change === 'start'
  return subject.kind !== 'revocation'
}
