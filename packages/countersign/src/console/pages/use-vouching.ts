/** One's own key signs a statement that was made for it: what the key or the check of that statement refuses is told apart from what the server does. */
import { useState } from 'preact/hooks'
import type { Problem } from '../api/problem.ts'
import { Refusal } from '../ceremony/refusal.ts'
import { useAsk } from './ask-change.ts'

export type Vouching = { busy: boolean; problem: Problem | null; refusal: Refusal | null; vouch: () => void; attempt: (work: () => Promise<void>) => void }

export function useVouching(sign: () => Promise<void>, onDone: () => void): Vouching {
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const { busy, problem, attempt } = useAsk()
  const vouch = (): void => attempt(async () => {
    setRefusal(null)
    try {
      await sign()
      onDone()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      setRefusal(error)
    }
  })
  return { busy, problem, refusal, vouch, attempt }
}
