/**
 * Before the first request: is this the ledger that was left? Every case has a name (errors.ts). One starts
 * quietly, two repair what is provably a copy that was not finished, the rest stop and say what to do.
 */
import { checkpointOrigin, emptyRoot } from '@countersign/proof'
import { makeVkey } from '@countersign/proof/produce'
import type { Folder } from '../platform/folder.ts'
import type { Keyring, Signer } from '../platform/keyring.ts'
import type { Store } from '../platform/store/store.ts'
import { keepInFolder } from './checkpoints.ts'
import { startCases, stopped, type StartAction, type StartCode } from './errors.ts'
import { gather, type Seen } from './facts.ts'
import type { Checkpoint } from './index.ts'
import { judge } from './judge.ts'
import { giveUp, type Older } from './older.ts'

export type Reconciled = { code: StartCode; action: StartAction; message: string; signer: Signer; vkey: string; newest: Checkpoint | null }

/** Throws LedgerError with a start-up code when the server must not start. */
export async function reconcile(store: Store, folder: Folder, keyring: Keyring, instance: string, seen: readonly Seen[] = [], older: Older | null = null): Promise<Reconciled> {
  const origin = checkpointOrigin(instance)
  const present = await keyring.signer('ledger')
  const facts = await gather(store, folder, present === null ? null : await makeVkey(origin, present.publicKey), instance, seen)
  const { code, where, newest } = judge(facts)
  const { action, what, next } = startCases[code]
  if (code === 'database_behind' && older !== null) {
    await giveUp(facts, where, folder, older)
    return await reconcile(store, folder, keyring, instance, seen)
  }
  if (action === 'stop') throw stopped(code, where)
  const signer = present ?? (await keyring.createSigner('ledger'))
  const vkey = await makeVkey(origin, signer.publicKey)
  if (code === 'fresh') await begin(store, origin, vkey)
  const checkpoint: Checkpoint | null = newest === null ? null : { note: newest.note, size: newest.size, root: newest.root }
  if (checkpoint !== null && code === 'folder_behind') await keepInFolder(folder, checkpoint)
  if (checkpoint !== null && code === 'table_behind') {
    await store.write((tx) => tx.insertInto('ledger_checkpoint').values(checkpoint).onConflict((on) => on.doNothing()).execute())
  }
  return { code, action, message: `${what} ${next}`.trim(), signer, vkey, newest: checkpoint }
}

/** Key and head in one unit: a crash leaves both or neither. */
async function begin(store: Store, origin: string, vkey: string): Promise<void> {
  await store.write(async (tx) => {
    await tx.insertInto('ledger_key').values({ id: 1, origin, vkey }).execute()
    await tx.insertInto('ledger_head').values({ id: 1, size: 0, root: emptyRoot }).execute()
  })
}

