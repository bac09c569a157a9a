/**
 * The enrolment link: whoever holds it can make a key that waits to be vouched for, and nothing else. It is shown once, to the
 * inviter; a new one takes the place of the old. It ends with the key that was made, or after three days.
 */
import type { Db, Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { hashSecret, newSecret } from '../secrets.ts'
import type { InvitationTable } from './tables.ts'

export const invitationLifetime = 72 * 3600_000

export type Inviter = { id: string; session: string }
export type Link = { token: string; expiresAt: number }

/** In the transaction of the door, which has checked that the inviter may. */
export async function issueLink(room: Room, tx: Tx, given: { person: string; inviter: Inviter }): Promise<Link> {
  const { clock, random, ledger } = room.ports
  const now = clock.now()
  const session = await tx.selectFrom('session').select('authenticator').where('id', '=', given.inviter.session).executeTakeFirst()
  const key = session && (await room.standing.get(tx, session.authenticator))
  if (!key || key.person !== given.inviter.id) {
    throw new IdentityError('voucher_invalid', 'The key that you signed in with will have to vouch, and it does not stand.', 'Sign in with one of your keys and invite again.')
  }
  const token = newSecret('invitation', random)
  const expiresAt = now + invitationLifetime
  await endLinks(tx, given.person, now)
  await tx.insertInto('invitation').values({
    hash: hashSecret(token), person: given.person, inviter: given.inviter.id, credential: key.credential.id, created_at: now, expires_at: expiresAt, ended_at: null,
  }).execute()
  await ledger.append(tx, { type: 'member.link-issued', ids: { person: given.inviter.id, member: given.person }, details: { member: given.person, expires: expiresAt } })
  return { token, expiresAt }
}

export async function endLinks(tx: Tx, person: string, now: number): Promise<void> {
  await tx.updateTable('invitation').set({ ended_at: now }).where('person', '=', person).where('ended_at', 'is', null).execute()
}

/** The open link of this secret. Every way in which it is none is answered alike. */
export async function findLink(room: Room, db: Db | Tx, token: string): Promise<InvitationTable & { name: string }> {
  const now = room.ports.clock.now()
  const row = await db.selectFrom('invitation').selectAll().where('hash', '=', hashSecret(token)).executeTakeFirst()
  const state = await room.directory.state(db)
  const person = row && state?.people.get(row.person)
  if (!row || !person || row.ended_at !== null || row.expires_at <= now || !(await room.people.find(db, row.person))) {
    throw new IdentityError('invitation_invalid', 'This link is not valid: it was used, has expired, or a newer one was made.', 'Ask whoever invited you for a new one.')
  }
  return { ...row, name: person.name }
}

export async function openLinks({ ports }: Room, db: Db | Tx): Promise<{ person: string; expiresAt: number }[]> {
  const rows = await db.selectFrom('invitation').select(['person', 'expires_at']).where('ended_at', 'is', null).where('expires_at', '>', ports.clock.now()).execute()
  return rows.map((row) => ({ person: row.person, expiresAt: row.expires_at }))
}
