/**
 * What waits, for one person: newest first, and theirs alone.
 *
 * Whose it is is asked before anything is cut off: somebody with a role over one workspace would see nothing of theirs while two hundred
 * requests of others wait. The database narrows it down to what they could see; each that is shown is judged like one that is opened.
 */
import { scopesOf } from './admit.ts'
import type { Authorized } from './admit.ts'
import type { ChallengeRow } from './challenge.ts'
import type { GateDeps } from './ports.ts'
import type { Db } from '../platform/store/store.ts'

const atOnce = 200
export const mostShown = 50

type Seen = (row: ChallengeRow) => Promise<boolean>

export async function waitingFor(deps: GateDeps, db: Db, by: Authorized<'challenge.read'>, visible: Seen): Promise<ChallengeRow[]> {
  const scopes = await scopesOf(deps, db, by)
  const shown: ChallengeRow[] = []
  let last: { created_at: number; id: string } | null = null
  for (;;) {
    const rows: ChallengeRow[] = await pageOf(deps, db, by, scopes, last)
    for (const row of rows) {
      if (await visible(row)) shown.push(row)
      if (shown.length === mostShown) return shown
    }
    last = rows.at(-1) ?? null
    if (rows.length < atOnce || last === null) return shown
  }
}

/** A scope is the organisation (""), a project, or a workspace; a role over a project covers what begins with it and a slash. */
function pageOf(deps: GateDeps, db: Db, by: Authorized<'challenge.read'>, scopes: readonly string[], last: { created_at: number; id: string } | null): Promise<ChallengeRow[]> {
  let query = db.selectFrom('gate_challenge').selectAll().where('status', '=', 'waiting').where('expires_at', '>', deps.clock.now())
  if (!scopes.includes('')) {
    query = query.where((e) => e.or([
      e('requester', '=', by.actor.id),
      // "_" in a name stands for any sign here: what is too much is refused by `visible`.
      ...scopes.flatMap((scope) => [e('reach', '=', scope), e('reach', 'like', `${scope}/%`)]),
    ]))
  }
  if (last !== null) {
    const { created_at: at, id } = last
    query = query.where((e) => e.or([e('created_at', '<', at), e.and([e('created_at', '=', at), e('id', '<', id)])]))
  }
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(atOnce).execute()
}
