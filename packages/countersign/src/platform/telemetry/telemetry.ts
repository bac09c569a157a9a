/**
 * What rooms tell of themselves, in their own words: one small port. Nothing here throws or waits, and nothing depends on anybody
 * reading it. Of a unit of work tell after its commit: what was rolled back did not happen.
 */
import { codeOf } from './code-of.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { noTracing, type Attributes, type Tracing } from './tracing.ts'

export interface Telemetry {
  /** The gate's answer to a question. */
  decided(action: string, effect: 'allow' | 'step-up' | 'deny'): void
  /** A request that waited for countersignatures came to its end. */
  challengeEnded(action: string, outcome: 'countersigned' | 'denied' | 'cancelled' | 'expired', ms: number): void
  /** One person's answer; `ms` since they opened it, where that is known. */
  answered(outcome: 'countersigned' | 'refused', ms?: number): void
  /** Runs a use case: its span, and its refusal if it ends in one. */
  useCase<T>(name: string, action: string, work: () => Promise<T>): Promise<T>
  span<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>
  noticeFailed(channel: string): void
  /** Runs background work and answers whether it ended well; its error is told to `failed`. */
  job(name: string, work: () => Promise<unknown>, failed: (error: unknown) => void): Promise<void>
  readonly metrics: Metrics
  readonly tracing: Tracing
}

export function createTelemetry({ tracing = noTracing, now = Date.now }: { tracing?: Tracing; now?: () => number } = {}): Telemetry {
  const metrics = createMetrics()
  return {
    metrics, tracing,
    decided: (action, effect) => metrics.add('countersign_decisions_total', { action, effect }),
    challengeEnded(action, outcome, ms) {
      metrics.add('countersign_challenges_total', { action, outcome })
      metrics.observe('countersign_challenge_seconds', { outcome }, Math.max(0, ms) / 1000)
    },
    answered(outcome, ms) {
      metrics.add('countersign_ceremonies_total', { outcome })
      if (ms !== undefined) metrics.observe('countersign_ceremony_seconds', { outcome }, Math.max(0, ms) / 1000)
    },
    async useCase(name, action, work) {
      try {
        return await tracing.span(`use case ${name}`, { 'countersign.action': action }, work)
      } catch (error) {
        metrics.add('countersign_refusals_total', { action, code: codeOf(error) })
        throw error
      }
    },
    span: (name, attributes, work) => tracing.span(name, attributes, work),
    noticeFailed: (channel) => metrics.add('countersign_notice_failures_total', { channel }),
    async job(name, work, failed) {
      const started = performance.now()
      try {
        await tracing.span(`job ${name}`, {}, work)
        metrics.add('countersign_job_runs_total', { task: name, outcome: 'done' })
        metrics.set('countersign_job_done_timestamp_seconds', { task: name }, now() / 1000)
      } catch (error) {
        metrics.add('countersign_job_runs_total', { task: name, outcome: 'failed' })
        failed(error)
      }
      metrics.observe('countersign_job_seconds', { task: name }, (performance.now() - started) / 1000)
    },
  }
}
