/**
 * Packed plans on their way into the database and out of it. What is larger than one piece is laid down before the run that it is the plan
 * of, each piece in a unit of its own, because one long unit stops everybody else's; only then is the run made, in one short unit. Until
 * then nothing names the pieces, and what was left behind by a server that died is swept. Whoever exchanges pieces gains nothing: readers
 * hold a plan against its digest in the statement.
 */
import { setImmediate } from 'node:timers/promises'
import { newId } from '../../platform/ids.ts'
import { besideCall } from '../../platform/once/index.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { RunsDeps } from './ports.ts'

type Deps = Pick<RunsDeps, 'store' | 'clock' | 'random'>

/** What `run_plan` says of it: the bytes themselves, or so many pieces under a name. */
export type KeptPlan = { body: Uint8Array; piecesOf: string; pieces: number }

/** Written and flushed in a millisecond or two; smaller ones take longer together. */
const PIECE = 512 * 1024

/** A unit that may name the plan (`insertRun`). Pieces that it does not name in the end are gone again. */
export async function withPlan<T>(deps: Deps, packed: Uint8Array, unit: (tx: Tx, plan: KeptPlan) => Promise<T>): Promise<T> {
  if (packed.byteLength <= PIECE) return deps.store.write((tx) => unit(tx, { body: packed, piecesOf: '', pieces: 0 }))
  const name = newId('rpl', deps.clock, deps.random)
  const pieces = Math.ceil(packed.byteLength / PIECE)
  try {
    await besideCall(async () => {
      for (let number = 0; number < pieces; number++) {
        const bytes = Buffer.from(packed.subarray(number * PIECE, (number + 1) * PIECE))
        await deps.store.write((tx) => tx.insertInto('run_plan_piece').values({ plan: name, number, bytes }).execute())
      }
    })
    return await deps.store.write((tx) => unit(tx, { body: new Uint8Array(), piecesOf: name, pieces }))
  } finally {
    // Where this fails as well, the sweep finds them.
    await besideCall(() => takeBack(deps, name)).catch(() => undefined)
  }
}

/** Unless it is named. An answer that was lost says nothing: it is looked up. */
async function takeBack({ store }: Deps, name: string): Promise<void> {
  const named = await store.read((db) => db.selectFrom('run_plan').select('run').where('pieces_of', '=', name).executeTakeFirst())
  if (!named) await store.write((tx) => tx.deleteFrom('run_plan_piece').where('plan', '=', name).execute())
}

/** `whole`: null where it is in pieces. They are read one by one, each in a unit of its own. */
export type PackedPlan = { whole: Uint8Array | null; pieces: (deps: Pick<Deps, 'store'>) => AsyncGenerator<Uint8Array> }

/** The packed plan of a run, or null where it is not kept or not whole. */
export async function planOf(db: Db | Tx, run: string): Promise<PackedPlan | null> {
  const row = await db.selectFrom('run_plan').select(['body', 'pieces_of', 'pieces']).where('run', '=', run).executeTakeFirst()
  if (!row) return null
  if (row.pieces === 0) return { whole: row.body, pieces: async function* () { yield row.body } }
  const { count } = await db.selectFrom('run_plan_piece').select((e) => e.fn.countAll().as('count')).where('plan', '=', row.pieces_of).executeTakeFirstOrThrow()
  return Number(count) === row.pieces ? { whole: null, pieces: ({ store }) => piecesOf(store, row.pieces_of, row.pieces) } : null
}

async function* piecesOf(store: Deps['store'], plan: string, count: number): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < count; number++) {
    await setImmediate()
    const { bytes } = await store.read((db) => db.selectFrom('run_plan_piece').select('bytes').where('plan', '=', plan).where('number', '=', number).executeTakeFirstOrThrow())
    yield bytes
  }
}

/** All of it in memory. */
export async function packedOf(deps: Pick<Deps, 'store'>, { whole, pieces }: PackedPlan): Promise<Uint8Array> {
  if (whole) return whole
  const parts: Uint8Array[] = []
  for await (const part of pieces(deps)) parts.push(part)
  return Buffer.concat(parts)
}

/** No plan is on its way for so long. */
const LEFT_BEHIND = 24 * 3600_000
const BATCH = 20

/** Pieces that a server left behind when it died. @returns how many plans they were of */
export async function sweepPlans({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<number> {
  // Ids begin with the time at which they were made (platform/ids.ts).
  const before = `rpl_${Math.max(0, clock.now() - LEFT_BEHIND).toString(16).padStart(12, '0')}`
  return store.write(async (tx) => {
    const left = await tx.selectFrom('run_plan_piece as p').select('p.plan').distinct().where('p.plan', '<', before)
      .where((e) => e.not(e.exists(e.selectFrom('run_plan as r').select('r.run').whereRef('r.pieces_of', '=', 'p.plan')))).orderBy('p.plan').limit(BATCH).execute()
    for (const { plan } of left) await tx.deleteFrom('run_plan_piece').where('plan', '=', plan).execute()
    return left.length
  })
}
