/**
 * What a client is told instead of a lock: a LockInfo in whose ID stands a link, because Terraform prints the ID and nothing else. The
 * holder's real ID is never shown to anybody, and nobody's real ID is ever a link: it would open nothing.
 */
import { formatCode } from '@countersign/proof'
import { rfc3339 } from '../../platform/clock.ts'
import type { StateDeps } from './ports.ts'
import type { LockRow, RequestRow, WorkspaceRow } from './store.ts'
import { pathOf } from './versions.ts'

export type StandIn = { ID: string; Operation: string; Info: string; Who: string; Version: string; Created: string; Path: string }

type At = Pick<StateDeps, 'place' | 'clock'>

export function waitsFor(deps: At, request: RequestRow): StandIn {
  return standIn(deps, `${deps.place.origin}/c/${formatCode(request.code)}`, 'waits for your countersignature at this address', request.requester_name)
}

export function heldBy(deps: At, workspace: WorkspaceRow, lock: LockRow): StandIn {
  const since = rfc3339(lock.taken_at).slice(11, 16)
  return { ...standIn(deps, `${deps.place.origin}${pathOf(workspace.name)} held by ${shown(lock.person_name)} since ${since} UTC`, 'is locked', shown(lock.person_name)), Created: rfc3339(lock.taken_at) }
}

export function frozen(deps: At, workspace: WorkspaceRow): StandIn {
  return standIn(deps, `${deps.place.origin}${pathOf(workspace.name)}/quarantine frozen until somebody decides about the quarantine`, 'is frozen', '')
}

function standIn({ clock }: At, id: string, info: string, who: string): StandIn {
  return { ID: id, Operation: '', Info: info, Who: who, Version: '', Created: rfc3339(clock.now()), Path: '' }
}

/** A name in somebody's terminal: one line, and nothing that steers it. */
function shown(name: string): string {
  return name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, 80)
}
