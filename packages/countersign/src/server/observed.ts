/**
 * What only the database knows, read when metrics are asked for: one short read for all of it, at most once in some seconds, and never
 * waited for longer than its time. Where it fails, the numbers of the last time stay, and `countersign_ready` says why they do.
 */
import { performance } from 'node:perf_hooks'
import type { Db, Store } from '../platform/store/store.ts'
import type { Away } from '../ledger/away/index.ts'
import type { Clock } from '../platform/clock.ts'
import { endsWithin } from '../platform/within.ts'
import type { Metrics } from '../platform/telemetry/index.ts'

const KEPT_MS = 5_000
const WITHIN_MS = 2_000
/** Counting stops here: more is not told apart. */
const MOST = 10_000

export type ObservedOptions = { store: Store; clock: Clock; metrics: Metrics; /** When this server last knew its newest checkpoint to be complete; ms. */ checkpointedAt: () => number; /** How long checkpoints have waited to leave the host. */ away: Pick<Away, 'behind'>; /** Who is held open until something changes. */ waiters: () => number }

export function observing({ store, clock, metrics, checkpointedAt, away, waiters }: ObservedOptions): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY
  let running: Promise<void> | undefined
  const read = async (): Promise<void> => {
    const seen = await store.read(async (db) => ({ ...(await look(db, clock.now())), away: await away.behind(db) }))
    metrics.set('countersign_ledger_leaves', {}, seen.leaves)
    metrics.set('countersign_ledger_uncovered_leaves', {}, seen.uncovered)
    metrics.set('countersign_ledger_uncovered_age_seconds', {}, seen.uncoveredMs / 1000)
    for (const { kind, ms } of seen.away) metrics.set('countersign_checkpoint_sink_behind_seconds', { sink: kind }, ms / 1000)
    metrics.set('countersign_challenges_waiting', {}, seen.challenges)
    metrics.set('countersign_notices', { state: 'waiting' }, seen.notices.waiting)
    metrics.set('countersign_notices', { state: 'given-up' }, seen.notices.givenUp)
    last = performance.now()
  }
  return async () => {
    metrics.set('countersign_ledger_checkpoint_age_seconds', {}, Math.max(0, clock.now() - checkpointedAt()) / 1000)
    metrics.set('countersign_waiters', {}, waiters())
    if (performance.now() - last < KEPT_MS) return
    running ??= read().catch(() => undefined).finally(() => (running = undefined))
    await endsWithin(WITHIN_MS, running)
  }
}

async function look(db: Db, now: number) {
  const { size } = await db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirstOrThrow()
  const checkpoint = await db.selectFrom('ledger_checkpoint').select('size').orderBy('size', 'desc').limit(1).executeTakeFirst()
  const covered = checkpoint?.size ?? 0
  const oldest = covered < size ? await db.selectFrom('ledger_leaf').select('leaf').where('idx', '=', covered).executeTakeFirst() : undefined
  const challenges = await db.selectFrom('gate_challenge').select('id').where('status', '=', 'waiting').where('expires_at', '>', now).limit(MOST).execute()
  return {
    leaves: size, uncovered: size - covered, uncoveredMs: oldest === undefined ? 0 : Math.max(0, now - timeOf(oldest.leaf)),
    challenges: challenges.length, notices: { waiting: await notices(db, 'waiting'), givenUp: await notices(db, 'given-up') },
  }
}

async function notices(db: Db, state: 'waiting' | 'given-up'): Promise<number> {
  return (await db.selectFrom('notice_delivery').select('id').where('state', '=', state).limit(MOST).execute()).length
}

function timeOf(leaf: string): number {
  const parsed = JSON.parse(leaf) as { time?: unknown }
  return typeof parsed.time === 'string' ? Date.parse(parsed.time) : 0
}
