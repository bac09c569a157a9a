/**
 * The effect of a countersigned removal of an authenticator app: a `revocation` whose credential is "".
 *
 * As with keys, nothing here asks whether somebody may: the gate decided that, and the replay checks it again. The last authenticator
 * of a person stays: losing it is recovery.
 */
import { parseSubject, type Countersignature } from '@countersign/proof'
import type { Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import { endSessionsOfAuthenticator } from '../sessions/sessions.ts'
import { endTokensOfAuthenticator } from '../terminal/tokens.ts'
import { markAppRevoked, type App } from './apps.ts'
import type { CodesRoom } from './room.ts'

/** For the door, before it asks: the app as it stands, if it can be removed. */
export async function removableApp(room: CodesRoom, tx: Tx, given: { person: string; authenticator: string }): Promise<App> {
  const app = await room.apps.get(tx, given.authenticator)
  if (!app || app.person !== given.person) {
    throw new IdentityError('authenticator_not_found', 'There is no such authenticator app, or it was removed already.', 'Look at Keys again.')
  }
  const others = (await room.apps.of(tx, app.person)).length - 1 + (await room.standing.of(tx, app.person)).length
  if (others > 0) return app
  throw new IdentityError('last_authenticator', 'This is the last authenticator of its owner and cannot be removed.', 'Add another one first.')
}

export async function revokeApp(room: CodesRoom, tx: Tx, subjectText: string, countersignatures: Countersignature[]): Promise<void> {
  const { clock, ledger } = room.ports
  const subject = parseSubject(subjectText)
  if (subject.kind !== 'revocation' || subject.credential !== '') {
    throw new IdentityError('directory_refused', 'This statement is not one of removing an authenticator app.', 'Begin again under Keys.')
  }
  const app = await removableApp(room, tx, subject)
  const now = clock.now()
  await room.directory.append(tx, subjectText, countersignatures)
  await markAppRevoked(tx, app.id, now)
  await endSessionsOfAuthenticator(tx, app.id, now)
  await endTokensOfAuthenticator(tx, app.id, now)
  await ledger.append(tx, {
    type: 'authenticator.revoked',
    ids: { person: app.person, authenticator: app.id },
    details: { kind: 'totp', reason: subject.reason, by: subject.requester },
  })
  await room.tell(tx, { person: app.person, kind: 'authenticator-removed', details: { kind: 'totp', label: app.label, authenticator: app.id, by: subject.requester } })
}
