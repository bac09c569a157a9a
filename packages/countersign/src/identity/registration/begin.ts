/** The first step of adding a key: its label, and the intent that it is made over. */
import { beginCeremony } from '../ceremonies.ts'
import { beginEnrolment, ceremonyLifetime, type Creating } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { newSecret } from '../secrets.ts'
import { parseName } from '../words.ts'
import { ownerOf, purpose, type By } from './stages.ts'

const mostAuthenticators = 20

export async function beginRegistration(room: Room, by: By, given: { label: string }): Promise<Creating & { ceremony: string }> {
  const { store, clock, random } = room.ports
  const label = parseName(given.label, 'label')
  const existing = await store.read((db) => room.standing.of(db, by.person.id))
  if (existing.length >= mostAuthenticators) {
    const why = `You have ${existing.length} keys, which is the most there can be.`
    throw new IdentityError('too_many_authenticators', why, 'Remove one that you do not use.')
  }
  const creating = await beginEnrolment(room, { kind: 'registration', person: by.person, label, existing })
  const ceremony = newSecret('ceremony', random)
  const now = clock.now()
  const data = { label, intent: creating.intent }
  await store.write((tx) =>
    beginCeremony(tx, { secret: ceremony, purpose, stage: 'begun', owner: ownerOf(by), data, now, expiresAt: now + ceremonyLifetime }))
  return { ceremony, ...creating }
}
