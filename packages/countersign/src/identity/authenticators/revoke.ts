/**
 * The effect of a countersigned revocation: the directory says so, the key is unusable, and what was signed in with it ends.
 *
 * It checks what is true at this moment, not whether somebody may: the gate has decided that, and the directory's replay checks the
 * countersignatures again. The last key of a person stays, because removing it would lock them out; losing it is recovery.
 */
import { parseSubject, type Countersignature } from '@countersign/proof'
import type { Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { endSessionsOfAuthenticator } from '../sessions/sessions.ts'
import { endTokensOfAuthenticator } from '../terminal/tokens.ts'
import { markRevoked, type Authenticator } from './authenticators.ts'

/** For the door, before it asks: the key as it stands, if it can be removed. */
export async function removable({ standing }: Pick<Room, 'standing'>, tx: Tx, given: { person: string; authenticator: string }): Promise<Authenticator> {
  const key = await standing.get(tx, given.authenticator)
  if (!key || key.person !== given.person) {
    throw new IdentityError('authenticator_not_found', 'There is no such key, or it was removed already.', 'Look at Keys again.')
  }
  const all = await standing.of(tx, key.person)
  if (all.length < 2) {
    throw new IdentityError('last_authenticator', 'This is the last key of its owner and cannot be removed.', 'Add another key first.')
  }
  return key
}

export async function revokeAuthenticator(room: Room, tx: Tx, subjectText: string, countersignatures: Countersignature[]): Promise<void> {
  const { clock, ledger } = room.ports
  const subject = parseSubject(subjectText)
  if (subject.kind !== 'revocation') {
    throw new IdentityError('directory_refused', 'This statement is not one of removing a key.', 'Begin again under Keys.')
  }
  const key = await removable(room, tx, subject)
  if (key.credential.id !== subject.credential) {
    throw new IdentityError('authenticator_not_found', 'The statement names another key.', 'Begin again under Keys.')
  }
  const now = clock.now()
  await room.directory.append(tx, subjectText, countersignatures)
  await markRevoked(tx, key.id, now)
  await endSessionsOfAuthenticator(tx, key.id, now)
  await endTokensOfAuthenticator(tx, key.id, now)
  await ledger.append(tx, {
    type: 'authenticator.revoked',
    ids: { person: key.person, authenticator: key.id },
    details: { reason: subject.reason, by: subject.requester },
  })
  await room.ports.notices?.tell(tx, { person: key.person, kind: 'authenticator-removed', details: { kind: 'key', label: key.label, authenticator: key.id, by: subject.requester } })
}
