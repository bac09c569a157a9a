/** What the gate needs of other rooms, in its own words. Whoever wires the server hands these in. */
import type { Credential } from '@countersign/proof'
import type { Identity } from '../identity/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Notify } from '../platform/notify.ts'
import type { Random } from '../platform/random.ts'
import type { RowMacs } from '../platform/row-mac.ts'
import type { Db, Store, Tx } from '../platform/store/store.ts'
import type { Telemetry } from '../platform/telemetry/index.ts'
import type { Policy } from '../policy/index.ts'

export type KnownKey = {
  /** `aut_` */
  readonly authenticator: string
  readonly label: string
  readonly person: string
  readonly credential: Credential
  readonly signCount: number
  /** The host name that it was made for. */
  readonly rpId: string
  /** ms; null where it was never on probation. */
  readonly probationUntil: number | null
  /** It reaches aal3: attested to a root that is configured, and not one that can be copied. */
  readonly hardware: boolean
}

/** Read inside the transaction of the effect, so that a key revoked a moment ago does not count. */
export interface Keys {
  usableBy(tx: Db | Tx, person: string): Promise<KnownKey[]>
  find(tx: Db | Tx, credentialId: string): Promise<KnownKey | null>
  used(tx: Tx, authenticator: string, signCount: number): Promise<void>
}

/** Codes of authenticator apps: the server's word, where the policy takes it. */
export type Codes = Pick<Identity['codes'], 'of' | 'attempt' | 'verify' | 'attest'>

export interface People {
  directoryHead(tx: Db | Tx): Promise<{ size: number; head: string }>
  /** Roles a person holds now over a scope, or over anything (`null`); none for somebody who is not, or is no longer, a member. */
  rolesOf(tx: Db | Tx, person: string, over: string | null): Promise<readonly string[]>
  /** Every role with its scope. */
  held(tx: Db | Tx, person: string): Promise<readonly { role: string; scope: string }[]>
  /** Whether two ids are one human. */
  same(tx: Db | Tx, one: string, other: string): Promise<boolean>
  ownerCount(tx: Db | Tx): Promise<number>
}

/** Where people are signed in. */
export interface Sessions {
  /** Refuses one that has ended since the request began: read inside the transaction of the effect. */
  stands(tx: Tx, session: string): Promise<void>
}

/** Who asked, when a person says that it was not them. */
export interface Terminals {
  /**
   * Ends what it was asked with: the terminal with this key is signed out; an executor that is a state credential (`isStateCredential`) is
   * revoked. In the transaction of the report. `person` is who it was asked as: another's is left alone.
   */
  disown(tx: Tx, person: string, executor: string): Promise<void>
}

/** Telling those who may answer that something waits; in the transaction that makes it wait, and only by writing to the database. */
export interface Tellers {
  waiting(tx: Tx, asked: {
    code: string; kind: string; subject: string; requester: string; requesterId: string; expiresAt: number; selfStepUp: boolean; approvals: number; approverRole: string; reach: string
  }): Promise<void>
}

export type GateDeps = {
  readonly store: Store
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  readonly rowMacs: RowMacs
  readonly notify: Notify
  readonly keys: Keys
  readonly codes: Codes
  readonly people: People
  readonly sessions: Sessions
  readonly terminals: Terminals
  readonly notices: Tellers
  /** The countersigned policy. Throws GateError `policy_not_pinned` when there is none: everything is denied then. */
  readonly policy: () => Policy
  /** The digest in force as this transaction sees it; memory may be a moment behind. */
  readonly policyInForce: (tx: Db | Tx) => Promise<string | null>
  readonly place: Place
  /** Who counts, if anybody does. */
  readonly telemetry?: Pick<Telemetry, 'decided' | 'challengeEnded' | 'answered' | 'useCase' | 'span'> | undefined
}

/** Where this installation stands: what every statement and envelope names. */
export type Place = {
  readonly instance: string
  readonly org: string
  readonly rpId: string
  readonly origin: string
  readonly origins: readonly string[]
  /** Every address that is answered, the main one first. */
  readonly sites: readonly { readonly rpId: string; readonly origin: string }[]
}
