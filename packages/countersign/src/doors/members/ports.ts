/** What the members door needs, in its own words. */
import type { Countersignature, Directory } from '@countersign/proof'
import type { Gate } from '../../gate/index.ts'
import type { Identity, Notices } from '../../identity/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Random } from '../../platform/random.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'

export type MembersDeps = {
  readonly store: Store
  readonly gate: Gate
  readonly clock: Clock
  readonly random: Random
  readonly place: { readonly instance: string; readonly org: string; readonly origin: string }
  readonly ledger: Pick<Ledger, 'append'>
  readonly notices: Notices & { of(db: Db | Tx, person: string): Promise<{ id: string; kind: string; text: string; at: number }[]> }
  readonly directory: (db: Db | Tx) => Promise<Directory>
  readonly invitation: Identity['invitation']
  readonly codes: Pick<Identity['codes'], 'of' | 'waiting'>
  readonly profiles: Pick<Identity['profiles'], 'of' | 'set'>
  readonly change: (tx: Tx, subject: string, countersignatures: Countersignature[]) => Promise<unknown>
}
