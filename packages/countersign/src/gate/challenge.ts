/** Challenges as they are seen: one pending step-up, its state now, and what the signed-in person may do about it. */
import { parseCode } from '@countersign/proof'
import type { Countersignature, Requirement } from '@countersign/proof'
import type { Selectable } from 'kysely'
import type { Actor } from '../identity/actor.ts'
import { preparedQuery } from '../platform/store/prepared.ts'
import type { Db, Tx } from '../platform/store/store.ts'
import { codeCounts } from './code-answer.ts'
import { GateError } from './errors.ts'
import type { GateDeps } from './ports.ts'
import type { ChallengeStatus, GateChallengeTable, GateCountersignatureTable } from './tables.ts'

export type ChallengeRow = Selectable<GateChallengeTable>

export type Signed = { person: string; name: string; role: string; at: number; label: string; countersignature: Countersignature }

export type May = { may: boolean; role: 'self' | 'approver'; slot: number; reason: string }


export type ChallengeView = {
  id: string
  code: string
  kind: string
  action: string
  status: ChallengeStatus
  text: string
  digest: string
  requirement: Requirement
  createdAt: number
  expiresAt: number
  requester: { id: string; name: string }
  source: { address: string; client: string }
  /** `code`: a code of an authenticator app of theirs would count. */
  you: May & { code: boolean }
  /** The request began on another machine than the one that looks: the person types the code, a link is not enough. */
  typeCode: boolean
  signed: Signed[]
  ref: string
}

const rowsByCode = preparedQuery<{ code: string }, ChallengeRow>((db, value) => db.selectFrom('gate_challenge').selectAll().where('code', '=', value('code')))

export async function findByCode(tx: Db | Tx, typed: string): Promise<ChallengeRow> {
  const code = codeOf(typed)
  const row = code === null ? undefined : (await rowsByCode(tx, { code }))[0]
  if (row) return row
  throw noSuchCode(typed)
}

export function noSuchCode(typed: string): GateError {
  return new GateError('challenge_not_found', `Nothing waits under the code ${codeForPeople(typed)}.`, 'Compare it with your terminal, letter by letter.')
}

export function codeOf(typed: string): string | null {
  try {
    return parseCode(typed)
  } catch {
    return null
  }
}

/** Foreign text in a message: short, and nothing that could pretend to be more than a code. */
function codeForPeople(typed: string): string {
  return typed.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 20) || '(empty)'
}

/** A waiting challenge whose time is over is expired, whether or not the sweep has come by. */
export function statusOf(row: ChallengeRow, now: number): ChallengeStatus {
  return row.status === 'waiting' && row.expires_at <= now ? 'expired' : row.status
}

/** One refusal for each way in which a challenge is no longer open. */
export function refuseClosed(row: ChallengeRow, now: number): void {
  const status = statusOf(row, now)
  switch (status) {
    case 'waiting':
      return
    case 'expired':
      throw new GateError('challenge_expired', 'This request has expired.', 'Ask again from the terminal: a new request gets a new code.')
    case 'denied':
      throw new GateError('challenge_denied', 'This request was denied.', 'Nothing more can be done with it.')
    case 'cancelled':
      throw new GateError('challenge_cancelled', 'This request was cancelled where it was made.', 'Ask again from the terminal if it is still wanted.')
    case 'countersigned':
    case 'consumed':
      throw new GateError('challenge_consumed', 'This request was countersigned already; an answer counts once.', 'Nothing more needs to be done with it.')
  }
}

/** The statement names the policy that asked for it. Under another one, something else might be asked. */
export async function refuseOldPolicy(deps: Pick<GateDeps, 'policyInForce'>, tx: Db | Tx, digest: string): Promise<void> {
  refuseOtherPolicy(await deps.policyInForce(tx), digest)
}

export function refuseOtherPolicy(inForce: string | null, digest: string): void {
  if (inForce === digest) return
  throw new GateError('policy_changed', 'The policy has changed since this was asked.', 'Ask again from the terminal: the new policy decides what it takes.')
}

export async function signedOf(tx: Db | Tx, challenge: string): Promise<Signed[]> {
  const rows = await tx.selectFrom('gate_countersignature').selectAll().where('challenge', '=', challenge).orderBy('at').execute()
  return rows.map(signedBy)
}

export function signedBy(row: Selectable<GateCountersignatureTable>): Signed {
  return {
    person: row.person, name: row.person_name, role: row.role, at: row.at, label: row.authenticator_label,
    countersignature: JSON.parse(row.countersignature) as Countersignature,
  }
}

/** Which part this person has in it. The requester's own touch and another's approval are different roles, always. */
export async function partOf(deps: Pick<GateDeps, 'people'>, tx: Db | Tx, row: ChallengeRow, person: string, signed: readonly Signed[]): Promise<May> {
  const requirement = JSON.parse(row.requirement) as Requirement
  const approvals = signed.filter((one) => one.role === 'approver').length
  const self = row.requester === person
  const role = self ? 'self' : 'approver'
  const slot = self ? 0 : approvals + 1
  const no = (reason: string): May => ({ may: false, role, slot, reason })
  if (signed.some((one) => one.person === person)) return no('You have countersigned this already.')
  for (const { person: other, name } of signed) {
    if (await deps.people.same(tx, person, other)) return no(`You and ${name}, who has countersigned this, are one person here.`)
  }
  if (self) return requirement.selfStepUp ? { may: true, role, slot, reason: '' } : no('You asked for this; others approve it.')
  if (requirement.approvals === 0) return no('Only the person who asked can countersign this.')
  if (approvals >= requirement.approvals) return no('Everybody who was needed has approved this.')
  if (await deps.people.same(tx, person, row.requester)) return no('You and the person who asked are one person here; others approve it.')
  const over = row.reach
  const roles = await deps.people.rolesOf(tx, person, over)
  if (!roles.includes(requirement.approverRole)) return no(`It takes the role ${requirement.approverRole}${over === '' ? '' : ` over ${over}`} to approve this.`)
  return { may: true, role, slot, reason: '' }
}

export async function viewOf(deps: Pick<GateDeps, 'people' | 'clock' | 'codes'>, tx: Db | Tx, row: ChallengeRow, actor: Actor): Promise<ChallengeView> {
  const signed = await signedOf(tx, row.id)
  const part = await partOf(deps, tx, row, actor.id, signed)
  return {
    id: row.id, code: row.code, kind: row.kind, action: row.action, status: statusOf(row, deps.clock.now()), text: row.subject, digest: row.subject_digest,
    requirement: JSON.parse(row.requirement) as Requirement, createdAt: row.created_at, expiresAt: row.expires_at,
    requester: { id: row.requester, name: row.requester_name }, source: { address: row.source_address, client: row.source_client },
    you: { ...part, code: part.may && codeCounts(row) && (await deps.codes.of(tx, actor.id)).length > 0 }, typeCode: beganElsewhere(row, actor), signed, ref: row.ref,
  }
}

/** Somebody who phishes a link to their own request cannot also show the victim the code on the victim's terminal. */
export function beganElsewhere(row: ChallengeRow, actor: Actor): boolean {
  return machine(row.source_address) !== machine(actor.source.address)
}

function machine(address: string): string {
  const bare = address.startsWith('::ffff:') ? address.slice(7) : address
  return bare === '::1' || bare.startsWith('127.') ? 'loopback' : bare
}
