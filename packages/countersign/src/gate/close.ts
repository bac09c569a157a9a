/** The other ends of a challenge: denied by a person, cancelled by who asked, or expired. Each is a leaf. */
import { rfc3339 } from '../platform/clock.ts'
import type { Tx } from '../platform/store/store.ts'
import { afterCommit } from '../platform/store/unit.ts'
import type { Authorized } from './admit.ts'
import { findByCode, partOf, refuseClosed, signedOf } from './challenge.ts'
import type { ChallengeRow } from './challenge.ts'
import { GateError } from './errors.ts'
import type { GateDeps } from './ports.ts'

/**
 * "I didn't ask for this". Whoever may countersign may deny; so may the person in whose name it was asked. A report by that person says
 * that somebody else has the terminal's key: it is signed out, and its other open requests are closed. One by an approver is recorded and
 * shown to managers; it closes what else of that terminal waits for the approver, and signs nobody out: whose terminal it is, only its
 * person can say, and an approver of one workspace would stop somebody's work in all the others.
 */
export async function deny(deps: GateDeps, by: Authorized<'challenge.answer'>, input: { code: string; report: boolean }): Promise<string> {
  return deps.store.write(async (tx) => {
    const row = await findByCode(tx, input.code)
    refuseClosed(row, deps.clock.now())
    await deps.sessions.stands(tx, by.actor.session)
    const part = await partOf(deps, tx, row, by.actor.id, await signedOf(tx, row.id))
    if (!part.may && row.requester !== by.actor.id) throw new GateError('wrong_person', part.reason, 'Nothing to do here for you.')
    await close(deps, tx, row, 'denied', { by: by.actor.id, reported: input.report })
    await tx.updateTable('gate_challenge').set({ denied_by: by.actor.id, reported: Number(input.report) }).where('id', '=', row.id).execute()
    if (input.report) afterCommit(tx, () => deps.notify.changed('reports'))
    if (input.report) await disown(deps, tx, row, by.actor.id)
    return row.code
  })
}

async function disown(deps: GateDeps, tx: Tx, reported: ChallengeRow, person: string): Promise<void> {
  if (reported.executor === '') return
  const ownWord = person === reported.requester || (await deps.people.same(tx, person, reported.requester))
  if (ownWord) await deps.terminals.disown(tx, reported.requester, reported.executor)
  const others = await tx.selectFrom('gate_challenge').selectAll().where('executor', '=', reported.executor).where('requester', '=', reported.requester).where('status', '=', 'waiting').execute()
  for (const other of others) if (ownWord || (await partOf(deps, tx, other, person, await signedOf(tx, other.id))).may) await close(deps, tx, other, 'denied', { by: person, reported: true, because: reported.id })
}

/** Cancels what waits under a reference: the door has checked who may. */
export async function cancel(deps: GateDeps, tx: Tx, ref: string, by: string): Promise<void> {
  const rows = await tx.selectFrom('gate_challenge').selectAll().where('ref', '=', ref).where('status', 'in', ['waiting', 'countersigned']).execute()
  for (const row of rows) await close(deps, tx, row, 'cancelled', { by })
}

const CEREMONIES_KEPT = 3600_000

/** Records what has run out, and drops ceremonies nobody finished. Nothing waits for this: what has expired is refused by its time. */
export async function sweepExpired(deps: GateDeps): Promise<number> {
  return deps.store.write(async (tx) => {
    await tx.deleteFrom('gate_ceremony').where('used_at', 'is', null).where('expires_at', '<', deps.clock.now() - CEREMONIES_KEPT).execute()
    const rows = await tx
      .selectFrom('gate_challenge')
      .selectAll()
      .where('status', '=', 'waiting')
      .where('expires_at', '<=', deps.clock.now())
      .limit(200)
      .execute()
    for (const row of rows) await close(deps, tx, row, 'expired', { at: rfc3339(row.expires_at) })
    return rows.length
  })
}

async function close(
  deps: GateDeps,
  tx: Tx,
  row: ChallengeRow,
  status: 'denied' | 'cancelled' | 'expired',
  details: Record<string, string | boolean>,
): Promise<void> {
  await tx.updateTable('gate_challenge').set({ status, decided_at: deps.clock.now() }).where('id', '=', row.id).execute()
  await deps.ledger.append(tx, {
    type: `gate.${status}`,
    ids: { ref: row.ref, challenge: row.id },
    details: { challenge: row.id, subjectDigest: row.subject_digest, ...details },
  })
  afterCommit(tx, () => deps.notify.changed(row.ref))
  afterCommit(tx, () => deps.telemetry?.challengeEnded(row.action, status, deps.clock.now() - row.created_at))
}
