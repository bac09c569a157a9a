/**
 * Grants: what a satisfied decision is worth. One action, one subject, one actor, one executor key, until a time, once.
 *
 * A grant is redeemed in the transaction of its effect. Between the countersignature and that moment a key may have been
 * revoked or a role removed: whoever signed must still stand when it counts.
 */
import { newId } from '../platform/ids.ts'
import { insertRows } from '../platform/store/prepared.ts'
import type { Tx } from '../platform/store/store.ts'
import { afterCommit } from '../platform/store/unit.ts'
import type { Requirement } from '@countersign/proof'
import { believeChallenge, believedRows, believeGrant, isEnough } from './believe.ts'
import { rowOf } from './catalogue.ts'
import type { ActionName } from './catalogue.ts'
import { GateError } from './errors.ts'
import type { GateDeps } from './ports.ts'
import { sealedTables } from './sealed-tables.ts'

export type GrantSpec = {
  challenge: string; action: string; subjectDigest: string; actor: string; executor: string
  scope: string; reach: string; ref: string; expiresAt: number; ids: Readonly<Record<string, string>>
}

/** Grants of a unit whose leaves have no places yet. */
const givenHere = new WeakMap<Tx, Set<string>>()

export async function openGrant(deps: GateDeps, tx: Tx, spec: GrantSpec): Promise<{ id: string; expiresAt: number }> {
  const id = newId('grt', deps.clock, deps.random)
  givenHere.set(tx, (givenHere.get(tx) ?? new Set()).add(id))
  const stored = insertRows(tx, 'gate_grant', [deps.rowMacs.seal(sealedTables.grant, {
    id, challenge: spec.challenge, action: spec.action, subject_digest: spec.subjectDigest, actor: spec.actor, executor: spec.executor,
    scope: spec.scope, reach: spec.reach, ref: spec.ref, status: 'open', created_at: deps.clock.now(), expires_at: spec.expiresAt, ended_at: null, ended_why: null,
  })])
  const recorded = deps.ledger.append(tx, {
    type: 'gate.granted',
    ids: { ...spec.ids, grant: id },
    details: {
      grant: id,
      action: spec.action,
      subjectDigest: spec.subjectDigest,
      actor: spec.actor,
      executor: spec.executor,
      expires: new Date(spec.expiresAt).toISOString(),
    },
  })
  await Promise.all([stored, recorded])
  return { id, expiresAt: spec.expiresAt }
}

export type Claim = { grant: string; action: ActionName; subjectDigest: string; actor: string; executor: string }

/** Checks that the grant covers exactly this, and consumes it. Call it in the transaction of the effect, before the effect. */
export async function redeem(deps: GateDeps, tx: Tx, claim: Claim): Promise<void> {
  const row = await tx.selectFrom('gate_grant').selectAll().where('id', '=', claim.grant).executeTakeFirst()
  // A grant of somebody else's is answered like one that does not exist: its id alone must not tell anything.
  if (!row || row.actor !== claim.actor) {
    throw new GateError('grant_not_found', 'There is no such grant of yours.', 'Ask again: a countersigned request gives you a grant.')
  }
  if (row.status === 'consumed')
    throw new GateError('grant_consumed', 'This grant was used already; each is good for one use.', 'Plan again and have it countersigned.')
  if (row.status === 'void')
    throw new GateError(
      'grant_void',
      `This grant is void: ${row.ended_why ?? 'something else changed first'}.`,
      'Plan again and have it countersigned.',
    )
  if (row.expires_at <= deps.clock.now())
    throw new GateError('grant_expired', 'The countersignature is too old: its grant has expired.', 'Plan again and have it countersigned.')
  if (row.action !== claim.action || row.subject_digest !== claim.subjectDigest) {
    throw new GateError('grant_mismatch', 'This grant is for another statement.', 'Use the grant of the request you are carrying out.')
  }
  if (row.executor !== claim.executor) {
    throw new GateError('executor_mismatch', 'This grant belongs to another terminal\'s key.', 'Carry it out on the machine that asked for it.')
  }
  await believeGrant(deps, tx, row, givenHere.get(tx)?.has(row.id) === true)
  await refuseFallenActor(deps, tx, row)
  await refuseFallenCountersigners(deps, tx, row.challenge)
  const { numUpdatedRows } = await tx.updateTable('gate_grant').set({ status: 'consumed', ended_at: deps.clock.now(), ended_why: 'used' })
    .where('id', '=', row.id).where('status', '=', 'open').executeTakeFirst()
  if (numUpdatedRows !== 1n)
    throw new GateError('grant_consumed', 'This grant was used already; each is good for one use.', 'Plan again and have it countersigned.')
  if (row.challenge !== '') await tx.updateTable('gate_challenge').set({ status: 'consumed' }).where('id', '=', row.challenge).execute()
  if (rowOf(claim.action).door === 'state') await recordUse(deps, tx, row)
}

