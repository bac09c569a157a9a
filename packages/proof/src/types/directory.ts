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
  /** who vouched: the credential id; the key itself for genesis */
  voucher: string
}

export type RoleSpan = Span & { person: string; role: string; scope: string }
export type LedgerKeySpan = Span & { key: string }
export type RelyingPartySpan = Span & { rpId: string; origins: readonly string[] }

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
  /** authenticator ids and public keys that were ever registered: none is registered twice */
  taken: ReadonlySet<string>
  /** nonces of all envelopes so far */
  nonces: ReadonlySet<string>
  roles: readonly RoleSpan[]
  ledgerKeys: readonly LedgerKeySpan[]
  relyingParties: readonly RelyingPartySpan[]
}
