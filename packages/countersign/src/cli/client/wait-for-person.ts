/**
 * Waits for the person who was asked, whatever it is about: a visible clock, a server that goes away and comes back. Ends when it is
 * decided, when time is up, or at Ctrl-C; in the last two cases the caller takes the request back.
 */
import { CliError, exitCodes } from '../exit.ts'
import type { Output } from '../output.ts'
import { startProgress } from '../render/progress.ts'
import { timeOfDay } from '../render/words.ts'
import { longPoll, type Held } from './long-poll.ts'

export type Waiting = { readonly output: Output; readonly signal: AbortSignal | undefined; /** Milliseconds. */ readonly timeout: number | undefined }
type Awaited = { readonly status: string }

export type About<V> = {
  /** The next view after this one, held for so many seconds at most. */
  readonly after: (view: V, seconds: number, held: Held) => Promise<V>
  /** Decided so that the work goes on: it is said. */
  readonly isGood: (view: V) => boolean
  /** What did not happen where nobody decided: a sentence. */
  readonly nothing: string
}

const WAITING = 'waiting for the countersignature'

/** Answers the first view that waits no more. Throws CliError `wait_timeout`, `interrupted`. */
export async function waitForPerson<V extends Awaited>({ output, signal, timeout }: Waiting, first: V, { after, isGood, nothing }: About<V>): Promise<V> {
  if (first.status !== 'waiting') return first
  const progress = startProgress(output, WAITING)
  const interrupted = signal ?? new AbortController().signal
  let seen = first
  try {
    const decided = await longPoll<V>({
      look: async (seconds, held) => (seen = await after(seen, seconds, held)),
      isLast: ({ status }) => status !== 'waiting',
      signal: interrupted, ...(timeout === undefined ? {} : { until: Date.now() + timeout }),
      away: () => progress.say('the server does not answer; trying again'),
      back: () => progress.say(WAITING),
    })
    if (!decided && interrupted.aborted) throw notGiven('interrupted', `Interrupted: the request is taken back. ${nothing}`)
    if (!decided) throw notGiven('wait_timeout', `Nobody countersigned within the time given by --timeout: the request is taken back. ${nothing}`)
    progress.end(isGood(decided) ? `${output.paint.green('countersigned')}, ${timeOfDay(Date.now())}` : undefined)
    return decided
  } catch (error) {
    progress.end()
    throw error
  }
}

/** For an ending without a countersignature. */
export function notGiven(code: string, message: string, next = ''): CliError {
  return new CliError(code, message, next, { exit: exitCodes.notCountersigned })
}
