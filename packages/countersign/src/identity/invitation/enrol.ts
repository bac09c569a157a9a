/**
 * The invited person's part, in three calls: begin, create, prove possession. What comes out is a key that waits.
 *
 * Whoever intercepts the link can do all of this in the invited person's name. So the inviter vouches by a code that the
 * person tells them by another way: it is made from the statement, which holds the key. A link alone vouches for nothing.
 */
import { canonicalText, formatCode, shortCode, subjectDigest, type RegistrationSubject } from '@countersign/proof'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { newId } from '../../platform/ids.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { Source } from '../actor.ts'
import { verifyCountersignature } from '../authenticators/assertion.ts'
import { findCredential } from '../authenticators/authenticators.ts'
import { registeredSchema, verifyRegistration } from '../authenticators/registration.ts'
import { advanceCeremony, beginCeremony, loadCeremony, takeCeremony } from '../ceremonies.ts'
import { beginEnrolment, ceremonyLifetime, intentChallenge, requestSignature, type Creating, type Signing } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { newSecret } from '../secrets.ts'
import { parseName } from '../words.ts'
import { endLinks, findLink } from './link.ts'

const purpose = 'invitation'
/** A key waits this long for whoever vouches; its own signature holds as long. */
const waitsFor = 72 * 3600_000

const begunSchema = z.object({ person: z.object({ id: z.string(), name: z.string() }), label: z.string(), intent: z.string() })
const createdSchema = begunSchema.extend({ subject: z.string(), envelope: z.string(), authenticator: z.string(), registered: registeredSchema })

export type Waiting = { name: string; code: string; inviter: string; expiresAt: number }

export async function beginInvited(room: Room, given: { token: string; label: string }): Promise<Creating & { ceremony: string; person: { id: string; name: string } }> {
  const { store, clock, random } = room.ports
  const label = parseName(given.label, 'label')
  const link = await store.read((db) => findLink(room, db, given.token))
  const person = { id: link.person, name: link.name }
  const creating = await beginEnrolment(room, { kind: 'registration', person, label, existing: [] })
  const ceremony = newSecret('ceremony', random)
  const now = clock.now()
  await store.write(async (tx) => {
    await findLink(room, tx, given.token)
    await beginCeremony(tx, { secret: ceremony, purpose, stage: 'begun', data: { person, label, intent: creating.intent }, now, expiresAt: now + ceremonyLifetime })
  })
  return { ceremony, person, ...creating }
}

export async function createInvited(
  room: Room, given: { token: string; ceremony: string; response: RegistrationResponseJSON },
): Promise<Signing & { subject: string; code: string }> {
  const { settings, ports } = room
  const { link, begun, directory } = await ports.store.write(async (tx) => ({
    link: await findLink(room, tx, given.token),
    begun: await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'begun', now: ports.clock.now(), data: begunSchema }),
    directory: await room.directory.head(tx),
  }))
  const { person, label, intent } = begun.data
  if (link.person !== person.id) throw new IdentityError('wrong_person', 'This was begun with another link.', 'Open your own link again.')
  const { hex, challenge } = await intentChallenge(intent)
  const registered = await verifyRegistration(given.response, { ...settings, challenge, now: ports.clock.now() })
  const { credential, attestation, demonstration } = registered
  await ports.store.read(async (db) => {
    if (await findCredential(db, credential.id)) throw new IdentityError('authenticator_known', 'This key is registered already, or was once.', 'Use another key.')
  })
  const authenticator = newId('aut', ports.clock, ports.random)
  const subject = canonicalText({
    v: 1, kind: 'registration', instance: settings.instance, org: settings.org, person, authenticator, label, credential,
    attestation: { format: attestation.format, digest: attestation.digest, root: attestation.root }, intent: hex, rpId: settings.rpId, origins: [...settings.origins],
    voucher: { person: link.inviter, credential: link.credential }, demonstration,
  } satisfies RegistrationSubject)
  const checkpoint = await ports.ledger.checkpoint()
  const signing = await requestSignature(room, { subject, person: person.id, role: 'possession', slot: 0, credential, checkpoint, directory, lasts: waitsFor })
  const data = { ...begun.data, subject, envelope: signing.envelope, authenticator, registered }
  await ports.store.write((tx) => advanceCeremony(tx, begun, { stage: 'created', data }))
  return { ...signing, subject, code: formatCode(shortCode(await subjectDigest(subject))) }
}

/** The key proves that it is there, and waits. The link is spent. */
export async function finishInvited(
  room: Room, given: { token: string; ceremony: string; response: AuthenticationResponseJSON; source: Source },
): Promise<Waiting> {
  const { store, clock, ledger } = room.ports
  return store.write(async (tx) => {
    const now = clock.now()
    const link = await findLink(room, tx, given.token)
    const created = await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'created', now, data: createdSchema })
    const { person, subject, envelope, registered, authenticator, label } = created.data
    if (link.person !== person.id) throw new IdentityError('wrong_person', 'This was begun with another link.', 'Open your own link again.')
    const signed = { response: given.response, credential: registered.credential, person: person.id, subject, envelope, now }
    const { countersignature, signCount } = await verifyCountersignature(room.settings, signed)
    await takeCeremony(tx, created, now)
    await endLinks(tx, person.id, now)
    const code = shortCode(await subjectDigest(subject))
    await tx.updateTable('pending_key').set({ ended_at: now, ended_why: 'replaced' }).where('person', '=', person.id).where('ended_at', 'is', null).execute()
    await tx.insertInto('pending_key').values({
      id: authenticator, person: person.id, subject, code, possession: JSON.stringify(countersignature), registered: JSON.stringify(registered),
      sign_count: signCount, label, voucher: link.inviter, credential: link.credential, address: given.source.address, client: given.source.client,
      created_at: now, expires_at: now + waitsFor, ended_at: null, ended_why: null, vouched: '',
    }).execute()
    await ledger.append(tx, {
      type: 'member.key-made', ids: { person: person.id, authenticator },
      details: { credential: registered.credential.id, voucher: link.inviter, address: given.source.address, demonstration: registered.demonstration },
    })
    afterCommit(tx, () => room.ports.notify.changed('members'))
    const inviter = (await room.directory.state(tx))?.people.get(link.inviter)?.name ?? ''
    return { name: person.name, code: formatCode(code), inviter, expiresAt: now + waitsFor }
  })
}
