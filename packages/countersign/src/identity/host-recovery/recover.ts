/**
 * The owner's way back, in three calls: a new key is made, it proves possession, and the host speaks for it in the same breath. Their
 * old keys end with it. For 48 hours the new key counts for nothing that is grave, so that an owner who was not asked can see it.
 */
import { canonicalText, challengeFor, formatCode, shortCode, subjectDigest, type Envelope, type HostCountersignature, type RegistrationSubject } from '@countersign/proof'
import { serverWordBytes } from '@countersign/proof'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import type { Source } from '../actor.ts'
import { counterRegressed, verifyCountersignature } from '../authenticators/assertion.ts'
import { insertAuthenticator, markRevoked, recordUse, rowsOf } from '../authenticators/authenticators.ts'
import { registeredSchema, verifyRegistration } from '../authenticators/registration.ts'
import { advanceCeremony, beginCeremony, loadCeremony, takeCeremony } from '../ceremonies.ts'
import { beginEnrolment, ceremonyLifetime, intentChallenge, requestSignature, touchLifetime, type Creating, type Signing } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { newSecret } from '../secrets.ts'
import { how, openSession, type Opened } from '../sessions/sessions.ts'
import type { From } from '../setup/token.ts'
import { parseName } from '../words.ts'
import { checkHostRecovery } from './token.ts'

const purpose = 'host-recovery'
const begunSchema = z.object({ person: z.object({ id: z.string(), name: z.string() }), label: z.string(), intent: z.string() })
const createdSchema = begunSchema.extend({ subject: z.string(), envelope: z.string(), authenticator: z.string(), registered: registeredSchema })

type Held = { token: string; from: From }

export async function beginHostRecovery(room: Room, given: Held & { label: string }): Promise<Creating & { ceremony: string; person: { id: string; name: string } }> {
  const { store, clock, random } = room.ports
  const label = parseName(given.label, 'label')
  const person = await store.read((db) => checkHostRecovery(room, db, given))
  const creating = await beginEnrolment(room, { kind: 'registration', person, label, existing: [] })
  const ceremony = newSecret('ceremony', random)
  const now = clock.now()
  await store.write((tx) => beginCeremony(tx, { secret: ceremony, purpose, stage: 'begun', data: { person, label, intent: creating.intent }, now, expiresAt: now + ceremonyLifetime }))
  return { ceremony, person, ...creating }
}

export async function createHostRecovery(room: Room, given: Held & { ceremony: string; response: RegistrationResponseJSON }): Promise<Signing & { subject: string; code: string }> {
  const { settings, ports } = room
  const { begun, directory } = await ports.store.write(async (tx) => {
    await checkHostRecovery(room, tx, given)
    return { begun: await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'begun', now: ports.clock.now(), data: begunSchema }), directory: await room.directory.head(tx) }
  })
  const { person, label, intent } = begun.data
  const { hex, challenge } = await intentChallenge(intent)
  const registered = await verifyRegistration(given.response, { ...settings, challenge, now: ports.clock.now() })
  const { credential, attestation, demonstration } = registered
  const authenticator = newId('aut', ports.clock, ports.random)
  const subject = canonicalText({
    v: 1, kind: 'registration', instance: settings.instance, org: settings.org, person, authenticator, label, credential,
    attestation: { format: attestation.format, digest: attestation.digest, root: attestation.root }, intent: hex, rpId: settings.rpId, origins: [...settings.origins],
    voucher: { person: person.id, credential: '' }, demonstration,
  } satisfies RegistrationSubject)
  const checkpoint = await ports.ledger.checkpoint()
  const signing = await requestSignature(room, { subject, person: person.id, role: 'possession', slot: 0, credential, checkpoint, directory })
  await ports.store.write((tx) => advanceCeremony(tx, begun, { stage: 'created', data: { ...begun.data, subject, envelope: signing.envelope, authenticator, registered } }))
  return { ...signing, subject, code: formatCode(shortCode(await subjectDigest(subject))) }
}

/** `fingerprint`: the directory's head after it, which everybody who pinned this installation has to compare. */
export async function finishHostRecovery(
  room: Room, given: Held & { ceremony: string; response: AuthenticationResponseJSON; source: Source },
): Promise<Opened & { person: { id: string; name: string }; fingerprint: string }> {
  const { store, clock, ledger, notices } = room.ports
  const checkpoint = await ledger.checkpoint()
  return store.write(async (tx) => {
    const now = clock.now()
    const person = await checkHostRecovery(room, tx, given)
    const created = await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'created', now, data: createdSchema })
    const { subject, envelope, registered, authenticator, label } = created.data
    const { countersignature, signCount } = await verifyCountersignature(room.settings, { response: given.response, credential: registered.credential, person: person.id, subject, envelope, now })
    await takeCeremony(tx, created, now)
    const host = await hostWord(room, tx, { subject, person: person.id, checkpoint })
    const { head } = await room.directory.append(tx, subject, [countersignature, host])
    await replaceKeys(tx, person.id, now)
    await insertAuthenticator(tx, { id: authenticator, person: person.id, label, ...registered, via: 'registration', vouchedBy: '', createdAt: now })
    if ((await recordUse(tx, { id: authenticator, signCount, now })) === 'regressed') throw counterRegressed()
    await tx.deleteFrom('host_recovery_token').execute()
    await ledger.append(tx, { type: 'owner.recovered', ids: { person: person.id, authenticator }, details: { credential: registered.credential.id, head, demonstration: registered.demonstration } })
    await notices?.tell(tx, { person: person.id, kind: 'host-recovery', details: { step: 'done', label } })
    const opened = await openSession(tx, room.ports, { person: person.id, authenticator, source: given.source, how: how.key(registered.credential) })
    return { person, fingerprint: head, ...opened }
  })
}

/** Nobody is left who could vouch: the host does, in an envelope of its own. */
async function hostWord(room: Room, tx: Tx, given: { subject: string; person: string; checkpoint: { size: number; root: string } }): Promise<HostCountersignature> {
  const { settings, ports } = room
  const now = ports.clock.now()
  const value: Envelope = {
    v: 1, instance: settings.instance, person: given.person, role: 'voucher', slot: 1, nonce: Buffer.from(ports.random.bytes(32)).toString('base64url'),
    notBefore: rfc3339(now), expires: rfc3339(now + touchLifetime), origin: settings.url,
    checkpoint: { size: given.checkpoint.size, root: given.checkpoint.root }, directory: await room.directory.head(tx),
  }
  const envelope = canonicalText(value)
  const signer = await ports.keyring.signer('ledger')
  if (!signer) throw new IdentityError('host_recovery_refused', 'The key of the host is not there.', 'Look at the keys folder of the server.')
  const signature = await signer.sign(serverWordBytes({ type: 'host' }, await challengeFor(await subjectDigest(given.subject), envelope)))
  return { type: 'host', envelope, signature: Buffer.from(signature).toString('base64url') }
}

/** The replay has ended them; what was opened with them ends here. */
async function replaceKeys(tx: Tx, person: string, now: number): Promise<void> {
  for (const key of await rowsOf(tx, person)) await markRevoked(tx, key.id, now)
  await tx.updateTable('session').set({ ended_at: now, ended_why: 'authenticator-revoked' }).where('person', '=', person).where('ended_at', 'is', null).execute()
  await tx.updateTable('terminal_token').set({ ended_at: now, ended_why: 'authenticator-revoked' }).where('person', '=', person).where('ended_at', 'is', null).execute()
  await tx.updateTable('totp_authenticator').set({ revoked_at: now, sealed_seed: '' }).where('person', '=', person).where('revoked_at', 'is', null).execute()
}
