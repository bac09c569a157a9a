/**
 * Sends checkpoints away, place by place. What waits is what the table of checkpoints has beyond a place's mark, so nothing is queued
 * twice and a place that is gone for a year costs one row. A place that was away gets the newest 64 of what it missed: each covers all
 * that is older.
 *
 * No place waits for another, and nobody waits for a place: `begin` comes back at once, and each try has its time. It is never given up.
 * Of several servers one does this, under the lease of the jobs; done twice, it harms nothing.
 */
import type { Clock } from '../../platform/clock.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { Checkpoint } from '../index.ts'
import type { AwayPlace } from './place.ts'

export type AwayTrouble = { kind: AwayPlace['kind']; place: string; error: string; tries: number; behindMs: number }

export type AwayDeps = {
  store: Store
  clock: Clock
  places: readonly AwayPlace[]
  /** A try that failed. */
  failed: (trouble: AwayTrouble) => void
  /** A place that has been behind for too long; once, until it has caught up. */
  alarm: (tx: Tx, trouble: AwayTrouble) => Promise<void>
  /** How long one try may take, and how long a place may be behind; ms. */
  tryMs?: number
  alarmMs?: number
  /** What a place that was away gets at most at once. */
  most?: number
}

export interface Away {
  /** Tries what is due. Comes back at once. */
  begin(): void
  /** When everything that was begun has ended: each within its time. */
  settled(): Promise<void>
  /** For how long the places of each kind have been behind, ms; 0 where all is well. */
  behind(db: Db): Promise<{ kind: AwayPlace['kind']; ms: number }[]>
  /** Ends what is under way; it is tried again by whoever comes next. */
  stop(): Promise<void>
}

/** Seconds until the next try. */
const waits = [30, 60, 120, 300, 600, 1800]
const BATCH = 64
const TRY_MS = 20_000
const ALARM_MS = 3_600_000

export function createAway(deps: AwayDeps): Away {
  const running = new Map<string, Promise<void>>()
  const gone = new AbortController()
  const unforeseen = (place: AwayPlace) => (error: unknown): void => deps.failed({ kind: place.kind, place: place.shown, error: wordsOf(error), tries: 0, behindMs: 0 })
  return {
    begin() {
      if (gone.signal.aborted) return
      for (const place of deps.places) {
        if (!running.has(place.id)) running.set(place.id, attempt(deps, place, gone.signal).catch(unforeseen(place)).finally(() => running.delete(place.id)))
      }
    },
    async settled() {
      await Promise.all(running.values())
    },
    async behind(db) {
      const rows = await rowsOf(db, deps.places)
      const kinds = new Set(deps.places.map(({ kind }) => kind))
      const age = ({ id }: AwayPlace): number => Math.max(0, deps.clock.now() - (rows.get(id)?.behind_since ?? deps.clock.now()))
      return [...kinds].map((kind) => ({ kind, ms: Math.max(...deps.places.filter((place) => place.kind === kind).map(age)) }))
    },
    async stop() {
      gone.abort()
      await Promise.all(running.values())
    },
  }
}

type Row = { size: number; due_at: number; tries: number; behind_since: number | null; alarmed: number }

async function attempt(deps: AwayDeps, place: AwayPlace, gone: AbortSignal): Promise<void> {
  const { store, clock } = deps
  const { row, batch } = await store.read(async (db) => {
    const row = (await rowsOf(db, [place])).get(place.id) ?? { size: -1, due_at: 0, tries: 0, behind_since: null, alarmed: 0 }
    return { row, batch: await missing(db, row.size, deps.most ?? BATCH) }
  })
  const newest = batch.at(-1)
  if (newest === undefined || row.due_at > clock.now()) return
  const since = row.behind_since ?? clock.now()
  try {
    await within(deps.tryMs ?? TRY_MS, gone, (signal) => place.send(batch, signal))
  } catch (error) {
    if (!gone.aborted) await later(deps, place, { ...row, behind_since: since }, wordsOf(error))
    return
  }
  await store.write((tx) => keep(tx, place.id, { size: newest.size, due_at: 0, tries: 0, behind_since: null, alarmed: 0 }))
}

async function later(deps: AwayDeps, place: AwayPlace, row: Row & { behind_since: number }, error: string): Promise<void> {
  const now = deps.clock.now()
  const tries = row.tries + 1
  const trouble: AwayTrouble = { kind: place.kind, place: place.shown, error, tries, behindMs: now - row.behind_since }
  const alarmed = row.alarmed === 1 || trouble.behindMs >= (deps.alarmMs ?? ALARM_MS)
  const wait = waits[Math.min(row.tries, waits.length - 1)] ?? 0
  deps.failed(trouble)
  await deps.store.write(async (tx) => {
    await keep(tx, place.id, { ...row, tries, due_at: now + wait * 1000, alarmed: alarmed ? 1 : 0 })
    if (alarmed && row.alarmed === 0) await deps.alarm(tx, trouble)
  })
}

/** The newest first, so that a long time away is cut at its old end; sent in order. */
async function missing(db: Db, size: number, most: number): Promise<Checkpoint[]> {
  const rows = await db.selectFrom('ledger_checkpoint').select(['size', 'root', 'note']).where('size', '>', size).orderBy('size', 'desc').limit(most).execute()
  return rows.toReversed()
}

async function rowsOf(db: Db, places: readonly AwayPlace[]): Promise<Map<string, Row>> {
  if (places.length === 0) return new Map()
  const rows = await db.selectFrom('checkpoint_place').selectAll().where('id', 'in', places.map(({ id }) => id)).execute()
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}

async function keep(tx: Tx, id: string, row: Row): Promise<void> {
  await tx.insertInto('checkpoint_place').values({ id, ...row }).onConflict((on) => on.column('id').doUpdateSet(row)).execute()
}

/** Whatever the work does with the signal, this ends in time. */
async function within(ms: number, gone: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ms)
  const signal = AbortSignal.any([late.signal, gone])
  try {
    await Promise.race([
      work(signal),
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error(`it took longer than ${ms / 1000} seconds`)), { once: true })),
    ])
  } finally {
    clearTimeout(timer)
  }
}

/** What another program says may be long and hold anything. */
function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message || error.name : String(error)).slice(0, 300)
}
