/**
 * What `/api/v1/state/...` answers, member by member. No view holds a value of a state; addresses are the redacted ones. Times are
 * RFC 3339; `code` is as people read it.
 */
import type { Countersignature } from '@countersign/proof'
import type { Reason } from '../../policy/index.ts'
import type { AddressDiff, SecretFinding } from '../../tfstate/index.ts'
import type { VersionStatus } from './tables.ts'

export type PersonRef = { id: string; name: string }

/**
 * `allowed`, `granted`: may be redeemed now. `waiting`: for a person. `done`: redeemed, or its effect has happened. `void`: what it was
 * granted for changed first, or its effect could not be carried out any more. `cancelled`: who asked took it back.
 */
export type RequestStatus = 'allowed' | 'waiting' | 'granted' | 'denied' | 'expired' | 'cancelled' | 'done' | 'void'

export type RequestResult = {
  /** The version that is current afterwards, that was deleted, restored or discarded; 0 where it is none. */
  version: number
  /** `stc_`, or "" */
  credential: string
  /** Why its effect was refused, and what to do; "" where it happened. */
  refused: string
  next: string
}

export type RequestView = {
  /** `sta_` */
  id: string
  action: string
  workspace: string
  status: RequestStatus
  /** Changes whenever the view may: hand it back as `since` to wait for the next one. */
  version: number
  decision: 'allow' | 'step-up' | 'deny'
  reasons: Reason[]
  /** The statement, canonical text, and its digest: byte for byte what is signed. "" for a run's credential, which takes none. */
  subject: string
  digest: string
  code: string
  /** Where it is countersigned. */
  url: string
  requester: PersonRef
  executor: string
  source: string
  createdAt: string
  expiresAt: string
  countersignatures: Countersignature[]
  signed: { person: string; name: string; role: string; at: string; label: string }[]
  result: RequestResult | null
}

/** Shown once. The password is nowhere afterwards. */
export type IssuedCredential = {
  id: string
  /** The same as `id`: HTTP Basic wants a name. */
  username: string
  password: string
  expiresAt: string
  address: string
  lockAddress: string
  workspace: string
  phase: 'plan' | 'apply'
  tier: 'outputs' | 'redacted' | 'full'
}

export type CredentialView = {
  id: string
  workspace: string
  phase: 'plan' | 'apply'
  tier: 'outputs' | 'redacted' | 'full'
  person: PersonRef
  executor: string
  run: string
  status: 'valid' | 'expired' | 'revoked'
  createdAt: string
  expiresAt: string
  revokedAt: string | null
  revokedWhy: string
  lastUsedAt: string | null
  lastSource: string
}

export type LockView = { mode: 'plan' | 'write'; operation: string; who: string; person: PersonRef; source: string; run: string; since: string; capAt: string }

export type VersionView = {
  version: number
  current: boolean
  status: VersionStatus
  origin: 'write' | 'import' | 'rollback' | 'accepted'
  /** The version that it came from; 0 where it is its own. */
  from: number
  lineage: string
  serial: number
  size: number
  digest: string
  resources: number
  outputs: number
  /** How many were found; null: it is still being read. */
  secrets: number | null
  /** Encrypted by the client: nothing of it is known here. */
  opaque: boolean
  person: PersonRef
  credential: string
  run: string
  /** SHA-256 of the lock's id, or "" */
  lock: string
  /** Code of the statement that was countersigned for it, or "" */
  evidence: string
  source: string
  why: string
  at: string
  deletedAt: string | null
  destroyAt: string | null
}

export type WorkspaceView = {
  name: string
  environment: string
  enforcement: { level: 'state-gated'; why: string }
  /** 0: there is no state. */
  version: number
  serial: number
  lineage: string
  size: number
  digest: string
  resources: number
  /** Findings of secrets in what is current; null: it is still being read. */
  secrets: number | null
  opaque: boolean
  lock: LockView | null
  frozen: { at: string; why: string } | null
  /** How many versions wait in quarantine. */
  quarantined: number
  /** How what is current came to be; where nothing is, what was last, and when it was deleted. What was set aside has changed nothing. */
  lastChange: { at: string; person: PersonRef; origin: VersionView['origin']; version: number; deletedAt: string | null } | null
}

export type FactsView = {
  terraformVersion: string
  providers: string[]
  addresses: string[]
  outputs: { name: string; sensitive: boolean }[]
  secrets: SecretFinding[]
  secretsOmitted: number
}

/** `facts` null: destroyed. */
export type VersionFactsView = VersionView & { facts: FactsView | null }

/** `from` 0: nothing. */
export type DiffView = AddressDiff & { from: number; to: number }

/** One reading, as the ledger has it; `index` is its leaf. */
export type ReadView = { index: number; at: string; version: number; tier: string; purpose: string; person: PersonRef; credential: string; source: string }

export type QuarantineView = { frozen: { at: string; why: string } | null; versions: (VersionView & { diff: DiffView | null })[] }

export type WaitingView = { version: number; requests: RequestView[] }
