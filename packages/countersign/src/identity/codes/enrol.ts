/**
 * Adding an authenticator app, by its person: the seed is shown once, and two codes in a row prove that it was taken over. Then the
 * app waits (`pending`) until a key vouches for it; before that it counts nowhere.
 *
 * A terminal may do this too. Whoever stole its key can then have an app of their own wait, and nothing more: it is let in by a key, in
 * a browser, and there its person types the fingerprint that the terminal showed, which is shown nowhere else. They are told of it, too.
 *
 * The fingerprint is made from the seed. Whoever vouches for somebody else has it told by another way, so that an app that somebody
 * put in their place is not the one that is vouched for.
 */
import { createHash } from 'node:crypto'
import { formatCode, shortCode } from '@countersign/proof'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { beginCeremony, loadCeremony, takeCeremony } from '../ceremonies.ts'
import { ceremonyLifetime } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import { profileOf } from '../profiles/profiles.ts'
import { newSecret } from '../secrets.ts'
import { parseName } from '../words.ts'
import { dropFromTerminals, insertApp, type PendingApp } from './apps.ts'
import { addressOf, groupedSeed, isCodeOf, stepOf } from './one-time.ts'
import { pictureOf } from './picture.ts'
import type { CodesRoom } from './room.ts'
import { begunSchema, ownerOf, purpose, type Enrolling } from './stages.ts'
import { parseTyped, type TypedCode } from './typed.ts'
import { used, useStep } from './verify.ts'

const mostApps = 5

/** `secret`, `address` and `picture` hold the seed; they are answered here and never again. */
export type Shown = { ceremony: string; secret: string; address: string; picture: string[] }

export async function beginApp(room: CodesRoom, who: Enrolling, given: { label: string }): Promise<Shown> {
  const { store, clock, random } = room.ports
  const label = parseName(given.label, 'label')
  const id = newId('aut', clock, random)
  const { seed, sealed } = room.seeds.make({ id, person: who.person.id })
  const ceremony = newSecret('ceremony', random)
  const account = await store.write(async (tx) => {
    await refuseMore(room, tx, who)
    const now = clock.now()
    const data = { authenticator: id, label, sealed, createdAt: now }
    await beginCeremony(tx, { secret: ceremony, purpose, stage: 'shown', owner: ownerOf(who), data, now, expiresAt: now + ceremonyLifetime })
    return (await profileOf(tx, who.person.id))?.login ?? who.person.name
  })
  const address = addressOf(seed, account)
  return { ceremony, secret: groupedSeed(seed), address, picture: pictureOf(address) }
}

/** Two codes of two steps that follow one another: one alone could be a lucky guess, or a clock that is wrong by hours. */
export async function confirmApp(room: CodesRoom, who: Enrolling, given: { ceremony: string; codes: readonly [string, string] }): Promise<PendingApp> {
  const codes = parseBoth(given.codes)
  return await room.ports.store.write((tx) => confirmIn(room, tx, who, { ceremony: given.ceremony, codes }))
}

export function parseBoth([first, second]: readonly [string, string]): [TypedCode, TypedCode] {
  return [parseTyped(first), parseTyped(second)]
}

/** In a transaction that does more. */
export async function confirmIn(room: CodesRoom, tx: Tx, who: Enrolling, given: { ceremony: string; codes: readonly [TypedCode, TypedCode] }): Promise<PendingApp> {
  const { clock, ledger } = room.ports
  const now = clock.now()
  const shown = await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'shown', owner: ownerOf(who), now, data: begunSchema })
  const { authenticator: id, label, sealed, createdAt } = shown.data
  const person = who.person.id
  const seed = room.seeds.open({ id, person, sealedSeed: sealed })
  const [first, second] = given.codes
  const step = stepOf(seed, second, now)
  if (step === null || !isCodeOf(seed, step - 1, first)) throw notConsecutive()
  await takeCeremony(tx, shown, now)
  // The ceremony's row stays to say "consumed"; the seed in it does not.
  await tx.updateTable('ceremony').set({ data: '{}' }).where('hash', '=', shown.hash).execute()
  if (!(await useStep(tx, person, step))) throw used()
  const fromTerminal = who.fromTerminal ?? ''
  const pending: PendingApp = { id, person, label, kind: 'totp', createdAt, fingerprint: fingerprintOf(id, seed), fromTerminal }
  if (fromTerminal !== '') await dropFromTerminals(tx, person)
  await insertApp(tx, { ...pending, sealedSeed: sealed })
  await ledger.append(tx, { type: 'authenticator.enrolled', ids: { person, authenticator: id }, details: { kind: 'totp', label, ...(fromTerminal === '' ? { fingerprint: pending.fingerprint } : { fromTerminal }) } })
  if (fromTerminal !== '') await room.tell(tx, { person, kind: 'authenticator-waits', details: { label, authenticator: id, from: fromTerminal } })
  return pending
}

/** Taken back by its person before anybody vouched. */
export async function dropPending(room: CodesRoom, who: Enrolling, given: { authenticator: string }): Promise<void> {
  const { store, ledger } = room.ports
  await store.write(async (tx) => {
    const pending = (await room.apps.pending(tx, who.person.id)).find((app) => app.id === given.authenticator)
    if (!pending) throw unknownPending()
    await tx.deleteFrom('totp_authenticator').where('id', '=', pending.id).execute()
    await ledger.append(tx, { type: 'authenticator.dropped', ids: { person: who.person.id, authenticator: pending.id }, details: { kind: 'totp' } })
  })
}

async function refuseMore(room: CodesRoom, tx: Tx, who: Enrolling): Promise<void> {
  // The one that a terminal may have waiting takes nobody's place.
  const pending = (await room.apps.pending(tx, who.person.id)).filter(({ fromTerminal }) => fromTerminal === '')
  const there = (await room.apps.of(tx, who.person.id)).length + pending.length
  if (there < mostApps) return
  throw new IdentityError('too_many_authenticators', `You have ${there} authenticator apps, which is the most there can be.`, 'Remove one that you do not use.')
}

function fingerprintOf(id: string, seed: Uint8Array): string {
  return formatCode(shortCode(createHash('sha256').update(`countersign.totp-fingerprint.v1\n${id}\n`).update(seed).digest('hex')))
}

function notConsecutive(): IdentityError {
  const next = 'Type the code that the app shows, wait until it changes, and type the next one. If it stays so, the clock of the phone is wrong.'
  return new IdentityError('codes_not_consecutive', 'These are not two codes of this app, one right after the other.', next)
}

export function unknownPending(): IdentityError {
  return new IdentityError('pending_not_found', 'There is no such authenticator app that waits for a voucher.', 'Begin again, or look at what waits.')
}