/** What comes of a state's grant is many leaves, or none: that it was used is said here. Elsewhere the effect's own leaf names its grant. */
async function recordUse(deps: GateDeps, tx: Tx, { id, ref, actor, subject_digest: subjectDigest }: { id: string; ref: string; actor: string; subject_digest: string }): Promise<void> {
  await deps.ledger.append(tx, { type: 'gate.redeemed', ids: { grant: id, ref, person: actor }, details: { grant: id, subjectDigest } })
}

/** Who asked must still be somebody who may: a grant does not outlive the role that it was asked with. */
async function refuseFallenActor(deps: GateDeps, tx: Tx, grant: { action: string; actor: string; reach: string }): Promise<void> {
  const roles = await deps.people.rolesOf(tx, grant.actor, grant.reach)
  if (roles.some((role) => rowOf(grant.action as ActionName).roles.includes(role))) return
  throw new GateError('not_permitted', 'The role with which this was asked for is gone.', 'Ask an owner or a manager of this installation.')
}

async function refuseFallenCountersigners(deps: GateDeps, tx: Tx, challenge: string): Promise<void> {
  if (challenge === '') return
  const signed = await believedRows(deps, tx, challenge)
  const asked = believeChallenge(deps, await tx.selectFrom('gate_challenge').selectAll().where('id', '=', challenge).executeTakeFirstOrThrow())
  const requirement = JSON.parse(asked.requirement) as Requirement
  const { approverRole } = requirement
  if (!isEnough(requirement, signed)) throw new GateError('countersigner_gone', 'Of those who countersigned this, one is not in the database any more.', 'Plan again and have it countersigned.')
  await refuseOneAsTwo(deps, tx, asked.requester, signed)
  for (const one of signed) {
    const keys: { authenticator: string }[] = [...(await deps.keys.usableBy(tx, one.person)), ...(await deps.codes.of(tx, one.person)).map(({ id }) => ({ authenticator: id }))]
    const roles = await deps.people.rolesOf(tx, one.person, one.role === 'approver' ? asked.reach : null)
    const stands = keys.some((key) => key.authenticator === one.authenticator) && roles.length > 0 && (one.role !== 'approver' || roles.includes(approverRole))
    if (!stands) {
      throw new GateError(
        'countersigner_gone',
        `${one.person_name} countersigned, and has lost the key or the role since.`,
        'Plan again and have it countersigned by somebody who may.',
      )
    }
  }
}

/** Two ids may have been declared one person since they signed: then they are one here as well. */
async function refuseOneAsTwo(deps: GateDeps, tx: Tx, requester: string, signed: readonly { person: string; person_name: string; role: string }[]): Promise<void> {
  for (const [at, one] of signed.entries()) {
    const others = [...(one.role === 'approver' ? [requester] : []), ...signed.slice(at + 1).map(({ person }) => person)]
    for (const other of others) {
      if (!(await deps.people.same(tx, one.person, other))) continue
      throw new GateError('countersigner_gone', `${one.person_name} countersigned, and is the same person as another one of this request.`, 'Plan again and have it countersigned by different people.')
    }
  }
}

/** Voids the open grants of a scope, about one thing, or all there are, and says why. The transaction that calls this is the reason. */
export async function voidGrants(deps: GateDeps, tx: Tx, of: { scope?: string; ref?: string }, why: string): Promise<number> {
  let query = tx.selectFrom('gate_grant').select(['id', 'subject_digest', 'ref']).where('status', '=', 'open')
  if (of.scope !== undefined) query = query.where('scope', '=', of.scope)
  if (of.ref !== undefined) query = query.where('ref', '=', of.ref)
  const open = await query.execute()
  for (const grant of open) {
    await tx.updateTable('gate_grant').set({ status: 'void', ended_at: deps.clock.now(), ended_why: why }).where('id', '=', grant.id).execute()
    await deps.ledger.append(tx, {
      type: 'gate.voided',
      ids: { grant: grant.id, ref: grant.ref },
      details: { grant: grant.id, subjectDigest: grant.subject_digest, why },
    })
    afterCommit(tx, () => deps.notify.changed(grant.ref))
  }
  return open.length
}
