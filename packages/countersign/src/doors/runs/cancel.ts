/** Taking a run back before it starts. After that the world may have changed, and there is nothing to cancel. */
import type { Authorized } from '../../gate/index.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { RunError } from './errors.ts'
import type { RunsDeps } from './ports.ts'
import { findRun, updateRun } from './store.ts'

export async function cancelRun(deps: RunsDeps, by: Authorized<'run.cancel'>, id: string): Promise<void> {
  await deps.store.write(async (tx) => {
    const run = await findRun(tx, id)
    if (!run || run.requester !== by.actor.id) throw new RunError('run_not_found', 'There is no such run of yours.', 'List the runs in the console.')
    if (run.state === 'cancelled') return
    if (!(await updateRun(tx, id, ['asked'], { state: 'cancelled', ended_at: deps.clock.now() }))) {
      throw new RunError('run_not_applicable', `This run is ${run.state}: it cannot be cancelled.`, 'Nothing was changed.')
    }
    await deps.gate.cancel(tx, id, by.actor.id)
    await deps.gate.voidOf(tx, id, 'the run was cancelled')
    await deps.ledger.append(tx, { type: 'run.cancelled', ids: { ref: id, run: id, person: by.actor.id }, details: { run: id, via: by.actor.via } })
    afterCommit(tx, () => deps.notify.changed(id))
  })
}
