/** Where a question stands, and waiting for the person who is asked. */
import type { Db, Tx } from '../../platform/store/store.ts'
import type { StateDeps } from './ports.ts'
import { believeRequest } from './rights.ts'
import { findRequest } from './store.ts'
import type { RequestRow } from './store.ts'
import type { RequestStatus } from './views.ts'

export type Standing = { status: RequestStatus; /** The grant that may be redeemed now, or "". */ grant: string; /** When it ends by itself. */ until: number; /** It was granted, and something else changed first: asking again makes sense. */ overtaken: boolean }

/** @throws StateError `state_tampered` where it is not the question that was asked */
export async function standingOf(deps: Pick<StateDeps, 'gate' | 'rowMacs'>, db: Db | Tx, row: RequestRow): Promise<Standing> {
  believeRequest(deps, row)
  const over = { grant: '', until: row.expires_at, overtaken: false }
  if (row.done_at !== null) return { ...over, status: 'done' }
  if (row.decision === 'deny') return { ...over, status: 'denied' }
  const { challenge, grant } = await deps.gate.standing(db, row.id)
  if (grant) {
    const now = { open: row.decision === 'allow' ? 'allowed' : 'granted', consumed: 'done', void: 'void', expired: 'expired' } as const
    return { status: now[grant.status], grant: grant.status === 'open' ? grant.id : '', until: grant.expiresAt, overtaken: grant.status === 'void' }
  }
  const asked = { waiting: 'waiting', countersigned: 'void', consumed: 'done', denied: 'denied', expired: 'expired', cancelled: 'cancelled' } as const
  return { ...over, status: challenge ? asked[challenge.status] : 'void', until: challenge?.expiresAt ?? row.expires_at }
}

/** A held request is answered when the person has, when nobody will any more, when the time is over, or not at all: who asked has left. */
export async function hold(deps: StateDeps, request: RequestRow, signal: AbortSignal): Promise<Standing> {
  const look = (): Promise<Standing> => deps.store.read(async (db) => standingOf(deps, db, (await findRequest(db, request.id)) ?? request))
  const first = await look()
  if (first.status !== 'waiting') return first
  // Expiry is no event of the database: a waiter wakes for it by itself.
  const untilExpiry = Math.max(1, first.until - deps.clock.now() + 1)
  const settled = await deps.notify.waitUntil(request.id, async () => {
    const standing = await look()
    return standing.status === 'waiting' ? undefined : standing
  }, Math.min(deps.limits.holdSeconds * 1000, untilExpiry), signal)
  return settled ?? look()
}
