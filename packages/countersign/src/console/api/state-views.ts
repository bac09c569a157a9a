/** What `/api/v1/state/...` answers, as far as the console reads it. No view holds a value of a state. */
import type { Named } from './views.ts'

export type LockView = { mode: 'plan' | 'write'; operation: string; who: string; person: Named; source: string; run: string; since: string; capAt: string }
export type VersionOrigin = 'write' | 'import' | 'rollback' | 'accepted'
export type VersionStatus = 'kept' | 'deleted' | 'destroyed' | 'quarantined' | 'discarded'

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
  secrets: number | null
  /** Encrypted by the client: nothing of it is known. */
  opaque: boolean
  lock: LockView | null
  frozen: { at: string; why: string } | null
  quarantined: number
  lastChange: { at: string; person: Named; origin: VersionOrigin; version: number; deletedAt: string | null } | null
}

export type VersionView = {
  version: number
  current: boolean
  status: VersionStatus
  origin: VersionOrigin
  /** The version that it came from; 0 where it is its own. */
  from: number
  lineage: string
  serial: number
  size: number
  digest: string
  resources: number
  outputs: number
  secrets: number | null
  opaque: boolean
  person: Named
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

export type SecretFinding = { address: string; path: string; why: 'type' | 'name' | 'pattern' | 'entropy' | 'sensitive'; kind: string; advice: string }
export type VersionFactsView = VersionView & { facts: { terraformVersion: string; providers: string[]; addresses: string[]; secrets: SecretFinding[]; secretsOmitted: number } | null }

type Names = { added: string[]; changed: string[]; removed: string[] }
/** `from` 0: nothing. `opaque`: one of the two is encrypted by its client, and nothing was compared. */
export type DiffView = Names & { from: number; to: number; outputs: Names; opaque: boolean }

export type ReadView = { index: number; at: string; version: number; tier: string; purpose: string; person: Named; credential: string; source: string }
export type QuarantineView = { frozen: { at: string; why: string } | null; versions: (VersionView & { diff: DiffView | null })[] }

export type CredentialView = {
  id: string
  workspace: string
  phase: 'plan' | 'apply'
  tier: 'outputs' | 'redacted' | 'full'
  person: Named
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

export type StateRequestView = {
  id: string
  action: string
  workspace: string
  status: 'allowed' | 'waiting' | 'granted' | 'denied' | 'expired' | 'cancelled' | 'done' | 'void'
  version: number
  decision: 'allow' | 'step-up' | 'deny'
  reasons: { code: string; message: string; next?: string }[]
  code: string
  source: string
  createdAt: string
  expiresAt: string
  result: { version: number; credential: string; refused: string; next: string } | null
}
export type StateWaitingView = { version: number; requests: StateRequestView[] }
