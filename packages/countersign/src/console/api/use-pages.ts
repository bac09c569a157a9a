/** A long list, newest first: what is newest is kept as it is now, what is older comes page by page when somebody asks for it. */
import { useState } from 'preact/hooks'
import { asProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { useLive } from './use-live.ts'
import type { Resource } from './use-resource.ts'

export type Pages<T> = { newest: Resource<T[]>; again: () => void; all: T[]; older: { there: boolean; busy: boolean; problem: Problem | null; next: () => void } }

/** `load` answers at most `size` that come before that number, or the newest. */
export function usePages<T>(of: { load: (before: number | null, signal?: AbortSignal) => Promise<T[]>; key: string; size: number; numberOf: (one: T) => number }): Pages<T> {
  const { load, key, size, numberOf } = of
  const [newest, again] = useLive((signal) => load(null, signal), key)
  const [older, setOlder] = useState<T[]>([])
  const [more, setMore] = useState(true)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const first = newest.state === 'ready' ? newest.value : []
  const all = [...first, ...older.filter((one) => first.every((other) => numberOf(other) !== numberOf(one)))]
  const next = (): void => {
    const last = all.at(-1)
    setBusy(true)
    load(last === undefined ? null : numberOf(last))
      .then((page) => {
        setOlder([...older, ...page])
        setMore(page.length === size)
      }, (error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false))
  }
  return { newest, again, all, older: { there: more && first.length === size, busy, problem, next } }
}
