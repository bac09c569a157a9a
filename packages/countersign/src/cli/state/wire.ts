/** The answers of the state's API that commands rely on, looked at before they are used. What people sign is checked in `statement.ts`. */
import { shaped, type Shape } from '../client/shape.ts'

export type StateStatus = 'allowed' | 'waiting' | 'granted' | 'denied' | 'expired' | 'cancelled' | 'done' | 'void'
const statuses: readonly StateStatus[] = ['allowed', 'waiting', 'granted', 'denied', 'expired', 'cancelled', 'done', 'void']
const decisions = ['allow', 'step-up', 'deny'] as const

export type Person = { readonly id: string; readonly name: string }

export type StateRequest = {
  readonly id: string
  readonly action: string
  readonly workspace: string
  readonly status: StateStatus
  /** Changes whenever the view does. */
  readonly version: number
  readonly decision: (typeof decisions)[number]
  readonly reasons: readonly { readonly code: string; readonly message: string }[]
  /** Canonical text; "" for a run's credential. */
  readonly subject: string
  readonly requester: Person
  readonly executor: string
  readonly source: string
  readonly expiresAt: string
  readonly result: { readonly version: number; readonly refused: string; readonly next: string } | null
}

export type StateCredential = {
  readonly id: string
  readonly username: string
  readonly password: string
  readonly expiresAt: string
  readonly address: string
  readonly lockAddress: string
  readonly phase: 'plan' | 'apply'
}

export type CredentialView = {
  readonly id: string
  readonly workspace: string
  readonly phase: string
  readonly tier: string
  readonly person: Person
  readonly run: string
  readonly status: 'valid' | 'expired' | 'revoked'
  readonly createdAt: string
  readonly expiresAt: string
  readonly revokedWhy: string
  readonly lastUsedAt: string | null
  readonly lastSource: string
}

export type LockView = { readonly mode: 'plan' | 'write'; readonly operation: string; readonly who: string; readonly person: Person; readonly source: string; readonly since: string; readonly capAt: string }

export type WorkspaceView = {
  readonly name: string
  readonly environment: string
  readonly enforcement: { readonly level: string; readonly why: string }
  /** 0: there is no state. */
  readonly version: number
  readonly serial: number
  readonly lineage: string
  readonly size: number
  readonly digest: string
  readonly resources: number
  /** null: it is still being read. */
  readonly secrets: number | null
  readonly opaque: boolean
  readonly lock: LockView | null
  readonly frozen: { readonly at: string; readonly why: string } | null
  readonly quarantined: number
  readonly lastChange: { readonly at: string; readonly person: Person; readonly origin: string; readonly version: number; readonly deletedAt?: string | null } | null
}

export type VersionView = {
  readonly version: number
  readonly current: boolean
  readonly status: string
  readonly origin: string
  readonly from: number
  readonly lineage: string
  readonly serial: number
  readonly size: number
  readonly digest: string
  readonly resources: number
  readonly outputs: number
  /** null: it is still being read. */
  readonly secrets: number | null
  readonly opaque: boolean
  readonly person: Person
  readonly credential: string
  readonly run: string
  readonly evidence: string
  readonly source: string
  readonly why: string
  readonly at: string
  readonly deletedAt: string | null
  readonly destroyAt: string | null
}

export type Facts = {
  readonly terraformVersion: string
  readonly providers: readonly string[]
  readonly addresses: readonly string[]
  readonly outputs: readonly { readonly name: string; readonly sensitive: boolean }[]
  readonly secrets: readonly { readonly address: string; readonly path: string; readonly kind: string; readonly advice: string }[]
  readonly secretsOmitted: number
}

type Names = { readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] }
export type Difference = Names & { readonly from: number; readonly to: number; readonly outputs: Names; readonly opaque: boolean }
export type Quarantined = VersionView & { readonly diff: Difference | null }

const version = { version: 'number', status: 'string', origin: 'string', serial: 'number', lineage: 'string', digest: 'string', size: 'number', at: 'string', person: 'object' } as const

const shapes = {
  request: { id: 'string', action: 'string', workspace: 'string', status: statuses, version: 'number', decision: decisions, reasons: 'array', subject: 'string', expiresAt: 'string' },
  credential: { id: 'string', username: 'string', password: 'string', expiresAt: 'string', address: 'string', lockAddress: 'string' },
  workspace: { name: 'string', environment: 'string', enforcement: 'object', version: 'number', serial: 'number', lineage: 'string', digest: 'string', quarantined: 'number' },
  workspaces: { workspaces: 'array' },
  versions: { versions: 'array' },
  version,
  difference: { added: 'array', changed: 'array', removed: 'array', outputs: 'object', opaque: 'boolean' },
  waiting: { version: 'number', requests: 'array' },
  credentials: { credentials: 'array' },
  quarantine: { versions: 'array' },
} as const satisfies Record<string, Shape>

type Answers = {
  request: StateRequest
  credential: StateCredential
  workspace: WorkspaceView
  workspaces: { readonly workspaces: readonly WorkspaceView[] }
  versions: { readonly versions: readonly VersionView[] }
  version: VersionView & { readonly facts: Facts | null }
  difference: Difference
  waiting: { readonly version: number; readonly requests: readonly StateRequest[] }
  credentials: { readonly credentials: readonly CredentialView[] }
  quarantine: { readonly frozen: { readonly at: string; readonly why: string } | null; readonly versions: readonly Quarantined[] }
}

/** Throws CliError `server_unexpected`. */
export function stateAnswer<N extends keyof Answers>(name: N, value: unknown): Answers[N] {
  return shaped(`${name} (state)`, shapes[name], value) as Answers[N]
}

/** `project/workspace` as one part of an address of the API. */
export function pathOf(workspace: string, rest = ''): string {
  return `/api/v1/state/workspaces/${encodeURIComponent(workspace)}${rest}`
}
