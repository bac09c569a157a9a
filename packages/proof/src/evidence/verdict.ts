/** The verdict in words. What follows from a flag is decided here, and nowhere else. */
import type { ProofError } from '../errors.ts'
import type { Directory } from '../types/directory.ts'
import type { Consent, Effect, Verdict } from '../types/verdict.ts'

export const invalid = (error: ProofError, pinned: boolean): Verdict => ({
  verdict: 'INVALID',
  code: error.code,
  message: error.message,
  consent: null,
  effect: null,
  pinned,
  notes: [],
})

/** How far the server's clock may lie ahead of the verifier's without a word. */
const tolerated = 5 * 60_000

/** What the bundle proved. `clock`: the verifier's, in milliseconds. */
export type Proven = { consent: Consent; effect: Effect; directory: Directory }
export type Given = { pinned: boolean; clock: number | undefined }

function notesOf({ consent, effect, directory }: Proven, { pinned, clock }: Given): string[] {
  const { subject } = consent
  const times = [effect.reportedAt, effect.startedAt, effect.grantedAt, ...consent.who.map(({ recordedAt }) => recordedAt)]
  const moments = [...directory.times.slice(-1), ...times.map((time) => (time === null ? 0 : Date.parse(time)))]
  const ahead = clock !== undefined && moments.some((moment) => moment > clock + tolerated)
  return [
    'Times are those of the server; no witness has confirmed them.',
    consent.who.some(({ key }) => key.type === 'webauthn' && !key.device.claimed)
      ? "That a device is attested was verified by the server when it was registered, and countersigned by whoever vouched for it; what any other says of itself is claimed."
      : 'What authenticators say of themselves (model, whether they can be copied) is claimed, not proven.',
    ...(consent.who.length === 0 ? [`Nobody countersigned: that the policy let ${subject.kind === 'run' ? 'this run' : 'this'} pass is the word of the server.`] : []),
    ...(consent.serversWord
      ? ["Who countersigned with an authenticator app gave the server a code. That they did is the server's word: no key of theirs signed."]
      : []),
    ...(directory.hostRecoveries.length > 0
      ? ['An owner was recovered with the key of the host: whoever held that key then could have become the owner.']
      : []),
    ...(pinned ? [] : ['No trust file was given: anybody could have made this bundle. Ask for one, and verify with it.']),
    ...(ahead ? ['The times in this bundle lie ahead of the clock of this machine.'] : []),
    ...(subject.kind === 'run' && subject.derivation === 'client-claimed'
      ? ['That the plan text belongs to the plan file is the word of the client that made both.']
      : []),
    ...(subject.kind === 'state' && subject.action === 'state.write'
      ? ['What was written under the lock is not part of what was countersigned: the lock comes before the plan.']
      : []),
    ...(subject.kind === 'state' && subject.lock.digest !== '' && subject.lock.who !== ''
      ? ['What the lock says of itself (operation, who) is the word of the client that asked for it.']
      : []),
    ...(subject.kind === 'run' && (effect.outcome === 'started' || effect.outcome === 'unknown')
      ? ['No result is reported here: the apply may have gone on, and a later bundle may say how it ended.']
      : []),
  ]
}

export function sound(proven: Proven, given: Given): Verdict {
  const { consent, effect } = proven
  const { pinned } = given
  const common = { consent, effect, pinned, notes: notesOf(proven, given) }
  if (consent.demonstration) {
    const message = 'consistent; DEMONSTRATION: it rests on a software key for demonstrations, and proves nothing about a person'
    return { ...common, verdict: 'DEMONSTRATION', code: 'demonstration', message }
  }
  if (!pinned) {
    return { ...common, verdict: 'CONSISTENT', code: 'issuer_not_pinned', message: 'signatures consistent, issuer not pinned' }
  }
  if (consent.who.length === 0) {
    const message = 'the policy let it pass: nobody was asked and nobody countersigned, so there is no consent to prove'
    return { ...common, verdict: 'ALLOWED', code: 'allowed_by_policy', message }
  }
  if (consent.serversWord) {
    const message = "everything holds, and for at least one who countersigned with a code there is only the server's word"
    return { ...common, verdict: 'ATTESTED', code: 'servers_word', message }
  }
  const message = 'the countersignatures hold, meet the requirement, and come from the installation that you trust'
  return { ...common, verdict: 'VALID', code: 'valid', message }
}
