/**
 * Passwords: the first of two factors of those who have no key. Setting one takes a fresh proof; the first one of somebody who was
 * invited is set where they enrol. A password opens nothing: see sign-in/with-password.ts.
 */
import type { Db, Tx } from '../../platform/store/store.ts'
import type { CodesRoom } from '../codes/room.ts'
import { IdentityError } from '../errors.ts'
import { freshCheck, type FreshProof } from '../fresh/fresh.ts'
import { counterRegressed } from '../authenticators/assertion.ts'
import { profileOf } from '../profiles/profiles.ts'
import type { By } from '../registration/stages.ts'
import { endPasswordSessions } from '../sessions/sessions.ts'
import { forgetAttempts, subjectOf } from '../codes/attempts.ts'
import type { Hashing } from './hashing.ts'
import { parsePassword } from './rules.ts'

export type PasswordRoom = CodesRoom & { hashing: Hashing }
/** Hashed and waiting for its transaction. */
export type PreparedPassword = { person: string; login: string; hash: string }

/** Hashing is slow and stands outside of every transaction. */
export async function preparePassword(room: PasswordRoom, given: { person: { id: string; name: string }; password: string }): Promise<PreparedPassword> {
  const { id, name } = given.person
  const profile = await room.ports.store.read((db) => profileOf(db, id))
  if (!profile) throw new IdentityError('login_unfit', 'You have no sign-in name to use a password with.', 'Ask whoever invited you to give you one.')
  const password = parsePassword(given.password, [name, profile.login, profile.email])
  return { person: id, login: profile.login, hash: await room.hashing.hash(password) }
}

/** For somebody who enrols over a link: whoever has an app that counts already has a password that counts, and a link changes none. */
export async function keepFirstPassword(room: PasswordRoom, tx: Tx, prepared: PreparedPassword): Promise<void> {
  if ((await room.apps.of(tx, prepared.person)).length > 0) {
    throw new IdentityError('fresh_proof_required', 'You have an authenticator app and a password already.', 'Sign in with them and change them under Keys.')
  }
  await keep(tx, prepared, room.ports.clock.now())
  await room.ports.ledger.append(tx, { type: 'password.set', ids: { person: prepared.person }, details: { first: true } })
}

export async function setPassword(room: PasswordRoom, by: By, given: { password: string; proof: FreshProof }): Promise<void> {
  const { store, clock, ledger } = room.ports
  const prepared = await preparePassword(room, { person: by.person, password: given.password })
  const check = await freshCheck(room, by, 'password', given.proof)
  const held = await store.write(async (tx) => {
    if (!(await check(tx))) return false
    const now = clock.now()
    await keep(tx, prepared, now)
    // Whoever was in with the old one is out.
    await endPasswordSessions(tx, { person: by.person.id, except: by.session.id, now })
    await forgetAttempts(tx, subjectOf.password(prepared.login))
    await ledger.append(tx, { type: 'password.set', ids: { person: by.person.id }, details: { first: false } })
    await room.tell(tx, { person: by.person.id, kind: 'password-changed', details: { address: by.session.source.address } })
    return true
  })
  if (!held) throw counterRegressed()
}

async function keep(tx: Tx, { person, hash }: PreparedPassword, now: number): Promise<void> {
  await tx.insertInto('password').values({ person, hash, changed_at: now })
    .onConflict((conflict) => conflict.column('person').doUpdateSet({ hash, changed_at: now })).execute()
}

export async function passwordChangedAt(db: Db | Tx, person: string): Promise<number | null> {
  return (await db.selectFrom('password').select('changed_at').where('person', '=', person).executeTakeFirst())?.changed_at ?? null
}
