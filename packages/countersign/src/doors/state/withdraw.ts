/**
 * Taking a question back before it is redeemed, or has its effect: who asked does not want it any more, and nobody should touch a key for
 * it. Only what was asked at a terminal or on a page; what terraform asks over the wire is a client's that may be a thief's, and is denied.
 */
import type { Authorized } from '../../gate/index.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { existing, requestView } from './requests.ts'
import { standingOf } from './standing.ts'
import { requestsOf } from './topics.ts'
import type { RequestView } from './views.ts'

/** Answers how it stands then: it may have been countersigned, and have happened, just before. */
export async function withdrawRequest(deps: StateDeps, by: Authorized<'state.list'>, id: string): Promise<RequestView> {
  return deps.store.write(async (tx) => {
    const row = await existing(tx, id)
    if (row.requester !== by.actor.id || row.same !== '') throw new StateError('request_not_found', 'There is no such request of yours.', 'What terraform asks is denied on its page.')
    const { status } = await standingOf(deps, tx, row)
    if (status === 'waiting' || status === 'granted' || status === 'allowed') {
      await deps.gate.cancel(tx, id, by.actor.id)
      await deps.gate.voidOf(tx, id, 'it was withdrawn')
      afterCommit(tx, () => {
        deps.notify.changed(id)
        deps.notify.changed(requestsOf(by.actor.id))
      })
    }
    return requestView(deps, tx, row)
  })
}
