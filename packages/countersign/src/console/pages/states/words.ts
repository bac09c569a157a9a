/** What the terms of a state mean, in words. One table for each. */
import type { CredentialView, LockView, StateRequestView, VersionView, WorkspaceView } from '../../api/state-views.ts'
import type { Tone } from '../../ceremony/words.ts'
import type { IconName } from '../../parts/icon.tsx'
import { counted } from '../../parts/size.ts'
import { moment } from '../../parts/time.tsx'

/** How a version came to be; where it came from another one, which. */
export function originWords({ origin, from }: Pick<VersionView, 'origin' | 'from'>): string {
  if (origin === 'rollback') return `rolled back, from version ${from}`
  if (origin === 'accepted') return from === 0 ? 'accepted' : `accepted from quarantine, from version ${from}`
  return origin === 'import' ? 'imported' : 'written'
}

export const changeVerbs: Record<VersionView['origin'], string> = { write: 'Written', import: 'Imported', rollback: 'Rolled back', accepted: 'Accepted from quarantine' }

type Mark = { word: string; tone: Tone; icon: IconName }

export function statusMark(version: VersionView): Mark | null {
  if (version.current) return { word: 'Current', tone: 'green', icon: 'check' }
  const until = version.destroyAt === null ? '' : ` until ${moment(version.destroyAt)}`
  switch (version.status) {
    case 'kept': return null
    case 'quarantined': return { word: 'Set aside', tone: 'red', icon: 'aside' }
    case 'deleted': return { word: `Deleted, can be restored${until}`, tone: 'amber', icon: 'cross' }
    case 'discarded': return { word: `Discarded, can be restored${until}`, tone: 'amber', icon: 'cross' }
    case 'destroyed': return { word: 'Destroyed: its key is gone', tone: 'quiet', icon: 'cross' }
  }
}

/** What stands in the way of a workspace, the gravest first; what is quiet is not marked. */
export function marksOf({ version, frozen, quarantined, lock, secrets }: WorkspaceView): Mark[] {
  return [
    ...(frozen === null ? [] : [{ word: 'Frozen', tone: 'red', icon: 'stop' } as const]),
    ...(quarantined === 0 ? [] : [{ word: `${quarantined} set aside`, tone: 'red', icon: 'aside' } as const]),
    ...(lock === null ? [] : [lock.mode === 'write' ? ({ word: 'Locked to write', tone: 'amber', icon: 'lock' } as const) : ({ word: 'Locked to plan', tone: 'quiet', icon: 'lock' } as const)]),
    ...(version === 0 ? [{ word: 'No state', tone: 'quiet', icon: 'ring' } as const] : []),
    ...((secrets ?? 0) === 0 ? [] : [{ word: counted(secrets ?? 0, 'secret'), tone: 'amber', icon: 'warning' } as const]),
  ]
}

export const lockWords: Record<LockView['mode'], string> = { write: 'Locked to write', plan: 'Locked to plan: nothing is written' }

const tiers: Record<string, string> = { full: 'the whole state, with its secrets', redacted: 'without secrets', outputs: 'the outputs' }
export const tierWords = (tier: string): string => (Object.hasOwn(tiers, tier) ? (tiers[tier] ?? tier) : tier)

export const mayWords: Record<CredentialView['phase'], string> = { plan: 'May plan and read', apply: 'May plan, apply and write' }

export const credentialMarks: Record<CredentialView['status'], Mark> = {
  valid: { word: 'Valid', tone: 'green', icon: 'check' },
  expired: { word: 'Expired', tone: 'quiet', icon: 'clock' },
  revoked: { word: 'Revoked', tone: 'quiet', icon: 'cross' },
}

const actions: Record<string, string> = {
  'state.credential': 'get a credential for the state of', 'state.plan': 'lock and read the state, to plan in', 'state.write': 'lock and write the state of', 'state.read': 'read the state, with its secrets, of',
  'state.read-redacted': 'read the state, without its secrets, of', 'state.read-outputs': 'read the outputs of', 'state.import': 'import a state into', 'state.rollback': 'go back to an earlier version of',
  'state.delete': 'delete from the state of', 'state.restore': 'bring back what was deleted of', 'state.accept': 'accept what was set aside of', 'state.discard': 'discard what was set aside of', 'state.force-unlock': "end somebody's lock of",
}
/** "lock and write the state of": the name of the workspace follows. */
export const actionWords = (action: string): string => (Object.hasOwn(actions, action) ? (actions[action] ?? action) : `${action} in`)

/** What came of something that was asked here, once it is over. */
export function resultWords({ action, status, result }: StateRequestView): { title: string; good: boolean; next: string } | null {
  if (status === 'denied') return { title: 'It was denied. Nothing was changed.', good: false, next: '' }
  if (status === 'expired') return { title: 'Nobody countersigned it in time. Nothing was changed.', good: false, next: 'Ask again if it is still wanted.' }
  if (status === 'cancelled') return { title: 'It was taken back. Nothing was changed.', good: false, next: '' }
  if (status === 'void') return { title: result?.refused || 'Something else changed first. Nothing was changed.', good: false, next: result?.next ?? '' }
  if (status !== 'done' || result === null) return null
  const version = result.version
  const said: Record<string, string> = {
    'state.rollback': `Rolled back. Version ${version} is current now.`, 'state.delete': version === 0 ? 'The whole state was deleted.' : `Version ${version} was deleted.`, 'state.restore': `Version ${version} is back.`,
    'state.accept': `Accepted. Version ${version} is current.`, 'state.discard': `Version ${version} was discarded.`, 'state.force-unlock': 'The lock was ended.',
  }
  const title = Object.hasOwn(said, action) ? said[action] : undefined
  return title === undefined ? null : { title, good: true, next: '' }
}
