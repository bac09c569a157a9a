/** What a statement's terms mean, in sentences. One table for each. */
import type { Requirement, RunSubject } from '@countersign/proof'
import type { Change, ChangeClass } from '../../plan/index.ts'
import type { CeremonyStatus } from '../api/views.ts'
import type { IconName } from '../parts/icon.tsx'
import { duration } from '../parts/time.tsx'

export type Tone = 'red' | 'amber' | 'green' | 'quiet'

/** Terraform's own signs, which its users read without thinking, and never without the word. */
export const classWords: Record<ChangeClass, { sign: string; verb: string; noun: string; tone: Tone }> = {
  delete: { sign: '−', verb: 'Destroy', noun: 'destroyed', tone: 'red' },
  replace: { sign: '−/+', verb: 'Replace', noun: 'replaced', tone: 'red' },
  forget: { sign: '×', verb: 'Forget', noun: 'forgotten', tone: 'amber' },
  update: { sign: '~', verb: 'Change', noun: 'changed', tone: 'amber' },
  create: { sign: '+', verb: 'Create', noun: 'created', tone: 'green' },
  import: { sign: '→', verb: 'Import', noun: 'imported', tone: 'quiet' },
  move: { sign: '⇢', verb: 'Move', noun: 'moved', tone: 'quiet' },
  read: { sign: '≤', verb: 'Read', noun: 'read', tone: 'quiet' },
  'no-op': { sign: '=', verb: 'Keep', noun: 'kept', tone: 'quiet' },
}

export function verbOf(change: Change): string {
  if (change.class === 'replace') {
    return { 'delete-first': 'Replace: destroyed first, then created', 'create-first': 'Replace: created first, then the old one destroyed', 'create-then-forget': 'Replace: created, and the old one forgotten', '': 'Replace' }[change.order]
  }
  if (change.class === 'forget') return 'Forget: stays in the cloud, no longer managed'
  return classWords[change.class].verb
}

export const enforcementWords: Record<RunSubject['workspace']['enforcement'], { word: string; says: string }> = {
  advisory: { word: 'Advisory', says: 'Credentials on that computer could change this infrastructure without Countersign.' },
  'state-gated': { word: 'State-gated', says: 'The state is only handed out here; the cloud itself does not ask.' },
  'credential-gated': { word: 'Credential-gated', says: 'The cloud itself demands a token that only Countersign gives.' },
}

export const riskWords: Record<RunSubject['risk']['level'], { word: string; tone: Tone; icon: IconName }> = {
  none: { word: 'no risk found', tone: 'quiet', icon: 'ring' },
  low: { word: 'low risk', tone: 'quiet', icon: 'ring' },
  medium: { word: 'medium risk', tone: 'amber', icon: 'half' },
  high: { word: 'high risk', tone: 'red', icon: 'warning' },
  critical: { word: 'critical risk', tone: 'red', icon: 'stop' },
}

const assurance: Record<Requirement['assurance'], string> = { aal1: 'one factor', aal2: 'a key with PIN or fingerprint', aal3: 'a hardware key, proven by its maker' }

/** What the policy demands, as short sentences. */
export function requirementWords(requirement: Requirement): string[] {
  const who: string[] = []
  if (requirement.selfStepUp) who.push('the person who asks')
  if (requirement.approvals > 0) {
    const role = requirement.approverRole === '' ? '' : ` with the role ${requirement.approverRole}`
    who.push(`${requirement.approvals} other${requirement.approvals === 1 ? '' : 's'}${role}${requirement.excludeRequester ? ', never the person who asks' : ''}`)
  }
  return [
    `By ${who.length === 0 ? 'nobody' : who.join(', and ')}, with ${assurance[requirement.assurance]}.`,
    `At most ${duration(requirement.freshSeconds)} before it takes effect.`,
  ]
}

export const statusWords: Record<CeremonyStatus, { word: string; tone: Tone; icon: IconName }> = {
  waiting: { word: 'Waiting', tone: 'amber', icon: 'clock' },
  countersigned: { word: 'Countersigned', tone: 'green', icon: 'check' },
  consumed: { word: 'Countersigned and used', tone: 'green', icon: 'check' },
  denied: { word: 'Denied', tone: 'red', icon: 'hand' },
  expired: { word: 'Expired', tone: 'quiet', icon: 'clock' },
  cancelled: { word: 'Cancelled', tone: 'quiet', icon: 'cross' },
}

/** A touch of one's own and another's approval are different things, and are never named alike. */
export function roleWords(role: string): string {
  return { self: 'Self step-up: the person who asked', approver: 'Approval by another person', voucher: 'Vouched for', possession: 'Possession of the new key', genesis: 'The founding key' }[role] ?? role
}
