/**
 * The answers of the server that commands rely on, looked at before they are used. What decides anything (subject, signatures,
 * checkpoint) is verified elsewhere; here it is only made sure that members are there and are what they are taken for.
 */
import type { Countersignature, Requirement, RunSubject } from '@countersign/proof'
import type { EntryView } from '../../leaves/index.ts'
import type { PolicyVersion } from '../../policy/index.ts'
import { shaped, type Shape } from './shape.ts'

export type RunStatus = 'waiting' | 'granted' | 'denied' | 'expired' | 'cancelled' | 'applying' | 'applied' | 'failed' | 'outcome-unknown'

export type RunView = {
  readonly id: string
  readonly status: RunStatus
  readonly version: number
  readonly decision: 'allow' | 'step-up' | 'deny'
  readonly reasons: readonly { readonly code: string; readonly message: string }[]
  readonly subject: string
  readonly countersignatures: readonly Countersignature[]
  readonly enforcement: { readonly level: string; readonly why: string }
  readonly expiresAt: string
  readonly grant: { readonly id: string; readonly expiresAt: string } | null
  /** Another run of the workspace, applied now. */
  readonly behind?: { readonly id: string; readonly code: string; readonly requester: { readonly name: string }; readonly startedAt: string } | null
}

export type Preview = {
  readonly environment: string
  readonly decision: { readonly effect: 'allow' | 'step-up' | 'deny'; readonly rule: string; readonly requirement?: Requirement; readonly reasons: readonly { readonly code: string; readonly message: string }[] }
  readonly risk: RunSubject['risk']
}

export type Status = { readonly name: string; readonly version: string; readonly setUp: boolean; readonly demonstration: boolean; readonly url: string; readonly time: string }
export type Me = { readonly person: { readonly id: string; readonly name: string }; readonly token: { readonly expiresAt: string; readonly signedInUntil: string; readonly thumbprint: string } }
export type TerminalsView = { readonly terminals: readonly { readonly id: string; readonly client: string; readonly kind: string; readonly audience: string; readonly thisTerminal: boolean; readonly createdAt: string; readonly signedInUntil: string; readonly thumbprint: string }[] }
export type PolicyView = { readonly yaml: string; readonly digest: string; readonly changedAt: string; readonly changedBy: string }
export type CodesView = { readonly apps: readonly { readonly id: string; readonly label: string; readonly createdAt: string; readonly lastUsedAt: string | null }[]; readonly pending: readonly { readonly id: string; readonly label: string; readonly createdAt: string; readonly fromTerminal: string }[]; readonly hasKey: boolean }
export type CodesShown = { readonly ceremony: string; readonly secret: string; readonly address: string }
export type CodesPending = { readonly pending: { readonly id: string; readonly label: string; readonly fingerprint: string } }
export type PolicyChange = { readonly id: string; readonly code: string; readonly subject: string; readonly expiresAt: string; readonly status: string; readonly countersignatures: readonly Countersignature[] }

const statuses: readonly RunStatus[] = ['waiting', 'granted', 'denied', 'expired', 'cancelled', 'applying', 'applied', 'failed', 'outcome-unknown']
const decisions: readonly RunView['decision'][] = ['allow', 'step-up', 'deny']
const levels: readonly RunSubject['risk']['level'][] = ['none', 'low', 'medium', 'high', 'critical']

const shapes = {
  run: { id: 'string', status: statuses, version: 'number', decision: decisions, reasons: 'array', subject: 'string', countersignatures: 'array', enforcement: 'object', expiresAt: 'string' },
  preview: { environment: 'string', decision: 'object', 'decision.effect': decisions, risk: 'object', 'risk.level': levels },
  status: { name: 'string', version: 'string', setUp: 'boolean', time: 'string' },
  me: { person: 'object', token: 'object', 'token.signedInUntil': 'string' },
  terminals: { terminals: 'array' },
  policy: { yaml: 'string', digest: 'string' },
  'policy chain': { versions: 'array' },
  'policy change': { id: 'string', code: 'string', subject: 'string', expiresAt: 'string' },
  codes: { apps: 'array', pending: 'array', hasKey: 'boolean' },
  'secret of an app': { ceremony: 'string', secret: 'string', address: 'string' },
  'app that waits': { pending: 'object', 'pending.id': 'string', 'pending.fingerprint': 'string' },
  checkpoint: { checkpoint: 'string', size: 'number', root: 'string' },
  consistency: { proof: 'array' },
  search: { size: 'number', root: 'string', entries: 'array', people: 'object', lacking: 'number' },
  directory: { entries: 'array' },
  lease: { lease: 'string' },
} as const satisfies Record<string, Shape>

type Answers = {
  run: RunView
  preview: Preview
  status: Status
  me: Me
  terminals: TerminalsView
  policy: PolicyView
  'policy chain': { versions: PolicyVersion[] }
  'policy change': PolicyChange
  codes: CodesView
  'secret of an app': CodesShown
  'app that waits': CodesPending
  checkpoint: { checkpoint: string; size: number; root: string }
  consistency: { proof: string[] }
  search: { size: number; root: string; entries: EntryView[]; people: Record<string, string>; next: number | null; lacking: number }
  directory: { entries: string[] }
  lease: { lease: string }
}

/** Throws CliError `server_unexpected`. */
export function answer<N extends keyof Answers>(name: N, value: unknown): Answers[N] {
  return shaped(name, shapes[name], value) as Answers[N]
}
