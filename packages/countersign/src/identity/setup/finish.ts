/**
 * The last step: the new key signs the genesis statement, and there is an owner.
 *
 * Nothing exists before this. It writes the directory's entry 0, the key, the leaves, the policy and the session in one transaction,
 * and closes set-up for ever; if any of it cannot be written, none of it is. A second answer finds the genesis there, and is refused.
 */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { z } from 'zod'
import type { Tx } from '../../platform/store/store.ts'
import type { Source } from '../actor.ts'
import { counterRegressed, verifyCountersignature } from '../authenticators/assertion.ts'
import { insertAuthenticator, recordUse } from '../authenticators/authenticators.ts'
import { loadCeremony } from '../ceremonies.ts'
import type { Room } from '../ports.ts'
import { how, openSession, type Opened } from '../sessions/sessions.ts'
import { createdSchema, purpose } from './stages.ts'
import { checkSetupToken, spendSetupToken, type From } from './token.ts'

type Given = { token: string; response: AuthenticationResponseJSON; from: From; source: Source }
/** `fingerprint`: the directory's head after genesis, which is what verifiers pin. */
export type Founded = Opened & { person: { id: string; name: string }; fingerprint: string }

export async function finishSetUp(room: Room, given: Given): Promise<Founded> {
  const { store, clock } = room.ports
  return await store.write(async (tx) => {
    const now = clock.now()
    await checkSetupToken(room, tx, given)
    const created = await loadCeremony(tx, { secret: given.token, purpose, stage: 'created', now, data: createdSchema })
    const { person, subject, envelope, registered } = created.data
    const signed = { response: given.response, credential: registered.credential, person: person.id, subject, envelope, now }
    const { countersignature, signCount } = await verifyCountersignature(room.settings, signed)
    const { seq, head } = await room.directory.append(tx, subject, [countersignature])
    await enterKey(room, tx, created.data, signCount)
    await room.ports.atGenesis(tx, { person: person.id, policyDigest: created.data.policyDigest, seq })
    await spendSetupToken(tx)
    const opening = { person: person.id, authenticator: created.data.authenticator, source: given.source, how: how.key(registered.credential) }
    const opened = await openSession(tx, room.ports, opening)
    return { person, fingerprint: head, ...opened }
  })
}

async function enterKey(room: Room, tx: Tx, created: z.output<typeof createdSchema>, signCount: number): Promise<void> {
  const { person, label, authenticator, registered } = created
  const now = room.ports.clock.now()
  await insertAuthenticator(tx, { id: authenticator, person: person.id, label, ...registered, via: 'genesis', vouchedBy: '', createdAt: now })
  if ((await recordUse(tx, { id: authenticator, signCount, now })) === 'regressed') throw counterRegressed()
  await room.ports.ledger.append(tx, {
    type: 'authenticator.registered',
    ids: { person: person.id, authenticator },
    details: { via: 'genesis', credential: registered.credential.id, demonstration: registered.demonstration },
  })
}
