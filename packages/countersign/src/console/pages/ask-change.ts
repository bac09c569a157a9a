/** Asking for a change that takes a countersignature: it leads to its ceremony, or says why it cannot be asked. */
import { useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import type { AskedChange } from '../api/views.ts'
import { navigate } from '../router.ts'
import { endSession } from '../session/session.ts'

export function useAsk(): { busy: boolean; problem: Problem | null; ask: (path: string, body: unknown) => void; attempt: (work: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = (work: () => Promise<void>): void => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    work()
      .catch((error: unknown) => {
        const found = asProblem(error)
        if (found.status === 401) endSession()
        else setProblem(found)
      })
      .finally(() => setBusy(false))
  }
  const ask = (path: string, body: unknown): void => attempt(async () => navigate(`/c/${(await call<AskedChange>('POST', path, body)).code}`))
  return { busy, problem, ask, attempt }
}
