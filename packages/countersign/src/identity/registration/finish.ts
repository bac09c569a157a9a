/**
 * The last step of adding a key: the new key signs the statement (possession), and the key of this session signs it too (voucher).
 *
 * Somebody who holds only a session cannot add a key, and a new key cannot vouch for itself. What a newly added key may do in its
 * first 48 hours is a rule of the gate; `via` and `createdAt` of the key are there for it.
 */
import type { Countersignature } from '@countersign/proof'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Tx } from '../../platform/store/store.ts'
import { counterRegressed, verifyCountersignature } from '../authenticators/assertion.ts'
import { insertAuthenticator, recordUse, type Authenticator } from '../authenticators/authenticators.ts'
import { touched } from '../authenticators/touched.ts'
import { loadCeremony, takeCeremony } from '../ceremonies.ts'
import type { Room } from '../ports.ts'
import { assertSessionLive } from '../sessions/sessions.ts'
import { createdSchema, noVoucher, ownerOf, purpose, type By, type Created } from './stages.ts'

type Given = { ceremony: string; possession: AuthenticationResponseJSON; voucher: AuthenticationResponseJSON }
type Signed = { countersignature: Countersignature; signCount: number }

export async function finishRegistration(room: Room, by: By, given: Given): Promise<Authenticator> {
  const added = await room.ports.store.write(async (tx) => {
    const now = room.ports.clock.now()
    await assertSessionLive(tx, by.session.id, now)
    const load = { secret: given.ceremony, purpose, stage: 'created', owner: ownerOf(by), now, data: createdSchema } as const
    const created = await loadCeremony(tx, load)
    const possession = await verifyPossession(room, by, created.data, given.possession)
    const { key, voucher } = await verifyVoucher(room, tx, by, created.data, given.voucher)
    await takeCeremony(tx, created, now)
    if (!(await touched(room, tx, key, voucher.signCount, 'registration'))) return undefined
    await room.directory.append(tx, created.data.subject, [possession.countersignature, voucher.countersignature])
    return await enterKey(room, tx, key, created.data, possession.signCount)
  })
  if (!added) throw counterRegressed()
  return added
}

async function verifyPossession(room: Room, by: By, created: Created, response: AuthenticationResponseJSON): Promise<Signed> {
  const { subject, possession, registered } = created
  const now = room.ports.clock.now()
  return await verifyCountersignature(room.settings, {
    response, credential: registered.credential, person: by.person.id, subject, envelope: possession, now,
  })
}

/** The voucher is read now: a key that was removed since the statement was made vouches for nothing. */
async function verifyVoucher(
  room: Room, tx: Tx, by: By, { subject, voucher: envelope }: Created, response: AuthenticationResponseJSON,
): Promise<{ key: Authenticator; voucher: Signed }> {
  const key = await room.standing.find(tx, response.id)
  if (!key || key.person !== by.person.id || key.id !== by.session.authenticator) throw noVoucher()
  const now = room.ports.clock.now()
  const voucher = await verifyCountersignature(room.settings, {
    response, credential: key.credential, rpId: key.rpId, person: by.person.id, subject, envelope, now,
  })
  return { key, voucher }
}

async function enterKey(room: Room, tx: Tx, voucher: Authenticator, created: Created, signCount: number): Promise<Authenticator | undefined> {
  const { label, authenticator: id, registered } = created
  const { person } = voucher
  const now = room.ports.clock.now()
  await insertAuthenticator(tx, { id, person, label, ...registered, via: 'registration', vouchedBy: voucher.credential.id, createdAt: now })
  if ((await recordUse(tx, { id, signCount, now })) === 'regressed') throw counterRegressed()
  await room.ports.ledger.append(tx, {
    type: 'authenticator.registered',
    ids: { person, authenticator: id },
    details: { via: 'registration', credential: registered.credential.id, vouchedBy: voucher.id, demonstration: registered.demonstration },
  })
  await room.ports.notices?.tell(tx, { person, kind: 'authenticator-added', details: { kind: 'key', label, authenticator: id } })
  return await room.standing.get(tx, id)
}
