/** What the admin door needs, in its own words. */
import type { Countersignature, Directory, RevocationSubject, TrustFile } from '@countersign/proof'
import type { Gate } from '../../gate/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Notify } from '../../platform/notify.ts'
import type { Random } from '../../platform/random.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { PolicyPin } from './policy-pin.ts'

export type OwnKey = { id: string; credential: string; label: string }

export type AdminDeps = {
  readonly store: Store
  readonly ledger: Ledger
  readonly gate: Gate
  readonly clock: Clock
  readonly random: Random
  readonly notify: Notify
  readonly pin: PolicyPin
  readonly place: { readonly instance: string; readonly org: string; readonly origin: string; readonly sites: readonly { readonly origin: string }[] }
  readonly directory: {
    entries(db: Db | Tx): Promise<string[]>
    head(db: Db | Tx): Promise<{ size: number; head: string }>
  }
  readonly keys: {
    /** One of the person's own, and not their last. Throws a coded error otherwise. */
    own(tx: Tx, person: string, authenticator: string): Promise<OwnKey>
    /** The effect of a countersigned revocation: directory, key, sessions and tokens, in this transaction. */
    revoke(tx: Tx, subject: string, countersignatures: Countersignature[]): Promise<void>
  }
  /** The directory as this transaction sees it. */
  readonly sites: (db: Db | Tx) => Promise<Directory>
  readonly enter: (tx: Tx, subject: string, countersignatures: Countersignature[]) => Promise<unknown>
  readonly trust: () => Promise<TrustFile>
}

export type Revocation = Pick<RevocationSubject, 'reason'> & { authenticator: string }
