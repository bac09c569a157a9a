/** The first step: who will be the owner, and the intent that the new key is made over. May be begun anew: a dialog was cancelled. */
import { newId } from '../../platform/ids.ts'
import { beginCeremony } from '../ceremonies.ts'
import { beginEnrolment, type Creating } from '../enrolment.ts'
import type { Room } from '../ports.ts'
import { parseName } from '../words.ts'
import { purpose } from './stages.ts'
import { checkSetupToken, setupTokenLifetime, type From } from './token.ts'

export async function beginSetUp(room: Room, given: { token: string; name: string; label: string; from: From }): Promise<Creating> {
  const { store, clock, random } = room.ports
  const person = { id: newId('usr', clock, random), name: parseName(given.name, 'name') }
  const label = parseName(given.label, 'label')
  const creating = await beginEnrolment(room, { kind: 'genesis', person, label, existing: [] })
  await store.write(async (tx) => {
    const now = clock.now()
    await checkSetupToken(room, tx, given)
    const data = { person, label, intent: creating.intent }
    await beginCeremony(tx, { secret: given.token, purpose, stage: 'begun', data, now, expiresAt: now + setupTokenLifetime })
  })
  return creating
}
