/** Reading runs: one, many, the redacted plan of one, and waiting for one to change. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Authorized } from '../../gate/index.ts'
import { RunError } from './errors.ts'
import type { RunsDeps } from './ports.ts'
import { findRun, listRuns, planOf } from './store.ts'
import { viewOf } from './view.ts'
import type { RunView } from './view.ts'

type Reading = Authorized<'run.read'>
export type Waiting = { id: string; seconds: number; since: number | null; proof: boolean; signal: AbortSignal }

export async function showRun(deps: RunsDeps, _: Reading, id: string): Promise<RunView> {
  return deps.store.read(async (db) => viewOf(deps, db, await existing(db, id)))
}

export async function manyRuns(deps: RunsDeps, _: Reading, input: { limit: number; before: number }): Promise<RunView[]> {
  return deps.store.read(async (db) => Promise.all((await listRuns(db, input.limit, input.before)).map((run) => viewOf(deps, db, run))))
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
export async function planText(deps: RunsDeps, _: Reading, id: string): Promise<Buffer> {
  const body = await deps.store.read(async (db) => planOf(db, (await existing(db, id)).id))
  if (!body) throw new RunError('run_not_found', 'The plan of this run is not kept any more.', 'Its digest is in the evidence.')
  return promisify(gunzip)(body)
}

async function existing(db: Parameters<typeof findRun>[0], id: string) {
  const run = await findRun(db, id)
  if (run) return run
  throw new RunError('run_not_found', 'There is no such run.', 'List the runs in the console.')
}
