/**
 * Whether this server can do its work: the database answers, the ledger takes an entry, the policy that was countersigned is in force.
 *
 * Bounded three ways, because strangers may ask: the answer is kept for some seconds, one look at a time, and no part of it is waited
 * for longer than its time. A look that is still under way is not begun a second time.
 */
import { performance } from 'node:perf_hooks'
import type { Logger } from 'pino'
import { endsWithin } from '../platform/within.ts'
import type { Metrics } from '../platform/telemetry/index.ts'

export const checkNames = ['database', 'ledger', 'policy'] as const
export type CheckName = (typeof checkNames)[number]
export type CheckResult = 'ok' | 'failed' | 'timeout'
export type Looked = { ready: boolean; draining: boolean; checks: Readonly<Record<CheckName, CheckResult>> }

export interface Readiness {
  look(): Promise<Looked>
  /** From here on the answer is no, at once. */
  drain(): void
}

export type ReadinessOptions = {
  checks: Readonly<Record<CheckName, () => Promise<unknown>>>
  metrics: Metrics
  log: Pick<Logger, 'warn' | 'info'>
  /** ms */
  keptFor?: number
  within?: number
}

const KEPT_MS = 2_000
const WITHIN_MS = 2_000

export function createReadiness({ checks, metrics, log, keptFor = KEPT_MS, within = WITHIN_MS }: ReadinessOptions): Readiness {
  const results: Record<CheckName, CheckResult> = { database: 'ok', ledger: 'ok', policy: 'ok' }
  const running = new Map<CheckName, Promise<CheckResult>>()
  let draining = false
  let last: { at: number; done: Promise<void> } | undefined

  const run = async (name: CheckName): Promise<CheckResult> => {
    const begun = running.get(name) ?? checks[name]().then(
      () => 'ok' as const,
      (error: unknown) => {
        if (results[name] === 'ok') log.warn({ check: name, err: error }, 'not ready')
        return 'failed' as const
      },
    ).finally(() => running.delete(name))
    running.set(name, begun)
    return (await endsWithin(within, begun)) ? begun : 'timeout'
  }
  const refresh = async (): Promise<void> => {
    for (const [name, result] of await Promise.all(checkNames.map(async (one) => [one, await run(one)] as const))) {
      if (result === 'ok' && results[name] !== 'ok') log.info({ check: name }, 'ready again')
      if (result === 'timeout' && results[name] === 'ok') log.warn({ check: name, ms: within }, 'not ready: no answer in time')
      results[name] = result
      metrics.set('countersign_ready', { check: name }, result === 'ok' ? 1 : 0)
    }
  }
  metrics.set('countersign_draining', {}, 0)
  return {
    async look() {
      const now = performance.now()
      if (last === undefined || now - last.at >= keptFor) last = { at: now, done: refresh() }
      if (!draining) await last.done
      return { ready: !draining && Object.values(results).every((result) => result === 'ok'), draining, checks: { ...results } }
    },
    drain() {
      draining = true
      metrics.set('countersign_draining', {}, 1)
    },
  }
}
