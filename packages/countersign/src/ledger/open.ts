/** Opening the ledger: reconcile, then what is searched by where it is missing, then a checkpoint where one is due. */
import { checkpointOrigin } from '@countersign/proof'
import type { Clock } from '../platform/clock.ts'
import type { Folder } from '../platform/folder.ts'
import type { Keyring } from '../platform/keyring.ts'
import type { Random } from '../platform/random.ts'
import type { Store } from '../platform/store/store.ts'
import { appender } from './append.ts'
import { checkpoints } from './checkpoints.ts'
import type { Seen } from './facts.ts'
import type { Ledger } from './index.ts'
import type { Older } from './older.ts'
import { reader } from './read.ts'
import { reconcile, type Reconciled } from './reconcile.ts'
import { fillFacts } from './search/rows.ts'

/** `folder` is <data>/checkpoints; `seen` is what others keep of this ledger; `older` the way on with a database that is older than that. */
export type LedgerOptions = { store: Store; folder: Folder; keyring: Keyring; clock: Clock; random: Random; instance: string; seen?: readonly Seen[]; older?: Older }

/** Throws LedgerError when the ledger must not start; `start` is for the log. */
export async function openLedger({ store, folder, keyring, clock, random, instance, seen, older }: LedgerOptions): Promise<{ ledger: Ledger; start: Pick<Reconciled, 'code' | 'action' | 'message'> }> {
  const origin = checkpointOrigin(instance)
  const { code, action, message, signer, vkey, newest } = await reconcile(store, folder, keyring, instance, seen, older)
  await fillFacts(store)
  const checkpoint = checkpoints({ store, folder, signer, origin, newest })
  await checkpoint()
  return { ledger: { origin, vkey, append: appender(clock, random), checkpoint, ...reader(store) }, start: { code, action, message } }
}
