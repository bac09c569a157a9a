/**
 * The second step: the key was made; one statement names it, and two keys have to sign it.
 *
 * The voucher is the key that opened this session. It is named in the statement, so it cannot be exchanged between the signatures.
 */
import { canonicalText, formatCode, shortCode, subjectDigest, type RegistrationSubject } from '@countersign/proof'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { newId } from '../../platform/ids.ts'
import { findCredential, type Authenticator } from '../authenticators/authenticators.ts'
import { verifyRegistration, type Registered } from '../authenticators/registration.ts'
import { advanceCeremony, loadCeremony } from '../ceremonies.ts'
import { intentChallenge, requestSignature, type Signing } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { begunSchema, noVoucher, ownerOf, purpose, type By } from './stages.ts'

type Given = { ceremony: string; response: RegistrationResponseJSON }
export type ToSign = { subject: string; code: string; possession: Signing; voucher: Signing }

export async function createRegistration(room: Room, by: By, given: Given): Promise<ToSign> {
  const { settings, ports } = room
  const load = { secret: given.ceremony, purpose, stage: 'begun', owner: ownerOf(by), now: ports.clock.now(), data: begunSchema } as const
  const begun = await ports.store.write((tx) => loadCeremony(tx, load))
  const { hex, challenge } = await intentChallenge(begun.data.intent)
  const registered = await verifyRegistration(given.response, { ...settings, challenge, now: ports.clock.now() })
  const key = await findVoucher(room, by, registered)
  const authenticator = newId('aut', ports.clock, ports.random)
  const { credential, attestation, demonstration } = registered
  const subject = canonicalText({
    v: 1, kind: 'registration', instance: settings.instance, org: settings.org, person: { id: by.person.id, name: by.person.name },
    authenticator, label: begun.data.label, credential, attestation: { format: attestation.format, digest: attestation.digest, root: attestation.root },
    intent: hex, rpId: settings.rpId, origins: [...settings.origins], voucher: { person: key.person, credential: key.credential.id }, demonstration,
  } satisfies RegistrationSubject)
  const directory = await ports.store.read((db) => room.directory.head(db))
  const asked = { subject, person: by.person.id, checkpoint: await ports.ledger.checkpoint(), directory }
  const possession = await requestSignature(room, { ...asked, role: 'possession', slot: 0, credential })
  const voucher = await requestSignature(room, { ...asked, role: 'voucher', slot: 1, credential: key.credential, rpId: key.rpId })
  const data = { ...begun.data, subject, possession: possession.envelope, voucher: voucher.envelope, authenticator, registered }
  await ports.store.write((tx) => advanceCeremony(tx, begun, { stage: 'created', data }))
  return { subject, code: formatCode(shortCode(await subjectDigest(subject))), possession, voucher }
}

async function findVoucher(room: Room, by: By, { credential }: Registered): Promise<Authenticator> {
  return await room.ports.store.read(async (db) => {
    if (await findCredential(db, credential.id)) {
      throw new IdentityError('authenticator_known', 'This key is registered already, or was once.', 'Use another key.')
    }
    const key = await room.standing.get(db, by.session.authenticator)
    if (!key || key.person !== by.person.id) throw noVoucher()
    return key
  })
}
