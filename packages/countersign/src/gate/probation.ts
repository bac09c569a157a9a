/**
 * A key that was added to others, or came in by a recovery, does not count for what is grave in its first 48 hours: whoever
 * brought it in without right can be seen and stopped until then, by any earlier key. The verifier has the same rule; here it
 * answers before anybody is asked for a touch.
 */
import { isGrave, parseSubject } from '@countersign/proof'
import { rfc3339 } from '../platform/clock.ts'
import { GateError } from './errors.ts'
import type { KnownKey } from './ports.ts'

export function onProbation(key: Pick<KnownKey, 'probationUntil'>, subject: string, now: number): boolean {
  return key.probationUntil !== null && now < key.probationUntil && isGrave(parseSubject(subject))
}

/** The keys that count for this. Throws `key_on_probation` where the person has only others. */
export function countingKeys(keys: readonly KnownKey[], subject: string, now: number): KnownKey[] {
  const counting = keys.filter((key) => !onProbation(key, subject, now))
  const [first] = keys
  if (counting.length === 0 && first) throw tooNew(first)
  return counting
}

export function tooNew({ label, probationUntil }: KnownKey): GateError {
  const until = probationUntil === null ? '' : rfc3339(probationUntil)
  return new GateError('key_on_probation', `The key "${label}" is too new for this: until ${until} it does not count for what is high or critical, nor for changes of policy or people.`, 'Use an earlier key, or ask somebody else who may.')
}
