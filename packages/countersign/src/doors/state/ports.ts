/** What the state door needs, in its own words. */
import type { Gate } from '../../gate/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { KeyProvider } from '../../platform/envelope/index.ts'
import type { Notify } from '../../platform/notify.ts'
import type { Random } from '../../platform/random.ts'
import type { RowMacs } from '../../platform/row-mac.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { Policy } from '../../policy/index.ts'
import type { Following } from './facts.ts'
import type { Heads } from './heads.ts'
import type { StateReader } from '../../tfstate/apart.ts'

/** What the runs door knows of a run whose apply was started; the doors meet here only. */
export interface Runs {
  /** The run that this lease is of, if it is being applied now by that person and terminal's key. */
  applying(db: Db | Tx, run: string, by: { person: string; executor: string; lease: string }): Promise<{ workspace: string; code: string } | null>
  /** Whether its apply still goes on. */
  stillApplying(db: Db | Tx, run: string): Promise<boolean>
  /** Whether it goes on, in that workspace, and a person countersigned its plan: what the policy let pass was shown to nobody. */
  countersigned(db: Db | Tx, run: string, workspace: string): Promise<boolean>
  /** What the redacted plan that was countersigned does, as JSON text: its members without values. To be read outside of the unit: a large one takes long. */
  plan(db: Db | Tx, run: string): Promise<() => Promise<string | null>>
  /** What the state showed of its effect, kept with the run. */
  effect(tx: Tx, run: string, effect: Effect): Promise<void>
  /** Something else is current now, at this serial: no plan that was made before it may be applied. */
  moved(tx: Tx, to: { workspace: string; lineage: string; serial: number }): Promise<void>
}

/** Counts of all, and the first few by their redacted address. */
export type Effect = { agrees: boolean; version: number; unexpected: number; missing: number; addresses: { unexpected: { address: string; change: string }[]; missing: { address: string; planned: string }[] } }

/** Telling people that something is wrong with a workspace; in the transaction that makes it so. */
export interface Alarms {
  raise(tx: Tx, alarm: { workspace: string; what: 'quarantined' | 'effect-differs' | 'tampered'; sentence: string; path: string }): Promise<void>
}

export type StateLimits = {
  /** How long a LOCK, GET or DELETE is held open while a person decides, in seconds. */
  readonly holdSeconds: number
  /** Largest state, in bytes. */
  readonly largest: number
  /** After this a lock's writes go to quarantine, in ms. */
  readonly lockCap: number
  /** How long what was deleted can be brought back, in ms. */
  readonly deletedFor: number
  /** Old versions go when there are more than so many, and they are older than so long (ms). */
  readonly keepVersions: number
  readonly keepFor: number
}

export type StateDeps = {
  readonly store: Store
  readonly ledger: Ledger
  readonly gate: Gate
  readonly clock: Clock
  readonly random: Random
  readonly notify: Notify
  readonly policy: () => Policy
  /** Roles a person holds now, over anything: what a credential's actor is given. Where it counts, the gate reads them again. */
  readonly roles: (db: Db | Tx, person: string) => Promise<readonly string[]>
  readonly directoryEntries: (db: Db | Tx) => Promise<string[]>
  /** Every role with its scope. */
  readonly held: (db: Db | Tx, person: string) => Promise<readonly { role: string; scope: string }[]>
  /** Whether the terminal with this key was signed out, or its person removed, since then. */
  readonly signedOut: (db: Db | Tx, terminal: { person: string; executor: string; since: number }) => Promise<boolean>
  readonly keys: KeyProvider
  readonly heads: Heads
  /** The same of locks and leases, as many as there is room for. */
  readonly rights: Heads
  readonly rowMacs: RowMacs
  readonly reader: StateReader
  readonly following: Following
  readonly runs: Runs
  readonly alarms: Alarms
  readonly limits: StateLimits
  readonly place: { readonly instance: string; readonly org: string; readonly origin: string }
}
