/**
 * One ceremony as the page follows it: loaded, inspected, decided, ended. While somebody looks at it, the server is asked
 * every few seconds whether it ended elsewhere (cancelled in the terminal, answered in another window).
 */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/call.ts'
import { asProblem } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import type { CeremonyView } from '../api/views.ts'
import { attentive } from '../session/attention.ts'
import { endSession } from '../session/session.ts'
import type { Busy } from './decide.tsx'
import { inspect } from './inspect.ts'
import type { Inspection } from './inspect.ts'
import { Refusal } from './refusal.ts'
import { countersign, countersignByCode } from './sign.ts'

export type Seen =
  | { state: 'loading' }
  | { state: 'failed'; problem: Problem }
  | { state: 'refused'; view: CeremonyView; refusal: Refusal }
  | { state: 'ready'; view: CeremonyView; inspection: Inspection }

const ASK_EVERY_MS = 4_000

export type Ceremony = {
  seen: Seen
  busy: Busy
  problem: Problem | null
  reported: boolean
  again: () => void
  sign: (person: string, typed: string | null, totp?: string) => void
  deny: (report: boolean) => void
}

export function useCeremony(code: string): Ceremony {
  const [seen, setSeen] = useState<Seen>({ state: 'loading' })
  const [busy, setBusy] = useState<Busy>('no')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [reported, setReported] = useState(false)
  const [round, setRound] = useState(0)
  const path = `/api/v1/ceremonies/${encodeURIComponent(code)}`

  useEffect(() => {
    const abort = new AbortController()
    const load = async (): Promise<void> => {
      const view = await call<CeremonyView>('GET', path, undefined, abort.signal)
      try {
        const inspection = await inspect(view, code, abort.signal)
        if (!abort.signal.aborted) setSeen({ state: 'ready', view, inspection })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        if (!abort.signal.aborted) setSeen({ state: 'refused', view, refusal: error })
      }
    }
    load().catch((error: unknown) => {
      if (!abort.signal.aborted) fail(error)
    })
    return () => abort.abort()
  }, [path, round])

  const fail = (error: unknown): void => {
    const found = asProblem(error)
    if (found.status === 401) endSession()
    else setSeen({ state: 'failed', problem: found })
  }

  /** A newer view of the same statement: only its state may differ from what was inspected. */
  const follow = (view: CeremonyView): void => {
    setSeen((before) => (before.state === 'ready' && before.view.subject === view.subject ? { ...before, view } : before.state === 'refused' ? { ...before, view } : before))
  }

  const waiting = seen.state === 'ready' && seen.view.status === 'waiting' && busy === 'no'
  useEffect(() => {
    if (!waiting) return undefined
    const timer = setInterval(() => {
      if (attentive()) call<CeremonyView>('GET', path).then(follow, () => undefined)
    }, ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [waiting, path])

  const attempt = (what: Busy, work: () => Promise<CeremonyView>): void => {
    setBusy(what)
    setProblem(null)
    work()
      .then(follow)
      .catch((error: unknown) => {
        if (error instanceof Refusal) setSeen((before) => ('view' in before ? { state: 'refused', view: before.view, refusal: error } : before))
        else settle(asProblem(error))
      })
      .finally(() => setBusy('no'))
  }

  /** An error that says "it has ended" is shown as the end; a lost session leads back here after signing in. */
  const settle = (found: Problem): void => {
    if (found.status === 401) return endSession()
    setProblem(found)
    if (found.code.startsWith('challenge_') && found.code !== 'challenge_mismatch') call<CeremonyView>('GET', path).then(follow, () => undefined)
  }

  return {
    seen,
    busy,
    problem,
    reported,
    again: () => {
      setSeen({ state: 'loading' })
      setProblem(null)
      setRound((count) => count + 1)
    },
    sign: (person, typed, totp) => {
      if (seen.state !== 'ready') return
      const { view, inspection } = seen
      const { instance } = inspection.statement.subject
      attempt('signing', () => (totp === undefined ? countersign(view, person, instance, typed) : countersignByCode(view, person, instance, typed, totp)))
    },
    deny: (report) => attempt('denying', async () => {
      const view = await call<CeremonyView>('POST', `${path}/deny`, { report })
      setReported(report)
      return view
    }),
  }
}
