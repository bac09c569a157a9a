/** A run as clients see it: what this door knows, and where the gate stands. */
import { formatCode, parseSubject } from '@countersign/proof'
import type { Countersignature, RunSubject } from '@countersign/proof'
import type { Standing } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { Reason } from '../../policy/index.ts'
import { appliedNow } from './busy.ts'
import type { Behind } from './busy.ts'
import type { RunsDeps } from './ports.ts'
import type { RunRow } from './store.ts'
import { enforcementNamed } from './enforcement.ts'
import type { Enforcement } from './enforcement.ts'
import type { RunEffect } from './for-states.ts'

export type RunStatus = 'waiting' | 'granted' | 'denied' | 'expired' | 'cancelled' | 'applying' | 'applied' | 'failed' | 'outcome-unknown'

export type RunView = {
  id: string
  workspace: string
  environment: string
  enforcement: Enforcement
  scope: string
  status: RunStatus
  /** Changes whenever the view may: hand it back as `since` to wait for the next one. */
  version: number
  decision: string
  reasons: Reason[]
  subject: string
  subjectDigest: string
  code: string
  link: string
  createdAt: string
  expiresAt: string
  startedAt: string | null
  endedAt: string | null
  requester: { id: string; name: string }
  executor: string
  summary: RunSubject['summary'] | null
  risk: RunSubject['risk'] | null
  countersignatures: Countersignature[]
  signed: { person: string; name: string; role: string; at: string; label: string }[]
  grant: { id: string; expiresAt: string } | null
  /** Another run of the workspace that is applied now: this one waits for it. */
  behind: Behind | null
  /** What the state showed of the apply, beside what was countersigned; null where the state is not kept here, or nothing was compared yet. */
  effect: RunEffect | null
  outcome: { result: string; summary: string; state: { lineage: string; serial: number; digest: string }; treeUnchanged: boolean } | null
}

export async function viewOf(deps: RunsDeps, db: Db | Tx, run: RunRow): Promise<RunView> {
  const standing = await deps.gate.standing(db, run.id)
  const subject = parseSubject(run.subject)
  const status = statusOf(run, standing)
  const other = status === 'waiting' || status === 'granted' ? await appliedNow(db, run, deps.clock.now()) : null
  const signed = standing.challenge?.signed ?? []
  return {
    id: run.id, workspace: run.workspace, environment: run.environment, enforcement: enforcementNamed(subject.kind === 'run' ? subject.workspace.enforcement : ''), scope: run.scope, status,
    version: order.indexOf(status) * 100 + signed.length, decision: run.decision, reasons: JSON.parse(run.reasons) as Reason[],
    subject: run.subject, subjectDigest: run.subject_digest, code: formatCode(run.code), link: `${deps.place.origin}/c/${formatCode(run.code)}`,
    createdAt: rfc3339(run.created_at), expiresAt: rfc3339(run.expires_at), startedAt: at(run.started_at), endedAt: at(run.ended_at),
    requester: { id: run.requester, name: run.requester_name }, executor: run.executor,
    summary: subject.kind === 'run' ? subject.summary : null, risk: subject.kind === 'run' ? subject.risk : null,
    countersignatures: signed.map((one) => one.countersignature),
    signed: signed.map(({ person, name, role, at: when, label }) => ({ person, name, role, at: rfc3339(when), label })),
    grant: status === 'granted' && standing.grant ? { id: standing.grant.id, expiresAt: rfc3339(standing.grant.expiresAt) } : null,
    behind: other ? { id: other.id, code: formatCode(other.code), requester: { id: other.requester, name: other.requester_name }, startedAt: rfc3339(other.started_at ?? 0) } : null,
    effect: run.effect === null ? null : (JSON.parse(run.effect) as RunEffect),
    outcome: run.outcome === null ? null : (JSON.parse(run.outcome) as NonNullable<RunView['outcome']>),
  }
}

const order: readonly RunStatus[] = ['waiting', 'granted', 'denied', 'expired', 'cancelled', 'applying', 'outcome-unknown', 'applied', 'failed']

function statusOf(run: RunRow, { challenge, grant }: Standing): RunStatus {
  if (run.state !== 'asked') return run.state
  if (
    challenge &&
    (challenge.status === 'waiting' || challenge.status === 'denied' || challenge.status === 'expired' || challenge.status === 'cancelled')
  )
    return challenge.status
  return grant?.status === 'open' ? 'granted' : 'expired'
}

function at(time: number | null): string | null {
  return time === null ? null : rfc3339(time)
}
