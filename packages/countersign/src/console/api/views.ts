/** The shapes that the server answers with, as far as the console reads them. What is signed is read from `subject` only. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import type { EntryView } from '../../leaves/index.ts'

export type Named = { id: string; name: string }

export type ServerStatus = { name: string; version: string; setUp: boolean; demonstration: boolean; rpId: string; url: string; time: string }

export type SessionView = {
  person: Named & { roles: string[] }
  session: { id: string; createdAt: string; idleExpiresAt: string; expiresAt: string }
  demonstration: boolean
  limitedTo?: string
}

export type CeremonyStatus = 'waiting' | 'countersigned' | 'denied' | 'expired' | 'cancelled' | 'consumed'

export type GivenCountersignature = { person: string; name: string; role: string; at: string; label: string }

export type CeremonyView = {
  code: string
  kind: string
  status: CeremonyStatus
  subject: string
  subjectDigest: string
  createdAt: string
  expiresAt: string
  requester: Named
  source: { address: string; host: string; client: string }
  you: { may: boolean; role: 'self' | 'approver'; slot: number; reason: string; code: boolean }
  typeCode: boolean
  countersignatures: GivenCountersignature[]
  run: string | null
}

/** One line of "waiting for you": the view of a ceremony, of which the list needs only these. */
export type WaitingView = Pick<CeremonyView, 'code' | 'kind' | 'subject' | 'createdAt' | 'expiresAt' | 'requester' | 'typeCode'>

export type Signing = { envelope: string; options: PublicKeyCredentialRequestOptionsJSON }
export type SigningBegun = Signing & { ceremony: string }

export type SetupBegun = { intent: string; options: PublicKeyCredentialCreationOptionsJSON }
export type SetupCreated = Signing & { subject: string; code: string }
export type SetupFinished = { person: Named; fingerprint: string }

export type KeyView = {
  id: string
  label: string
  credential: string
  createdAt: string
  lastUsedAt: string | null
  backupEligible: boolean
  backedUp: boolean
  aaguid: string
  model: string
  claimed: boolean
  /** Name of the root that says what it is; "" where it is claimed. */
  attestedBy: string
  demonstration: boolean
  thisSession: boolean
  alg: number
}
export type KeyBegun = { ceremony: string; intent: string; options: PublicKeyCredentialCreationOptionsJSON }
export type KeyCreated = { subject: string; code: string; possession: Signing; voucher: Signing }

export type InteractionView = { client: string; terminal: { host: string; user: string } | null; /** "" for a bearer token. */ thumbprint: string; resources: string[] }
export type DeviceView = { client: string; claim: string; address: string; agent: string; startedAt: string; expiresAt: string; thumbprint: string }

export type RunStatus =
  | 'waiting' | 'granted' | 'denied' | 'expired' | 'cancelled' | 'applying' | 'applied' | 'failed' | 'outcome-unknown'

export type Countersignature = { envelope: string; credential: string }

export type RunView = {
  id: string
  workspace: string
  environment: string
  enforcement: { level: 'advisory' | 'state-gated' | 'credential-gated'; why: string }
  scope: 'apply' | 'destroy'
  status: RunStatus
  version: number
  decision: 'allow' | 'step-up' | 'deny'
  reasons: { code: string; message: string }[]
  subject: string
  subjectDigest: string
  code: string
  createdAt: string
  expiresAt: string
  startedAt: string | null
  endedAt: string | null
  requester: Named
  executor: string
  countersignatures: Countersignature[]
  /** Who signed, in the order of `countersignatures`. */
  signed: GivenCountersignature[]
  grant: { id: string; expiresAt: string } | null
  /** What the state showed of the apply, beside what was countersigned; null where the state is not kept here, or nothing was compared yet. */
  effect: { agrees: boolean; version: number; unexpected: number; missing: number; /** The first few of each; what is left out was kept by an earlier version. */ addresses?: { unexpected: { address: string; change: string }[]; missing: { address: string; planned: string }[] } } | null
  outcome: RunOutcome | null
}

/** What the client reported of the apply. Never a proof of what the world did. */
export type RunOutcome = { result: string; summary: string; state: { lineage: string; serial: number; digest: string }; treeUnchanged: boolean }

export type PolicyView = { yaml: string; digest: string; changedAt: string; changedBy: string }

/** Who signs checkpoints, as the server says. */
export type TrustView = { instance: string; ledgerKeys: string[] }
/** `checkpoint` is "" where the page named the size. */
type CoveredView = { size: number; root: string; checkpoint: string; people: Record<string, string> }
export type LedgerSearchView = CoveredView & { entries: EntryView[]; next: number | null; lacking: number }
export type LedgerOneView = CoveredView & { entry: EntryView }

export type MemberView = {
  id: string
  name: string
  roles: { role: string; scope: string }[]
  status: 'active' | 'invited' | 'key waits' | 'no key'
  keys: number
  invitedUntil: string | null
  pending: { id: string; label: string; aaguid: string; address: string; client: string; createdAt: string; expiresAt: string; vouched: boolean; yours: boolean } | null
  recovery: { startedAt: string; opensAt: string } | null
  linked: string[]
  apps: number
  pendingApp: { id: string; label: string; createdAt: string } | null
  profile: { login: string; email: string } | null
  yours: boolean
  you: boolean
}
export type AskedChange = { code: string; link: string; expiresAt: string; person: string }
export type InvitationView = { person: Named; expiresAt: string }
export type JoinBegun = { ceremony: string; person: Named; intent: string; options: PublicKeyCredentialCreationOptionsJSON }
export type JoinMade = { name: string; code: string; inviter: string; expiresAt: string }

export type OpenSession = { id: string; createdAt: string; lastSeenAt: string; idleExpiresAt: string; expiresAt: string; address: string; client: string; thisSession: boolean; acr?: string; amr?: string }
export type OpenTerminal = { id: string; client: string; createdAt: string; expiresAt: string; thumbprint: string }
export type ReportView = { code: string; kind: string; requester: Named; source: { address: string; client: string }; askedAt: string; reportedAt: string; reportedBy: string }

export type AppView = { id: string; kind: 'totp'; label: string; createdAt: string; lastUsedAt: string | null; thisSession: boolean }
/** `fromTerminal`: which terminal set it up; its fingerprint stands there alone, and is typed here. */
export type PendingAppView = { id: string; label: string; createdAt: string; fingerprint: string; fromTerminal: string }
export type KeysView = { authenticators: KeyView[]; apps: AppView[]; pendingApps: PendingAppView[]; pendingKey: { id: string; label: string } | null; login: string; passwordChangedAt: string | null; recoveryCodes: number }
/** `picture`: rows of a QR code, 1 for dark. Answered once. */
export type AppShown = { ceremony: string; secret: string; address: string; picture: string[] }
export type FreshBegun = { ceremony: string; options: PublicKeyCredentialRequestOptionsJSON | null }
export type SitesView = { sites: { rpId: string; origins: string[]; newest: boolean }[]; served: string[] }
