/** Signs and words beside what is shown: no outcome is told by its colour alone. */
import { kinds, outcomes, type Broken, type Checked, type Outcome } from '../../../leaves/index.ts'
import type { IconName } from '../../parts/icon.tsx'

export const outcomeSigns: Record<Outcome, { icon: IconName; tone: '' | 'green' | 'amber' | 'red' | 'quiet' }> = {
  asked: { icon: 'question', tone: 'quiet' },
  allowed: { icon: 'arrow', tone: 'quiet' },
  countersigned: { icon: 'key', tone: 'green' },
  done: { icon: 'check', tone: 'quiet' },
  denied: { icon: 'hand', tone: 'red' },
  refused: { icon: 'stop', tone: 'red' },
  expired: { icon: 'clock', tone: 'amber' },
  cancelled: { icon: 'back', tone: 'quiet' },
  failed: { icon: 'cross', tone: 'red' },
  unknown: { icon: 'half', tone: 'amber' },
  alarm: { icon: 'warning', tone: 'amber' },
}

export const wordOf = (outcome: Outcome): string => outcomes[outcome].word

/** What happened, in words; the type itself where this version knows none for it. */
export function saysOf({ said }: Checked): string {
  if (said === null) return 'An entry that this page cannot read'
  return (Object.hasOwn(kinds, said.type) ? kinds[said.type]?.says : undefined) ?? said.type
}

export const brokenWords: Record<Broken, { short: string; long: string }> = {
  'not-in-log': { short: 'Not in the log', long: 'What is shown is not what was written to the log at this place: its path does not lead to the root that was signed.' },
  'details-differ': { short: 'Details changed', long: 'The details beside this entry are not the ones it was written with.' },
  'index-differs': { short: 'Index says otherwise', long: 'The server finds this entry by something that it does not say. What is shown here is what the entry says.' },
  unreadable: { short: 'Not readable', long: 'This is no entry in the form that this page knows.' },
}

/** Ids that say where else to look, by their name in a leaf. */
export const idWords: Record<string, string> = {
  run: 'Run', ref: 'Request', challenge: 'Challenge', grant: 'Grant', state: 'State', credential: 'State credential', session: 'Session', token: 'Terminal token', authenticator: 'Key or app', person: 'Person', member: 'About',
  head: 'Current version of', plan: 'Plan file', lease: 'Lease',
}
