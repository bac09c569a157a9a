/** What the runs door needs, in its own words. */
import type { Gate } from '../../gate/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Notify } from '../../platform/notify.ts'
import type { Random } from '../../platform/random.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { Policy } from '../../policy/index.ts'
import type { PlanReader } from './apart.ts'

export type RunsDeps = {
  readonly store: Store
  readonly ledger: Ledger
  readonly gate: Gate
  readonly clock: Clock
  readonly random: Random
  readonly notify: Notify
  readonly plans: PlanReader
  readonly policy: () => Policy
  readonly directoryEntries: (db: Db | Tx) => Promise<string[]>
  /** In the transaction in which it is known how an apply ended. */
  readonly ended: (tx: Tx, run: string, end: 'applied' | 'failed' | 'unknown') => Promise<void>
  readonly place: { readonly instance: string; readonly org: string; readonly origin: string; readonly sites: readonly { readonly origin: string }[] }
}
