/**
 * Several runs of one workspace: this one's turn. Another that is applied now is waited for, and said so; our own apply tells the
 * server that it goes on, so that others wait for us.
 */
import type { Api } from '../client/api.ts'
import type { Session } from '../client/session.ts'
import { answer, type RunView } from '../client/wire.ts'
import { CliError, exitCodes } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { startProgress } from '../render/progress.ts'
import { timeOfDay } from '../render/words.ts'

const LONG_POLL = 25
const SAY_EVERY = 20_000

export function tellBehind(output: Output, { behind }: RunView): void {
  if (!behind) return
  output.line(`  ${output.paint.yellow('waits for')}       ${safe(behind.requester.name)}, who is applying this workspace since ${timeOfDay(Date.parse(behind.startedAt))} (${safe(behind.code)})`)
}

/** Asks for the start; while the server says that another is applied, waits for that one to end and asks again. */
export async function inTurn<T>(session: Session, run: string, output: Output, signal: AbortSignal, start: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await start()
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== 'workspace_busy') throw error
      await otherEnds(session.api, run, output, signal)
    }
  }
}

async function otherEnds(api: Api, run: string, output: Output, signal: AbortSignal): Promise<void> {
  const { behind } = answer('run', await api.call('GET', `/api/v1/runs/${run}`))
  if (!behind) return
  const progress = startProgress(output, `waiting for ${safe(behind.requester.name)}, who is applying this workspace`)
  try {
    for (;;) {
      const other = answer('run', await api.call('GET', `/api/v1/runs/${encodeURIComponent(behind.id)}?wait=${LONG_POLL}`, { signal, silence: (LONG_POLL + 15) * 1000 }))
      if (other.status !== 'applying') return
      const own = answer('run', await api.call('GET', `/api/v1/runs/${run}`, { signal }))
      if (!own.behind) return // it has fallen silent
    }
  } catch (error) {
    if (signal.aborted) throw new CliError('interrupted', 'Interrupted before the apply began. Nothing was changed.', '', { exit: exitCodes.notCountersigned })
    throw error
  } finally {
    progress.end()
  }
}

/** While terraform applies. That the server cannot be reached is no reason to stop anything. */
export function keepSaying(api: Api, run: string, lease: string): { end: () => void } {
  const timer = setInterval(() => void api.call('POST', `/api/v1/runs/${run}/alive`, { body: { lease }, silence: 10_000 }).catch(() => undefined), SAY_EVERY)
  timer.unref()
  return { end: () => clearInterval(timer) }
}
