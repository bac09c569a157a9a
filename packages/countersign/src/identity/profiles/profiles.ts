/**
 * The server's own knowledge of a person: the name they sign in with when they have no key, and where notices go.
 *
 * A login is a locator, never a proof and never shown as who somebody is: that is the directory's name. It is unique under one
 * canonical form (ASCII, lower case), so that nobody can take one that looks like another's.
 */
import type { Db, Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'

export type Profile = { person: string; login: string; email: string }

const login = /^[a-z0-9](?:[a-z0-9._+-]{0,61}[a-z0-9])?(?:@[a-z0-9](?:[a-z0-9.-]{0,188}[a-z0-9])?)?$/
const email = /^[^\s@<>"(),:;[\]\\\p{Cc}\p{Cf}]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,188}[a-z0-9])?$/iu

/** An e-mail address or a short name, in the one form it is kept and looked up in; null when it is neither. */
export function canonicalLogin(text: string): string | null {
  // Before the case is folded: the Kelvin sign, for one, folds to an ASCII k.
  if (!/^[\x21-\x7e]+$/.test(text)) return null
  const lower = text.toLowerCase()
  return login.test(lower) ? lower : null
}

export function parseLogin(text: string): string {
  const parsed = canonicalLogin(text)
  if (parsed !== null) return parsed
  throw new IdentityError('login_unfit', 'A sign-in name is an e-mail address, or a short name of letters, digits and . _ + -.', 'Choose another one.')
}

/** "" stays "": no e-mail. */
export function parseEmail(text: string): string {
  if (text === '' || email.test(text)) return text
  throw new IdentityError('invalid_request', 'That is not an e-mail address that notices can be sent to.', 'Correct the address, or leave it empty.')
}

export async function profileOf(db: Db | Tx, person: string): Promise<Profile | undefined> {
  return await db.selectFrom('person_profile').selectAll().where('person', '=', person).executeTakeFirst()
}

export async function findByLogin(db: Db | Tx, canonical: string): Promise<Profile | undefined> {
  return await db.selectFrom('person_profile').selectAll().where('login', '=', canonical).executeTakeFirst()
}

/** Sets a person's profile, in the transaction of the invitation or of the change. Refuses a login that somebody else has. */
export async function setProfile(tx: Tx, given: { person: string; login: string; email: string }): Promise<Profile> {
  const profile = { person: given.person, login: parseLogin(given.login), email: parseEmail(given.email) }
  const holder = await findByLogin(tx, profile.login)
  if (holder && holder.person !== profile.person) {
    throw new IdentityError('login_taken', 'Somebody else has this sign-in name.', 'Choose another one.')
  }
  await tx.insertInto('person_profile').values(profile)
    .onConflict((conflict) => conflict.column('person').doUpdateSet({ login: profile.login, email: profile.email })).execute()
  return profile
}

/** A person who is removed leaves their login to others. */
export async function removeProfile(tx: Tx, person: string): Promise<void> {
  await tx.deleteFrom('person_profile').where('person', '=', person).execute()
}
