/**
 * What is there at start: the tree recomputed from its leaves, the head, the checkpoints of both places, the
 * keys. Facts only; what they mean is judged in judge.ts.
 */
import { checkpointOrigin, ProofError, verifyCheckpoint } from '@countersign/proof'
import type { Folder } from '../platform/folder.ts'
import type { Db, Store } from '../platform/store/store.ts'
import { fileName, givenUpName, isCheckpointFile, isGivenUp } from './checkpoints.ts'
import { recompute, type Recomputed } from './recompute.ts'

/** A stored checkpoint as it was found. One with a problem counts for nothing and has size -1. */
export type Found = { where: string; size: number; root: string; note: string; problem: 'none' | 'invalid' | 'foreign' }

export type Facts = {
  origin: string
  /** Of the key in the keyring; null: there is none. */
  vkey: string | null
  recorded: { origin: string; vkey: string } | null
  head: { size: number; root: string } | null
  /** Rows of ledger_leaf. */
  leaves: number
  tree: Recomputed
  database: Found[]
  folder: Found[]
  /** What others have seen of this ledger: terminals on this machine. Only whose signature holds, and without those that were given up. */
  elsewhere: Found[]
}

/** A checkpoint that somebody kept. */
export type Seen = { where: string; note: string }

export async function gather(store: Store, folder: Folder, vkey: string | null, instance: string, seen: readonly Seen[] = []): Promise<Facts> {
  const rows = await store.read(async (db) => ({
    recorded: (await db.selectFrom('ledger_key').select(['origin', 'vkey']).executeTakeFirst()) ?? null,
    head: (await db.selectFrom('ledger_head').select(['size', 'root']).where('id', '=', 1).executeTakeFirst()) ?? null,
    leaves: await countLeaves(db),
    checkpoints: await db.selectFrom('ledger_checkpoint').selectAll().orderBy('size').execute(),
  }))
  const trusted = rows.recorded?.vkey ?? vkey ?? ''
  const inFolder = await examineFolder(folder, trusted, instance)
  // All are compared with the tree below. The signature is checked of the newest here, and of all by `audit verify`.
  const newest = rows.checkpoints.at(-1)
  const older = rows.checkpoints.slice(0, -1).map((row): Found => ({ where: `ledger_checkpoint ${row.size}`, ...row, problem: 'none' }))
  const inDatabase = newest === undefined ? [] : [...older, await examineRow(newest, trusted, instance)]
  const elsewhere = await examineSeen(folder, seen, trusted, instance)
  const sizes = new Set([...inFolder, ...inDatabase, ...elsewhere].map((found) => found.size))
  return {
    origin: checkpointOrigin(instance), vkey, recorded: rows.recorded, head: rows.head, leaves: rows.leaves,
    tree: await recompute(store, rows.head?.size ?? 0, sizes), database: inDatabase, folder: inFolder, elsewhere,
  }
}

export async function examineFolder(folder: Folder, vkey: string, instance: string): Promise<Found[]> {
  const found: Found[] = []
  for (const name of (await folder.list()).filter(isCheckpointFile)) {
    const one = await examine(await folder.read(name).catch(() => ''), `checkpoints/${name}`, [vkey], instance)
    found.push(one.problem === 'none' && name !== fileName(one.size) ? { ...one, size: -1, problem: 'invalid' } : one)
  }
  return found
}

async function examineSeen(folder: Folder, seen: readonly Seen[], vkey: string, instance: string): Promise<Found[]> {
  const givenUp = new Set((await folder.list()).filter(isGivenUp))
  const found = await Promise.all(seen.map(async ({ where, note }) => await examine(note, where, [vkey], instance)))
  return found.filter((one) => one.problem === 'none' && !givenUp.has(givenUpName(one)))
}

/** The columns repeat what the note says; a row in which they differ is not what was written. */
export async function examineRow(row: { size: number; root: string; note: string }, vkey: string, instance: string): Promise<Found> {
  const found = await examine(row.note, `ledger_checkpoint ${row.size}`, [vkey], instance)
  const agrees = found.size === row.size && found.root === row.root
  return found.problem === 'none' && !agrees ? { ...found, size: -1, problem: 'invalid' } : found
}

export async function examine(note: string, where: string, vkeys: readonly string[], instance: string): Promise<Found> {
  try {
    const { size, root } = await verifyCheckpoint(note, instance, vkeys)
    return { where, note, size, root, problem: 'none' }
  } catch (error) {
    const foreign = error instanceof ProofError && error.code === 'checkpoint_origin'
    return { where, note, size: -1, root: '', problem: foreign ? 'foreign' : 'invalid' }
  }
}

export async function countLeaves(db: Db): Promise<number> {
  const { count } = await db.selectFrom('ledger_leaf').select((row) => row.fn.countAll().as('count')).executeTakeFirstOrThrow()
  return Number(count)
}
