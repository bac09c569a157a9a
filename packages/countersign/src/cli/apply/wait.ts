/**
 * Waits for the person: long polls, a visible clock, a server that goes away and comes back. Ends when the run is decided, when time is
 * up, or at Ctrl-C; the caller takes the run back in the last two cases.
 */
import type { Api } from '../client/api.ts'
import { answer, type RunStatus, type RunView } from '../client/wire.ts'
import { CliError, exitCodes } from '../exit.ts'
import type { Output } from '../output.ts'
import { startProgress } from '../render/progress.ts'
import { timeOfDay } from '../render/words.ts'

export type Waiting = { readonly api: Api; readonly output: Output; readonly signal: AbortSignal; /** Milliseconds. */ readonly timeout: number | undefined }

const LONG_POLL = 25
const PAUSE = 1_000

/** Answers the granted view. Throws CliError `challenge_denied`, `challenge_expired`, `challenge_cancelled`, `wait_timeout`, `interrupted`. */
export async function waitForPerson(waiting: Waiting, first: RunView): Promise<RunView> {
  const progress = startProgress(waiting.output, 'waiting for the countersignature')
  const limit = waiting.timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + waiting.timeout
  let view = first
  try {
    while (view.status === 'waiting') {
      if (Date.now() >= limit) throw notGiven('wait_timeout', 'Nobody countersigned within the time given by --timeout. Nothing was changed.', '')
      const seconds = Math.max(0, Math.min(LONG_POLL, Math.ceil((limit - Date.now()) / 1000)))
      view = await poll(waiting, view, seconds, (text) => progress.say(text))
    }
  } catch (error) {
    progress.end()
    throw error
  }
  progress.end(view.status === 'granted' ? `${waiting.output.paint.green('countersigned')}, ${timeOfDay(Date.now())}` : undefined)
  return decided(view)
}

async function poll(waiting: Waiting, view: RunView, seconds: number, say: (text: string) => void): Promise<RunView> {
  const path = `/api/v1/runs/${view.id}?wait=${seconds}&since=${view.version}`
  try {
    const next = answer('run', await waiting.api.call('GET', path, { signal: waiting.signal, silence: (seconds + 15) * 1000 }))
    say('waiting for the countersignature')
    return next
  } catch (error) {
    if (waiting.signal.aborted) throw new CliError('interrupted', 'Interrupted: the request is taken back, and nothing was changed.', '', { exit: exitCodes.notCountersigned })
    const passing = error instanceof CliError && (error.code === 'server_unreachable' || error.code === 'shutting_down' || error.code === 'storage_unavailable' || error.code === 'rate_limited')
    if (!passing) throw error
    say('the server does not answer; trying again')
    await pause(waiting.signal)
    return view
  }
}

function decided(view: RunView): RunView {
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

function notGiven(code: string, message: string, next: string): CliError {
  return new CliError(code, message, next, { exit: exitCodes.notCountersigned })
}

async function pause(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PAUSE)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })
}
