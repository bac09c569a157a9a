/**
 * The replayed directory: who held which key and which role, by directory size.
 *
 * An entry with sequence number n takes effect at size n + 1. A span holds at size s when `from <= s` and, if it ended,
 * `s < until`. `demonstration` marks what a demonstration key vouched for, at any remove.
 */
import type { Credential, NamedPerson } from './subject.ts'

export type Span = { from: number; until: number | null; demonstration: boolean }

export type DirectoryKey = Span & {
  person: string
  authenticator: string
  label: string
  credential: Credential
  attestationFormat: string
  /** digest of the root to which the server verified the attestation; "" where it did not */
  attestationRoot: string
  /** who vouched: the credential id; the key itself for genesis; "" for the host */
  voucher: string
  /** the site it was registered for: the only one where it counts */
  rpId: string
  /** milliseconds: before this moment the key does not count for what is grave; null if it never was on probation */
  probationUntil: number | null
}

/** An authenticator app, by its id. What it is worth is the server's word. */
export type TotpAuthenticator = Span & {
  person: string
  authenticator: string
  label: string
  /** the key that vouched */
  voucher: string
}

export type RoleSpan = Span & { person: string; role: string; scope: string }
export type LedgerKeySpan = Span & { key: string }
export type RelyingPartySpan = Span & { rpId: string; origins: readonly string[] }

/** A recovery: open while `until` is null, and useful from 48 hours to 30 days after it began. */
export type RecoverySpan = Span & {
  person: string
  /** who asked for it */
  requester: string
  /** milliseconds: the time of its entry */
  startedAt: number
  end: 'open' | 'vetoed' | 'used' | 'expired' | 'removed'
}

/** From size `from` on, the two ids are one human. */
export type Link = { from: number; demonstration: boolean; person: string; same: string }

export type Directory = {
  instance: string
  org: string
  size: number
  /** heads[s] is the head at size s; heads[0] is 64 zeros */
  heads: readonly string[]
  /** times[n] is the server's time of entry n, in milliseconds */
  times: readonly number[]
  /** canonical genesis policy digest */
  policy: string
  people: ReadonlyMap<string, NamedPerson>
  /** by credential id, revoked ones included */
  keys: ReadonlyMap<string, DirectoryKey>
  /** authenticator apps by authenticator id, revoked ones included */
  totps: ReadonlyMap<string, TotpAuthenticator>
  /** people who were removed, and the size from which on they are gone; their ids are never used again */
  gone: ReadonlyMap<string, number>
  recoveries: readonly RecoverySpan[]
  links: readonly Link[]
  /** the sizes after each recovery by the host: a trust file has to name the heads there */
  hostRecoveries: readonly number[]
  /** authenticator ids and public keys that were ever registered: none is registered twice */
  taken: ReadonlySet<string>
  /** nonces of all envelopes so far */
  nonces: ReadonlySet<string>
  roles: readonly RoleSpan[]
  ledgerKeys: readonly LedgerKeySpan[]
  /** several may hold at once */
  relyingParties: readonly RelyingPartySpan[]
}
