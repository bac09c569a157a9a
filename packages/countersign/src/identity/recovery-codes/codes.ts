/**
 * Recovery codes: ten, shown once, each good for one sign-in that can add an authenticator and do nothing else.
 *
 * Kept as a keyed hash over person and code: at 80 random bits a fast hash is enough, the key keeps who has only the database from
 * checking a code that they found, and the person in it keeps a row from being moved to somebody else. Looking one up by its hash
 * leaks no timing that helps: the attacker does not choose the hash. New ones end all old ones; using one leaves the others, which lie
 * on the same paper, and everybody is told.
 */
import { createHmac } from 'node:crypto'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { Source } from '../actor.ts'
import { counterRegressed } from '../authenticators/assertion.ts'
import { Attempt } from '../codes/attempts.ts'
import type { CodesRoom } from '../codes/room.ts'
import { IdentityError } from '../errors.ts'
import { freshCheck, type FreshProof } from '../fresh/fresh.ts'
import { canonicalLogin, findByLogin } from '../profiles/profiles.ts'
import type { By } from '../registration/stages.ts'
import { how, openSession, replaceSession } from '../sessions/sessions.ts'
import type { SignedIn } from '../sign-in/sign-in.ts'
import { canonicalRecoveryCode, newRecoveryCode, shownRecoveryCode, type RecoveryCode } from './format.ts'

/** `recoveryKey`: 32 bytes of the keyring. */
export type RecoveryRoom = CodesRoom & { recoveryKey: Uint8Array }

const howMany = 10

/** The codes as they are written down; they are answered here and never again. */
export async function makeRecoveryCodes(room: RecoveryRoom, by: By, given: { proof: FreshProof }): Promise<string[]> {
  const { store, random, clock, ledger } = room.ports
  const check = await freshCheck(room, by, 'recovery-codes', given.proof)
  const codes = Array.from({ length: howMany }, () => newRecoveryCode(random))
  const person = by.person.id
  const held = await store.write(async (tx) => {
    if (!(await check(tx))) return false
    const now = clock.now()
    await tx.deleteFrom('recovery_code').where('person', '=', person).execute()
    await tx.insertInto('recovery_code').values(codes.map((code) => ({ hash: hashOf(room, person, code), person, created_at: now, used_at: null }))).execute()
    await ledger.append(tx, { type: 'recovery-codes.made', ids: { person }, details: { codes: howMany } })
    await room.tell(tx, { person, kind: 'recovery-codes-made', details: { codes: howMany, address: by.session.source.address } })
    return true
  })
  if (!held) throw counterRegressed()
  return codes.map(shownRecoveryCode)
}

type Given = { login: string; code: string; source: Source; replaces?: string | undefined }

/** Every refusal is the same, whether or not there is such a person or code. */
export async function useRecoveryCode(room: RecoveryRoom, given: Given): Promise<SignedIn> {
  const { store, clock, ledger } = room.ports
  const login = canonicalLogin(given.login) ?? ''
  const attempt = await Attempt.take(room, 'recovery', login, given.code)
  const code = canonicalRecoveryCode(given.code)
  return await store.write(async (tx) => {
    const profile = await findByLogin(tx, login)
    const person = profile && (await room.people.find(tx, profile.person))
    // Hashed in any case, for nobody if need be.
    const hash = hashOf(room, person?.id ?? '', code ?? nothing)
    const now = clock.now()
    const spent = await tx.updateTable('recovery_code').set({ used_at: now }).where('hash', '=', hash).where('used_at', 'is', null).executeTakeFirst()
    if (!person || code === null || spent.numUpdatedRows !== 1n) throw refused()
    await attempt.succeeded(tx)
    const left = await remaining(tx, person.id)
    await ledger.append(tx, { type: 'recovery-code.used', ids: { person: person.id }, details: { left, address: given.source.address } })
    await room.tell(tx, { person: person.id, kind: 'recovery-code-used', details: { left, address: given.source.address, client: given.source.client } })
    await replaceSession(tx, given.replaces, now)
    const opening = { person: person.id, authenticator: '', source: given.source, how: how.recoveryCode, limitedTo: 'enrolment' as const }
    return { person, ...(await openSession(tx, room.ports, opening)) }
  })
}

/** How many of a person's codes were not used. */
export async function remaining(db: Db | Tx, person: string): Promise<number> {
  const rows = await db.selectFrom('recovery_code').select('hash').where('person', '=', person).where('used_at', 'is', null).execute()
  return rows.length
}

/** Such a code is never made: it has another length. */
const nothing = ''

function hashOf({ recoveryKey }: RecoveryRoom, person: string, code: RecoveryCode | ''): string {
  return createHmac('sha256', recoveryKey).update(`countersign.recovery-code.v1\n${person}\n${code}`, 'utf8').digest('hex')
}

function refused(): IdentityError {
  const next = 'Type the code as it was written down; each works once. Whoever manages members can let you start over.'
  return new IdentityError('sign_in_refused', 'This is not a sign-in name and an unused recovery code of that person.', next)
}
