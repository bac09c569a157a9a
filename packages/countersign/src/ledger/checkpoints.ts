/**
 * Checkpoints: signed, then on disk in the folder, then in the database, then handed out. In that order,
 * because the folder is what a restored database is compared with. One signing at a time, shared by all who
 * wait; whoever comes while one is under way gets the next, which covers what was committed before the call.
 */
import { fromHex, verifyConsistency } from '@countersign/proof'
import { consistencyProof, signCheckpoint } from '@countersign/proof/produce'
import type { Folder } from '../platform/folder.ts'
import type { Signer } from '../platform/keyring.ts'
import type { Store } from '../platform/store/store.ts'
import { LedgerError } from './errors.ts'
import type { Checkpoint } from './index.ts'
import { nodeReader } from './nodes.ts'

export type CheckpointsOptions = { store: Store; folder: Folder; signer: Signer; origin: string; newest: Checkpoint | null }

/** Files kept beside the newest. */
const KEPT = 64

export const fileName = (size: number): string => `${String(size).padStart(16, '0')}.checkpoint`
/** A checkpoint that the host has given up (older.ts): kept as evidence, and compared with nothing any more. */
export const givenUpName = ({ size, root }: { size: number; root: string }): string => `${String(size).padStart(16, '0')}-${root.slice(0, 16)}.given-up`
export const isGivenUp = (name: string): boolean => name.endsWith('.given-up')
export const isCheckpointFile = (name: string): boolean => name.endsWith('.checkpoint')

export function checkpoints(options: CheckpointsOptions): () => Promise<Checkpoint> {
  let newest = options.newest
  let running: Promise<Checkpoint> | null = null
  let following: Promise<Checkpoint> | null = null

  const run = async (): Promise<Checkpoint> => {
    newest = await next(options, newest)
    return newest
  }
  const start = (): Promise<Checkpoint> => {
    const signing = run().finally(() => {
      if (running === signing) running = null
    })
    running = signing
    return signing
  }
  return () => {
    if (following !== null) return following
    if (running === null) return start()
    following = running.catch(() => undefined).then(() => {
      following = null
      return start()
    })
    return following
  }
}

async function next({ store, folder, signer, origin }: CheckpointsOptions, newest: Checkpoint | null): Promise<Checkpoint> {
  const { head, proof } = await store.read(async (db) => {
    const head = await db.selectFrom('ledger_head').select(['size', 'root']).where('id', '=', 1).executeTakeFirstOrThrow()
    const grown = newest !== null && newest.size < head.size
    return { head, proof: grown ? await consistencyProof(newest.size, head.size, nodeReader(db)) : [] }
  })
  if (newest !== null) {
    await refuseFork(newest, head, proof)
    if (newest.size === head.size) return newest
  }
  const note = await signCheckpoint({ origin, size: head.size, root: head.root }, signer)
  const made: Checkpoint = { note, size: head.size, root: head.root }
  await keepInFolder(folder, made)
  await store.write((tx) => tx.insertInto('ledger_checkpoint').values(made).onConflict((on) => on.doNothing()).execute())
  return made
}

/** The key must never sign two histories, even when somebody with write access to the database changes it under a running server. */
async function refuseFork(newest: Checkpoint, head: { size: number; root: string }, proof: Uint8Array[]): Promise<void> {
  // Every tree begins with the empty one: there is nothing to prove.
  if (newest.size === 0 && (head.size > 0 || head.root === newest.root)) return
  try {
    await verifyConsistency(newest.size, head.size, bytes(newest.root), bytes(head.root), proof)
  } catch (cause) {
    throw new LedgerError('history_rewritten', `The tree in the database no longer agrees with the checkpoint over ${newest.size} leaves that was signed before. Nothing more is signed. Stop the server; the next start says what to do.`, { cause })
  }
}

export async function keepInFolder(folder: Folder, { note, size }: Checkpoint): Promise<void> {
  try {
    await folder.write(fileName(size), note)
    const names = (await folder.list()).filter(isCheckpointFile)
    for (const name of names.slice(0, -KEPT)) await folder.remove(name)
  } catch (cause) {
    throw new LedgerError('ledger_unavailable', `The checkpoint over ${size} leaves could not be written to the checkpoints folder (${cause instanceof Error ? cause.message : 'unknown'}). Until it can be, nothing is countersigned. Look at the disk.`, { cause })
  }
}

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()
