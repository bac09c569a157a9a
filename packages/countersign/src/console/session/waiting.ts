/**
 * What this person asked of states and nobody has answered yet: the server holds the question until that changes, so that an open page
 * shows within a moment what Terraform silently waits for. It is only asked while the page can be seen; where nobody has touched it for a
 * while (attention.ts), so that the session ends in its time all the same.
 */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import type { StateRequestView, StateWaitingView } from '../api/state-views.ts'
import { attentive } from './attention.ts'

/** So that nothing that changes all the time keeps the page busy; and how often a page that cannot be seen looks whether it can. */
const BETWEEN_MS = 200
/** After an answer that is none. */
const LATER_MS = 20_000

const pause = (ms: number, signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
})

const listeners = new Set<() => void>()

/** Calls back whenever something new waits, or has been answered: as far as the frame follows it. */
export function useWaitingChange(changed: () => void): void {
  useEffect(() => {
    listeners.add(changed)
    return () => {
      listeners.delete(changed)
    }
  }, [changed])
}

/** Of the frame, once for each page that is open. */
export function useStateWaiting(): StateRequestView[] {
  const [requests, setRequests] = useState<StateRequestView[]>([])
  useEffect(() => {
    const abort = new AbortController()
    const { signal } = abort
    const follow = async (): Promise<void> => {
      for (let since: number | null = null; !signal.aborted; ) {
        if (document.visibilityState === 'visible') {
          try {
            const next: StateWaitingView = await call('GET', since === null ? '/api/v1/state/waiting' : `/api/v1/state/waiting?wait=25&since=${since}`, undefined, signal, attentive())
            if (next.version !== since) setRequests(next.requests)
            if (since !== null && next.version !== since) for (const listener of listeners) listener()
            since = next.version
          } catch {
            await pause(LATER_MS, signal)
          }
        }
        await pause(BETWEEN_MS, signal)
      }
    }
    void follow()
    return () => abort.abort()
  }, [])
  return requests
}
