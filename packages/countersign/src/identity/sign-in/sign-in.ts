/**
 * Sign-in with a discoverable credential: a random challenge, stored once, answered once.
 *
 * The challenge is a hash under a tag of its own. A countersignature is over a hash under another tag, so neither can be taken for the
 * other, whichever of them an attacker obtained. Nobody is named before the key has answered: there are no people to enumerate.
 */
import { createHash } from 'node:crypto'
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import type { Tx } from '../../platform/store/store.ts'
import type { Source } from '../actor.ts'
import { counterRegressed, verifyAnswer } from '../authenticators/assertion.ts'
import type { Authenticator } from '../authenticators/authenticators.ts'
import { touched } from '../authenticators/touched.ts'
import { demonstrationKey } from '../authenticators/registration.ts'
import { beginCeremony, loadCeremony, takeCeremony } from '../ceremonies.ts'
import type { Person } from '../directory/people.ts'
import { touchLifetime } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { rpIdAt } from '../sites.ts'
import { newSecret } from '../secrets.ts'
import { how, openSession, replaceSession, type Opened } from '../sessions/sessions.ts'

const purpose = 'sign-in'
const dataSchema = z.object({ challenge: z.string() })

export type SignedIn = Opened & { person: Person }
type Given = {
  ceremony: string
  response: AuthenticationResponseJSON
  source: Source
  /** The cookie that the browser held before, if any: that session ends. */
  replaces?: string | undefined
}

/** `origin`: where the browser is. */
export async function beginSignIn(room: Room, given: { origin?: string | undefined } = {}): Promise<{ ceremony: string; options: PublicKeyCredentialRequestOptionsJSON }> {
  const { store, clock, random } = room.ports
  const ceremony = newSecret('ceremony', random)
  const challenge = createHash('sha256').update('countersign.sign-in.v1\n').update(random.bytes(32)).digest('base64url')
  await store.write(async (tx) => {
    const now = clock.now()
    if ((await room.directory.head(tx)).size === 0) {
      throw new IdentityError('not_set_up', 'This server has no owner yet.', 'Open the set-up link that `countersign up` printed.')
    }
    await beginCeremony(tx, { secret: ceremony, purpose, stage: 'begun', data: { challenge }, now, expiresAt: now + touchLifetime })
  })
  return { ceremony, options: { challenge, rpId: rpIdAt(room.settings, given.origin), allowCredentials: [], userVerification: 'required', timeout: touchLifetime } }
}

export async function finishSignIn(room: Room, given: Given): Promise<SignedIn> {
  const signedIn = await room.ports.store.write(async (tx) => {
    const now = room.ports.clock.now()
    const begun = await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'begun', now, data: dataSchema })
    const key = await findKey(room, tx, given.response)
    const challenge = Uint8Array.from(Buffer.from(begun.data.challenge, 'base64url'))
    const { signCount } = await verifyAnswer(room.settings, { response: given.response, challenge, credential: key.credential, person: key.person, rpId: key.rpId })
    checkUserHandle(key, given.response)
    await takeCeremony(tx, begun, now)
    if (!(await touched(room, tx, key, signCount, 'sign-in'))) return undefined
    const person = await findMember(room, tx, key.person)
    await replaceSession(tx, given.replaces, now)
    const opening = { person: key.person, authenticator: key.id, source: given.source, how: how.key(key.credential) }
    return { person, ...(await openSession(tx, room.ports, opening)) }
  })
  if (!signedIn) throw counterRegressed()
  return signedIn
}

async function findKey({ settings, standing }: Room, tx: Tx, response: AuthenticationResponseJSON): Promise<Authenticator> {
  const key = await standing.find(tx, response.id)
  if (!key && (await standing.revoked(tx, response.id))) {
    throw new IdentityError('authenticator_revoked', 'This key was removed.', 'Use another of your keys.')
  }
  if (!key) throw new IdentityError('credential_unknown', 'This key is not registered here.', 'Use one of your registered keys.')
  if (key.demonstration && !settings.demonstration) throw demonstrationKey()
  return key
}

/** WebAuthn level 3 section 7.2 step 6: a discoverable credential says whose it is, and that must be whose we know it to be. */
function checkUserHandle(key: Authenticator, { response: { userHandle } }: AuthenticationResponseJSON): void {
  if (userHandle === undefined || Buffer.from(userHandle, 'base64url').toString('utf8') === key.person) return
  throw new IdentityError('wrong_person', 'This key says that it belongs to somebody else.', 'Use one of your registered keys.')
}

async function findMember(room: Room, tx: Tx, id: string): Promise<Person> {
  const person = await room.people.find(tx, id)
  if (!person) throw new IdentityError('wrong_person', 'The owner of this key is not a member.', 'Ask an owner.')
  return person
}
