/**
 * Sign-in with a password and a code, for those who have no key at hand. Both or nothing: a password alone opens no session.
 *
 * The adversary knows names and guesses the rest. Every refusal is the same, whichever part was wrong and whether or not there is
 * such a person, and comes after the same work: an attempt counted under the name that was typed, one argon2id hash, one more write. The
 * code is looked at only when the password was right, so that codes cannot be tried without it; it has a count of its own, shared
 * with every other place where a code is asked.
 */
import type { Source } from '../actor.ts'
import { Attempt } from '../codes/attempts.ts'
import { parseTyped, type TypedCode } from '../codes/typed.ts'
import { verifyCode } from '../codes/verify.ts'
import { IdentityError } from '../errors.ts'
import type { PasswordRoom } from '../passwords/passwords.ts'
import { canonicalPassword } from '../passwords/rules.ts'
import { canonicalLogin, findByLogin } from '../profiles/profiles.ts'
import { how, openSession, replaceSession } from '../sessions/sessions.ts'
import type { SignedIn } from './sign-in.ts'

type Given = { login: string; password: string; code: string; source: Source; replaces?: string | undefined }

export async function signInWithPassword(room: PasswordRoom, given: Given): Promise<SignedIn> {
  const code = parseTyped(given.code)
  // What can be nobody's name is counted together: it is refused like any other, and must not be free to send.
  const login = canonicalLogin(given.login) ?? ''
  // Who is sent away because the line is full has not failed.
  room.hashing.mustHaveRoom()
  const attempt = await Attempt.take(room, 'password', login, given.password)
  const person = await rightPassword(room, login, given.password)
  if (person === null) {
    await attempt.linger(room)
    throw refused()
  }
  return await open(room, { ...given, person, code, attempt })
}

/** The person whose name and password these are; null after the same work. */
async function rightPassword(room: PasswordRoom, login: string, text: string): Promise<string | null> {
  const known = await room.ports.store.read(async (db) => {
    const profile = await findByLogin(db, login)
    const row = profile && (await db.selectFrom('password').select('hash').where('person', '=', profile.person).executeTakeFirst())
    return row && profile ? { person: profile.person, hash: row.hash } : null
  })
  const password = canonicalPassword(text)
  const fits = await room.hashing.matches(password === null ? null : (known?.hash ?? null), password ?? unfit)
  return fits && known ? known.person : null
}

/** Stands in for what nobody can have set; compared with nothing. */
const unfit = canonicalPassword('unfit') ?? unreachable()

async function open(room: PasswordRoom, given: Given & { person: string; code: TypedCode; attempt: Attempt }): Promise<SignedIn> {
  const { store, clock } = room.ports
  try {
    const codeAttempt = await Attempt.take(room, 'totp', given.person, given.code)
    return await store.write(async (tx) => {
      const { authenticator } = await verifyCode(room, tx, { person: given.person, code: given.code, attempt: codeAttempt })
      const person = await room.people.find(tx, given.person)
      if (!person) throw refused()
      await given.attempt.succeeded(tx)
      await replaceSession(tx, given.replaces, clock.now())
      return { person, ...(await openSession(tx, room.ports, { person: person.id, authenticator, source: given.source, how: how.passwordAndCode })) }
    })
  } catch (error) {
    // That it was the code would say that the password was right.
    if (error instanceof IdentityError && hidden.has(error.code)) throw refused(error)
    throw error
  }
}

const hidden = new Set(['code_wrong', 'code_used', 'no_code_authenticator', 'too_many_attempts'])

export function refused(cause?: unknown): IdentityError {
  const next = 'Type the name, the password and the code that the app shows now. After many wrong codes the app has to wait: use a key, or try later.'
  return new IdentityError('sign_in_refused', 'This is not a name, its password and a code that was not used before.', next, { cause })
}

function unreachable(): never {
  throw new TypeError('the stand-in is a canonical password')
}
