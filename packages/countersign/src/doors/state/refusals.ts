/** What a question that gave nothing is refused with, and how a refusal over the wire is recorded. */
import { parseSubject } from '@countersign/proof'
import { GateError } from '../../gate/index.ts'
import type { Reason } from '../../policy/index.ts'
import type { StepUp } from '../../platform/coded-error.ts'
import type { Caller } from './authenticate.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import type { Standing } from './standing.ts'
import { workspaceNamed } from './store.ts'
import type { RequestRow } from './store.ts'

/** @param standing one without a grant, that nobody is waited for with */
export function refusalOf(request: RequestRow, standing: Standing): GateError | StateError {
  switch (standing.status) {
    case 'denied': {
      if (request.decision !== 'deny') return new GateError('challenge_denied', 'This was denied by the person who was asked.', 'Nothing more can be done with it.')
      const [reason] = JSON.parse(request.reasons) as Reason[]
      return new GateError('denied_by_policy', reason?.message ?? 'The policy denies this.', reason?.next ?? 'Ask an owner of this installation what the policy allows.')
    }
    case 'expired': return new GateError('challenge_expired', 'Nobody countersigned this in time, or too late after it was countersigned.', 'Run the command again.')
    case 'done': return new StateError('request_done', 'This was asked, granted and used already.', 'Run the command again: it asks anew.')
    case 'cancelled': case 'void': return new GateError('grant_void', 'This was withdrawn, or something else changed first.', 'Run the command again.')
    case 'waiting': case 'allowed': case 'granted': return awaited(request)
  }
}

/** 503 with Retry-After: Terraform asks again by itself, as often as TF_HTTP_RETRY_MAX says. */
export class AwaitedError extends StateError {
  readonly headers = { 'Retry-After': '1' }
}

export function awaited(request: RequestRow): AwaitedError {
  return new AwaitedError('countersignature_awaited', 'A person has been asked, and has not answered yet.', 'Countersign it; Terraform asks again by itself, more often with TF_HTTP_RETRY_MAX.', { stepUp: stepUpOf(request) })
}

function stepUpOf(request: RequestRow): StepUp {
  const subject = parseSubject(request.subject)
  const { requirement } = subject.kind === 'state' ? subject.policy : { requirement: { phishingResistant: true, assurance: 'aal2' } }
  return { acrValues: [requirement.phishingResistant ? 'phr' : requirement.assurance], maxAgeSeconds: 0 }
}

const EVERY = 60_000
const REMEMBERED = 10_000

/** A refusal is a leaf; the same one of the same credential again within a minute is not: a thief's script must not write the ledger full. */
export function createRefusalLog(deps: StateDeps) {
  const last = new Map<string, number>()
  return async (about: { credential: string; person: string }, what: { action: string; name: string; code: string; address: string }): Promise<void> => {
    const key = JSON.stringify([about.credential, what.action, what.name, what.code, what.address])
    const now = deps.clock.now()
    if (now - (last.get(key) ?? -EVERY) < EVERY) return
    last.delete(key)
    last.set(key, now)
    if (last.size > REMEMBERED) for (const oldest of last.keys()) {
      last.delete(oldest)
      break
    }
    await deps.store.write(async (tx) => {
      const workspace = what.name === '' ? null : await workspaceNamed(tx, what.name)
      await deps.ledger.append(tx, {
        type: 'state.refused', ids: { ...(workspace ? { state: workspace.id } : {}), person: about.person, credential: about.credential },
        details: { action: what.action, code: what.code, workspace: what.name, address: what.address },
      })
    })
  }
}

export type RefusalLog = ReturnType<typeof createRefusalLog>

/** Whom a refusal is recorded under. */
export const whoOf = ({ credential }: Pick<Caller, 'credential'>): { credential: string; person: string } => ({ credential: credential.id, person: credential.person })
