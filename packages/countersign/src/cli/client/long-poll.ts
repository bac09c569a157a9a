/**
 * Looks at something of the server until it is as wanted. The server holds each question until something changes; where it is away for a
 * moment, it is asked again: that is no reason to give up.
 */
import { CliError } from '../exit.ts'

/** Seconds that one question is held at most. */
export const LONG_POLL = 25
const PAUSE = 1_000

export type Held = { readonly signal: AbortSignal; /** Milliseconds. */ readonly silence: number }

export type Looking<V> = {
  /** One question, held for so many seconds at most. */
  readonly look: (seconds: number, held: Held) => Promise<V>
  readonly isLast: (view: V) => boolean
  readonly signal: AbortSignal
  /** As Date.now() says it. */
  readonly until?: number
  /** The server does not answer; told once each time. */
  readonly away?: () => void
  readonly back?: () => void
}

/** Answers the last view; undefined when the signal or the time ended it first. Throws what is more than a server that is away. */
export async function longPoll<V>({ look, isLast, signal, until = Number.POSITIVE_INFINITY, away, back }: Looking<V>): Promise<V | undefined> {
  let isAway = false
  while (!signal.aborted && Date.now() < until) {
    const seconds = Math.max(0, Math.min(LONG_POLL, Math.ceil((until - Date.now()) / 1000)))
    try {
      const view = await look(seconds, { signal, silence: (seconds + 15) * 1000 })
      if (isAway) back?.()
      isAway = false
      if (isLast(view)) return view
    } catch (error) {
      if (signal.aborted) break
      if (!passes(error)) throw error
      if (!isAway) away?.()
      isAway = true
      await pause(signal)
    }
  }
  return undefined
}

const passing: ReadonlySet<string> = new Set(['server_unreachable', 'shutting_down', 'storage_unavailable', 'rate_limited'])

function passes(error: unknown): boolean {
  return error instanceof CliError && passing.has(error.code)
}

async function pause(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', over)
      resolve()
    }
    const timer = setTimeout(over, PAUSE)
    signal.addEventListener('abort', over)
  })
}
