/** The states of a run. Consent (who agreed) and effect (what was reported of the apply) are two things, and said apart. */
import type { RunView } from '../api/views.ts'
import type { RunStatus } from '../api/views.ts'
import type { Tone } from '../ceremony/words.ts'
import type { IconName } from '../parts/icon.tsx'

export const runWords: Record<RunStatus, { word: string; tone: Tone; icon: IconName; over: boolean }> = {
  waiting: { word: 'Waiting for a countersignature', tone: 'amber', icon: 'clock', over: false },
  granted: { word: 'Approved once, not applied yet', tone: 'quiet', icon: 'half', over: false },
  denied: { word: 'Denied', tone: 'red', icon: 'hand', over: true },
  expired: { word: 'Expired', tone: 'quiet', icon: 'clock', over: true },
  cancelled: { word: 'Cancelled', tone: 'quiet', icon: 'cross', over: true },
  applying: { word: 'Being applied', tone: 'amber', icon: 'half', over: false },
  applied: { word: 'Applied', tone: 'green', icon: 'check', over: true },
  failed: { word: 'Apply failed', tone: 'red', icon: 'warning', over: true },
  'outcome-unknown': { word: 'Outcome unknown', tone: 'amber', icon: 'question', over: true },
}

export function consentWords(run: RunView): string {
  if (run.decision === 'allow') return 'The policy lets this pass without a countersignature.'
  if (run.decision === 'deny') return 'The policy denies this.'
  if (run.status === 'waiting') return run.signed.length === 0 ? 'Nobody has countersigned yet.' : 'It waits for more countersignatures.'
  if (run.status === 'denied') return 'A person denied it.'
  if (run.status === 'cancelled') return 'It was taken back before it was used.'
  if (run.status === 'expired' && run.signed.length === 0) return 'Nobody countersigned in time.'
  return ''
}

export function effectWords(run: RunView): string {
  const words: Record<RunStatus, string> = {
    waiting: 'Nothing was applied.',
    granted: 'Nothing was applied yet. The terminal that asked may apply this plan once.',
    denied: 'Nothing was applied.',
    expired: 'Nothing was applied.',
    cancelled: 'Nothing was applied.',
    applying: 'The terminal has started the apply; its report is awaited.',
    applied: 'The terminal reported that the apply succeeded.',
    failed: 'The terminal reported that the apply failed. A part of the changes may have been made.',
    'outcome-unknown': 'The apply was started, and nothing was reported of its end. Look at the infrastructure itself; this plan can never be applied again.',
  }
  return words[run.status]
}
