/**
 * Who is signed in, as the server last said. The cookie itself is out of this page's reach (HttpOnly).
 *
 * The idle limit runs on the server: reading the session again is activity, so it is only done when the person moves or
 * acts, never on a timer.
 */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import type { SessionView } from '../api/views.ts'
import { navigate } from '../router.ts'

export type SessionState =
  | { state: 'unknown' }
  | { state: 'none' }
  | { state: 'failed'; problem: Problem }
  | { state: 'in'; view: SessionView }

let current: SessionState = { state: 'unknown' }
const listeners = new Set<(state: SessionState) => void>()

function become(next: SessionState): void {
  current = next
  for (const listener of listeners) listener(next)
}

export function useSession(): SessionState {
  const [state, setState] = useState(current)
  useEffect(() => {
    setState(current)
    listeners.add(setState)
    return () => {
      listeners.delete(setState)
    }
  }, [])
  return state
}

export async function refreshSession(): Promise<void> {
  try {
    become({ state: 'in', view: await call<SessionView>('GET', '/api/v1/session') })
  } catch (error) {
    const problem = asProblem(error)
    if (problem.status === 401) become({ state: 'none' })
    // A lost network does not sign anybody out: what is on the screen stays, and the next call says what is wrong.
    else if (current.state !== 'in') become({ state: 'failed', problem })
  }
}

export function endSession(): void {
  become({ state: 'none' })
}

export async function signOut(): Promise<void> {
  await call('DELETE', '/api/v1/session')
  // Who signs out has left the page: the next person is not led back to it.
  navigate('/sign-in')
  become({ state: 'none' })
}
