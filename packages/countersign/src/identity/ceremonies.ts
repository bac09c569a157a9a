/**
 * One-time ceremonies: a challenge that we made, remembered for one purpose, one person and one answer.
 *
 * The browser holds the ceremony's secret, we hold its hash. `take` and `advance` change the row only from the stage that the caller
 * expects, in the transaction of the effect: of two answers that arrive together one finds the stage gone. A ceremony of one purpose
 * is unknown to every other, so an answer given for sign-in is worth nothing to registration or to the gate.
 */
import type { z } from 'zod'
import type { Tx } from '../platform/store/store.ts'
import { IdentityError } from './errors.ts'
import { hashSecret } from './secrets.ts'

export type Purpose = 'set-up' | 'registration' | 'sign-in' | 'invitation' | 'vouching' | 'host-recovery' | 'totp' | 'fresh-proof'
export type Owner = { person: string; session: string }
export type Ceremony<Data> = { hash: string; stage: string; data: Data }

const nobody: Owner = { person: '', session: '' }

/** Begins a ceremony, or begins it anew when the secret is one that returns (the set-up link). */
export async function beginCeremony(
  tx: Tx,
  ceremony: { secret: string; purpose: Purpose; stage: string; owner?: Owner; data: object; now: number; expiresAt: number },
): Promise<void> {
  const owner = ceremony.owner ?? nobody
  const row = {
    hash: hashSecret(ceremony.secret),
    purpose: ceremony.purpose,
    stage: ceremony.stage,
    person: owner.person,
    session: owner.session,
    data: JSON.stringify(ceremony.data),
    created_at: ceremony.now,
    expires_at: ceremony.expiresAt,
    consumed_at: null,
  }
  await tx.insertInto('ceremony').values(row).onConflict((conflict) => conflict.column('hash').doUpdateSet(row)).execute()
}

/** The ceremony at this stage, or the reason why not. Reading consumes nothing. */
export async function loadCeremony<Schema extends z.ZodType>(
  tx: Tx,
  wanted: { secret: string; purpose: Purpose; stage: string; owner?: Owner; now: number; data: Schema },
): Promise<Ceremony<z.output<Schema>>> {
  const row = await tx.selectFrom('ceremony').selectAll().where('hash', '=', hashSecret(wanted.secret)).executeTakeFirst()
  // Of another purpose is as good as none: what was begun for one thing is not there for another.
  if (!row || row.purpose !== wanted.purpose) throw unknown()
  const owner = wanted.owner ?? nobody
  if (row.person !== owner.person || row.session !== owner.session) {
    throw new IdentityError('wrong_person', 'This ceremony was begun in another session.', 'Begin it again in this browser.')
  }
  if (row.consumed_at !== null) throw consumed()
  if (row.expires_at <= wanted.now) throw new IdentityError('challenge_expired', 'This ceremony was not finished in time.', 'Begin it again.')
  if (row.stage !== wanted.stage) throw consumed()
  return { hash: row.hash, stage: row.stage, data: wanted.data.parse(JSON.parse(row.data)) }
}

/** From one stage to the next; whoever comes second is refused. */
export async function advanceCeremony(tx: Tx, ceremony: { hash: string; stage: string }, next: { stage: string; data: object }): Promise<void> {
  const result = await tx.updateTable('ceremony').set({ stage: next.stage, data: JSON.stringify(next.data) })
    .where('hash', '=', ceremony.hash).where('stage', '=', ceremony.stage).where('consumed_at', 'is', null).executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw consumed()
}

/** Consumes it, once. */
export async function takeCeremony(tx: Tx, ceremony: { hash: string; stage: string }, now: number): Promise<void> {
  const result = await tx.updateTable('ceremony').set({ consumed_at: now })
    .where('hash', '=', ceremony.hash).where('stage', '=', ceremony.stage).where('consumed_at', 'is', null).executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw consumed()
}

function unknown(): IdentityError {
  return new IdentityError('challenge_unknown', 'There is no such ceremony.', 'Begin it again.')
}

function consumed(): IdentityError {
  return new IdentityError('challenge_consumed', 'This answer was given before, or a newer ceremony has taken its place.', 'Begin it again.')
}
