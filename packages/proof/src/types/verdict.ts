/** What `verifyEvidence` answers. Consent (who signed) and effect (what was reported) are never mixed. */
import type { ProofCode } from '../errors.ts'
import type { JsonValue } from './json.ts'
import type { Outcome } from './record.ts'
import type { PolicySubject, Requirement, RunSubject, StateSubject } from './subject.ts'

export type VerdictName = 'VALID' | 'ATTESTED' | 'ALLOWED' | 'CONSISTENT' | 'DEMONSTRATION' | 'INVALID'
export type VerdictCode = 'valid' | 'servers_word' | 'allowed_by_policy' | 'issuer_not_pinned' | 'demonstration' | ProofCode

/** What an authenticator says of itself. Without a verified attestation it is a claim, and printed as one. */
export type Device = {
  /** false where the server verified the attestation at registration, to a root that the trust file (if there is one) names */
  claimed: boolean
  /** digest of that root; "" where it is claimed */
  attestedBy: string
  aaguid: string
  backupEligible: boolean
  backedUp: boolean
  transports: readonly string[]
  attestationFormat: string
}

/** Who let a key or an authenticator app in. */
export type VouchedBy = { id: string; name: string } | 'genesis' | 'host'

export type SignerKey = {
  type: 'webauthn'
  credential: string
  authenticator: string
  label: string
  alg: 'ES256' | 'RS256' | 'EdDSA'
  device: Device
  vouchedBy: VouchedBy
  demonstration: boolean
}

/** The server's word: it says that the person's authenticator app gave the right code. */
export type SignerTotp = {
  type: 'totp'
  authenticator: string
  label: string
  vouchedBy: VouchedBy
  demonstration: boolean
}

export type Countersigner = {
  person: { id: string; name: string }
  /** the requester's own touch is never shown like somebody else's approval */
  how: 'self step-up' | 'approval'
  /** roles held at the moment named in the envelope, as "role" or "role@scope" */
  roles: readonly string[]
  /** what they countersigned with; of the type "totp" it is the server's word and no signature of theirs */
  key: SignerKey | SignerTotp
  /** the envelope's window */
  notBefore: string
  expires: string
  /** the ledger's time of the countersignature (the server's word); null when no ledger was looked at */
  recordedAt: string | null
}

export type Consent = {
  subject: RunSubject | StateSubject | PolicySubject
  subjectDigest: string
  /** XXXX-XXXX-XXXX */
  code: string
  requirement: Requirement
  /** empty when the policy let it pass and nobody was asked */
  who: readonly Countersigner[]
  demonstration: boolean
  /** whether any of those who countersigned is only vouched for by the server's word */
  serversWord: boolean
}

export type Effect = {
  /** what the bundle says was reported: not a proof of what the world did */
  outcome: Outcome
  grantedAt: string | null
  startedAt: string | null
  reportedAt: string | null
  summary: JsonValue
  stateSerial: number | null
  stateDigest: string | null
  treeUnchanged: boolean | null
  /** of a state: what was recorded of it under the request; empty for everything else */
  records: readonly StateRecord[]
}

/** One leaf about a state. `version` and `digest` where the leaf gives them: the version that it made, or is about. */
export type StateRecord = { type: string; time: string; version: number | null; digest: string | null }

export type Verdict = {
  verdict: VerdictName
  code: VerdictCode
  message: string
  /** null when INVALID */
  consent: Consent | null
  /** null when INVALID */
  effect: Effect | null
  /** whether a trust file named the issuer */
  pinned: boolean
  notes: readonly string[]
}
