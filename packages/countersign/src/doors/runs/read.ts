/** Reading runs: one, many, the redacted plan of one, and waiting for one to change. */
import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gunzip } from 'node:zlib'
import type { Authorized } from '../../gate/index.ts'
import { RunError } from './errors.ts'
import type { RunsDeps } from './ports.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { APART } from './apart.ts'
import { planOf } from './kept.ts'
import { sizeOf } from './outline.ts'
import { findRun, listRuns } from './store.ts'
import type { RunRow } from './store.ts'
import { viewOf } from './view.ts'
import type { RunView } from './view.ts'

type Reading = Authorized<'run.read'>
export type Waiting = { id: string; seconds: number; since: number | null; proof: boolean; signal: AbortSignal }

export async function showRun(deps: RunsDeps, by: Reading, id: string): Promise<RunView> {
  return deps.store.read(async (db) => viewOf(deps, db, await readable(deps, db, by, id)))
}

export async function manyRuns(deps: RunsDeps, by: Reading, input: { limit: number; before: number }): Promise<RunView[]> {
  return deps.store.read(async (db) => {
    const runs = await listRuns(db, { ...input, scopes: await deps.gate.scopesOf(db, by) })
    return Promise.all(runs.map((run) => viewOf(deps, db, run)))
  })
}

/** Answers as soon as the run's version is another than `since`, or with what there is after `seconds`. */
export async function awaitRun(deps: RunsDeps, by: Reading, input: Waiting): Promise<RunView> {
  const view = await changedRun(deps, by, input)
  return input.proof ? withProof(deps, view) : view
}

async function changedRun(deps: RunsDeps, by: Reading, input: Waiting): Promise<RunView> {
  const now = await showRun(deps, by, input.id)
  const since = input.since ?? now.version
  if (now.version !== since || input.seconds === 0) return now
  const changed = await deps.notify.waitUntil(input.id, async () => {
    const view = await showRun(deps, by, input.id)
    return view.version === since ? undefined : view
  }, Math.min(input.seconds * 1000, untilExpiry(deps, now)), input.signal)
  return changed ?? showRun(deps, by, input.id)
}

/** What a terminal needs to verify the countersignatures by itself, with what it has pinned. */
async function withProof(deps: RunsDeps, view: RunView): Promise<RunView & { directory: string[]; checkpoint: string }> {
  const [directory, checkpoint] = await Promise.all([deps.store.read((db) => deps.directoryEntries(db)), deps.ledger.checkpoint()])
  return { ...view, directory, checkpoint: checkpoint.note }
}

/** Expiry is no event of the database: a waiter wakes for it by itself. */
function untilExpiry(deps: RunsDeps, view: RunView): number {
  const left = Date.parse(view.grant?.expiresAt ?? view.expiresAt) - deps.clock.now()
  return left > 0 ? left + 1 : Number.MAX_SAFE_INTEGER
}

/** The redacted plan, byte for byte as it was hashed. */
export async function planText(deps: RunsDeps, by: Reading, id: string): Promise<Buffer | Readable> {
  const kept = await deps.store.read(async (db) => planOf(db, (await readable(deps, db, by, id)).id))
  if (!kept) throw new RunError('run_not_found', 'The plan of this run is not kept any more.', 'Its digest is in the evidence.')
  if (kept.whole && sizeOf(kept.whole) <= APART) return promisify(gunzip)(kept.whole)
  // As fast as it is taken, and never all of it in memory. Where it ends early the answer breaks off.
  return pipeline(Readable.from(kept.pieces(deps)), createGunzip({ chunkSize: 64 * 1024 }), () => undefined)
}

/** A run of a workspace that the reader has no role over is not there. */
export async function readable(deps: RunsDeps, db: Db | Tx, by: Reading, id: string): Promise<RunRow> {
  const run = await findRun(db, id)
  if (run && (await deps.gate.permitted(db, by, run.workspace))) return run
  throw new RunError('run_not_found', 'There is no such run.', 'List the runs in the console.')
}
