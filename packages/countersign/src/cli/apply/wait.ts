/** Waits until the run is decided. The caller takes the run back where nobody decided it. */
import type { Api } from '../client/api.ts'
import { notGiven, waitForPerson, type Waiting } from '../client/wait-for-person.ts'
import { answer, type RunStatus, type RunView } from '../client/wire.ts'
import { CliError } from '../exit.ts'

/** Answers the granted view. Throws CliError `challenge_denied`, `challenge_expired`, `challenge_cancelled`, `wait_timeout`, `interrupted`. */
export async function waitForRun(waiting: Waiting & { readonly api: Api }, first: RunView): Promise<RunView> {
  const view = await waitForPerson(waiting, first, {
    after: async ({ id, version }, seconds, held) => answer('run', await waiting.api.call('GET', `/api/v1/runs/${id}?wait=${seconds}&since=${version}`, held)),
    isGood: ({ status }) => status === 'granted',
    nothing: 'Nothing was changed.',
  })
  if (view.status === 'granted') return view
  const ending = endings[view.status]
  if (ending) throw notGiven(...ending)
  throw new CliError('server_unexpected', `The server says that this run is ${view.status}, and this terminal has not applied it.`, 'Look at the run in the console.')
}

const endings: { readonly [status in RunStatus]?: readonly [code: string, message: string, next: string] } = {
  denied: ['challenge_denied', 'The person who was asked said no. Nothing was changed.', ''],
  expired: ['challenge_expired', 'Nobody countersigned in time. Nothing was changed.', 'Run the command again for a new plan.'],
  cancelled: ['challenge_cancelled', 'The run was cancelled. Nothing was changed.', ''],
}
