/**
 * Vouching for an app: a touch on a key over the statement that names the app, its person and the voucher. Two steps, begin and finish,
 * in one session of the one who vouches.
 *
 * For an own app it is a key of the person. For somebody who has no key at all it is another's; whether that one may is the
 * directory's own rule (an owner, or a manager within their scope), checked by its replay when the entry is made: nothing here has to
 * be believed for it. What is checked here is what the directory cannot know: that the app waits, and that its fingerprint was told.
 */
import { canonicalText, formatCode, parseCode, ProofError, shortCode, subjectDigest, takesTwo, type Directory, type TotpSubject } from '@countersign/proof'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { counterRegressed, verifyCountersignature } from '../authenticators/assertion.ts'
import type { Authenticator } from '../authenticators/authenticators.ts'
import { touched } from '../authenticators/touched.ts'
import { beginCeremony, loadCeremony, takeCeremony } from '../ceremonies.ts'
import { requestSignature, touchLifetime, type Signing } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import { noVoucher, type By } from '../registration/stages.ts'
import { newSecret } from '../secrets.ts'
import { assertSessionLive } from '../sessions/sessions.ts'
import { markVouched, type App, type PendingApp } from './apps.ts'
import { forgetAttempts, subjectOf } from './attempts.ts'
import { unknownPending } from './enrol.ts'
import type { CodesRoom } from './room.ts'
import { vouchingSchema } from './stages.ts'

const purpose = 'totp'
export type ToVouch = { ceremony: string; subject: string; code: string; voucher: Signing }

/** `fingerprint`: as the person told it; for an own app it is not asked, unless a terminal set it up. */
export async function beginVouching(room: CodesRoom, by: By, given: { authenticator: string; fingerprint?: string | undefined }): Promise<ToVouch> {
  const { ports, settings } = room
  const { clock, random, store } = ports
  const { pending, key, name, directory } = await store.read(async (db) => {
    const pending = (await room.apps.pending(db)).find((app) => app.id === given.authenticator)
    if (!pending) throw unknownPending()
    const name = (await room.people.find(db, pending.person))?.name
    if (name === undefined) throw unknownPending()
    const key = await room.standing.get(db, by.session.authenticator)
    if (!key || key.person !== by.person.id) throw noVoucher()
    if (pending.person !== by.person.id) refuseOwner(await room.directory.state(db), pending.person)
    return { pending, key, name, directory: await room.directory.head(db) }
  })
  // Only who the person is in touch with can know it: the page where it stands is theirs. For their own it is asked where a terminal
  // set it up, which may not be in their hands any more.
  if (pending.person !== by.person.id || pending.fromTerminal !== '') requireTold(pending, given.fingerprint)
  const subject = canonicalText({
    v: 1, kind: 'totp', action: 'authenticator.change', request: newId('req', clock, random), instance: settings.instance, org: settings.org,
    person: { id: pending.person, name }, authenticator: pending.id, label: pending.label, voucher: { person: by.person.id, credential: key.credential.id },
  } satisfies TotpSubject)
  const checkpoint = await ports.ledger.checkpoint()
  const voucher = await requestSignature(room, { subject, person: by.person.id, role: 'voucher', slot: 0, credential: key.credential, rpId: key.rpId, checkpoint, directory })
  const ceremony = newSecret('ceremony', random)
  const now = clock.now()
  const data = { authenticator: pending.id, person: pending.person, subject, envelope: voucher.envelope }
  const owner = { person: by.person.id, session: by.session.id }
  await store.write((tx) => beginCeremony(tx, { secret: ceremony, purpose, stage: 'vouching', owner, data, now, expiresAt: now + touchLifetime }))
  return { ceremony, subject, code: formatCode(shortCode(await subjectDigest(subject))), voucher }
}

export async function finishVouching(room: CodesRoom, by: By, given: { authenticator: string; ceremony: string; response: AuthenticationResponseJSON }): Promise<App> {
  const { store, clock, ledger } = room.ports
  const app = await store.write(async (tx) => {
    const now = clock.now()
    await assertSessionLive(tx, by.session.id, now)
    const owner = { person: by.person.id, session: by.session.id }
    const begun = await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'vouching', owner, now, data: vouchingSchema })
    const { authenticator, person, subject, envelope } = begun.data
    const pending = (await room.apps.pending(tx, person)).find((one) => one.id === authenticator)
    if (!pending || pending.id !== given.authenticator) throw unknownPending()
    const key = await keyOf(room, tx, by, given.response)
    const { countersignature, signCount } = await verifyCountersignature(room.settings, {
      response: given.response, credential: key.credential, rpId: key.rpId, person: by.person.id, subject, envelope, now,
    })
    await takeCeremony(tx, begun, now)
    if (!(await touched(room, tx, key, signCount, 'registration'))) return undefined
    await room.directory.append(tx, subject, [countersignature])
    await markVouched(tx, authenticator, now)
    await forgetAttempts(tx, subjectOf.totp(person))
    await ledger.append(tx, {
      type: 'authenticator.registered', ids: { person, authenticator },
      details: { kind: 'totp', via: person === by.person.id ? 'own-key' : 'vouched', vouchedBy: by.person.id, voucherKey: key.id },
    })
    await room.tell(tx, { person, kind: 'authenticator-added', details: { kind: 'totp', label: pending.label, authenticator } })
    return await room.apps.get(tx, authenticator)
  })
  if (!app) throw counterRegressed()
  const { id, person, label, kind, createdAt, lastUsedAt } = app
  return { id, person, label, kind, createdAt, lastUsedAt }
}

/** An owner is let in by two others, and an app by one: so it has to be a key. The directory has the same rule. */
export function refuseOwner(directory: Directory | null, person: string): void {
  if (directory === null || !takesTwo(directory, person)) return
  throw new IdentityError('voucher_invalid', 'For an owner two owners have to vouch, and they can do that for a key alone.', 'Let them make a passkey or security key with their enrolment link.')
}

/** Read now: a key that was removed since the statement was made vouches for nothing. */
async function keyOf(room: CodesRoom, tx: Tx, by: By, response: AuthenticationResponseJSON): Promise<Authenticator> {
  const key = await room.standing.find(tx, response.id)
  if (!key || key.person !== by.person.id || key.id !== by.session.authenticator) throw noVoucher()
  return key
}

function requireTold(pending: PendingApp, told: string | undefined): void {
  if (asFingerprint(told ?? '') === pending.fingerprint) return
  if (pending.fromTerminal !== '') throw new IdentityError('fingerprint_mismatch', 'That is not the code that the terminal shows.', 'Type it as your terminal shows it. If no terminal of yours does, somebody else has set this app up: take it back, and look at your terminals.')
  throw new IdentityError('fingerprint_mismatch', 'That is not the code that the person sees on their page.', 'Ask them for it by telephone or in person, and type it as they say it.')
}

/** As it is shown, however it was typed; "" for what is none. */
function asFingerprint(told: string): string {
  try {
    return formatCode(parseCode(told))
  } catch (error) {
    if (error instanceof ProofError) return ''
    throw error
  }
}
