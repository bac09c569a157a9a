/** Loading something for a page: what it is, or why not, and a way to ask again. A call that is no longer wanted is aborted. */
import { useCallback, useEffect, useState } from 'preact/hooks'
import { endSession } from '../session/session.ts'
import { asProblem } from './problem.ts'
import type { Problem } from './problem.ts'

export type Resource<T> =
  | { state: 'loading' }
  | { state: 'ready'; value: T }
  | { state: 'failed'; problem: Problem }

export function useResource<T>(load: (signal: AbortSignal) => Promise<T>, key: string): [Resource<T>, () => void, (value: T) => void] {
  const [resource, setResource] = useState<Resource<T>>({ state: 'loading' })
  const [round, setRound] = useState(0)

  useEffect(() => {
    const abort = new AbortController()
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setResource({ state: 'ready', value })
      },
      (error: unknown) => {
        if (abort.signal.aborted) return
        const problem = asProblem(error)
        // The session is gone: the shell then asks to sign in, and comes back here.
        if (problem.status === 401) endSession()
        else setResource({ state: 'failed', problem })
      },
    )
    return () => abort.abort()
  }, [key, round])

  const again = useCallback(() => setRound((count) => count + 1), [])
  const replace = useCallback((value: T) => setResource({ state: 'ready', value }), [])
  return [resource, again, replace]
}
