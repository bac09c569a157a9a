/**
 * A fresh proof: whoever is signed in shows once more that it is them, for one named thing, before it is done. A session that
 * was left open, or a cookie that was copied, changes no password and makes no recovery codes.
 *
 * With a key it is a touch over a challenge with a tag of its own, so that it is never a sign-in or a countersignature. Somebody who
 * has no key shows a code of their app; whoever has a key is never let past with a code.
 */
import { createHash } from 'node:crypto'
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import type { Tx } from '../../platform/store/store.ts'
import { verifyAnswer } from '../authenticators/assertion.ts'
import { touched } from '../authenticators/touched.ts'
import { beginCeremony, loadCeremony, takeCeremony } from '../ceremonies.ts'
import { Attempt } from '../codes/attempts.ts'
import type { CodesRoom } from '../codes/room.ts'
import { parseTyped } from '../codes/typed.ts'
import { verifyCode } from '../codes/verify.ts'
import { touchLifetime } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import type { By } from '../registration/stages.ts'
import { newSecret } from '../secrets.ts'
import { assertSessionLive } from '../sessions/sessions.ts'

export type FreshFor = 'password' | 'recovery-codes'
/** `options` null: there is no key, and a code of the app is the proof. */
export type FreshBegun = { ceremony: string; options: PublicKeyCredentialRequestOptionsJSON | null }
export type FreshProof = { ceremony: string; response?: AuthenticationResponseJSON | undefined; code?: string | undefined }

const purpose = 'fresh-proof'
const dataSchema = z.object({ what: z.string(), challenge: z.string() })
const ownerOf = ({ person, session }: By) => ({ person: person.id, session: session.id })

export async function beginFresh(room: CodesRoom, by: By, what: FreshFor): Promise<FreshBegun> {
  const { store, clock, random } = room.ports
  const ceremony = newSecret('ceremony', random)
  const challenge = createHash('sha256').update(`countersign.fresh-proof.v1\n${what}\n`).update(random.bytes(32)).digest('base64url')
  const keys = await store.write(async (tx) => {
    const now = clock.now()
    await beginCeremony(tx, { secret: ceremony, purpose, stage: 'begun', owner: ownerOf(by), data: { what, challenge }, now, expiresAt: now + touchLifetime })
    const own = await room.standing.of(tx, by.person.id)
    // Those that can be used where this browser is: at the address of the key that opened the session.
    const here = own.find(({ id }) => id === by.session.authenticator)?.rpId ?? room.settings.rpId
    return own.length === 0 ? [] : own.filter(({ rpId }) => rpId === here)
  })
  if (keys.length === 0) return { ceremony, options: null }
  const allowCredentials = keys.map(({ credential: { id, transports } }) => ({ id, type: 'public-key' as const, transports: [...transports] }))
  return { ceremony, options: { challenge, rpId: keys[0]?.rpId ?? room.settings.rpId, allowCredentials, userVerification: 'required', timeout: touchLifetime } }
}

/** Takes the attempt that a code needs, before the transaction; `check` runs first in it. True: it held. False: the key's counter went back. */
export async function freshCheck(room: CodesRoom, by: By, what: FreshFor, proof: FreshProof): Promise<(tx: Tx) => Promise<boolean>> {
  const code = proof.code === undefined ? undefined : parseTyped(proof.code)
  const attempt = code === undefined ? undefined : await Attempt.take(room, 'totp', by.person.id, code)
  return async (tx) => {
    const now = room.ports.clock.now()
    await assertSessionLive(tx, by.session.id, now)
    const begun = await loadCeremony(tx, { secret: proof.ceremony, purpose, stage: 'begun', owner: ownerOf(by), now, data: dataSchema })
    if (begun.data.what !== what) throw needed()
    const keys = await room.standing.of(tx, by.person.id)
    await takeCeremony(tx, begun, now)
    if (keys.length === 0 && code !== undefined && attempt !== undefined) {
      await verifyCode(room, tx, { person: by.person.id, code, attempt })
      return true
    }
    const { response } = proof
    const key = keys.find(({ credential }) => credential.id === response?.id)
    if (!response || !key) throw needed()
    const challenge = Uint8Array.from(Buffer.from(begun.data.challenge, 'base64url'))
    const { signCount } = await verifyAnswer(room.settings, { response, challenge, credential: key.credential, person: key.person, rpId: key.rpId })
    return await touched(room, tx, key, signCount, 'fresh-proof')
  }
}

function needed(): IdentityError {
  return new IdentityError('fresh_proof_required', 'This takes a fresh touch of your key, or a code of your app when you have no key.', 'Begin again and touch your key when you are asked.')
}
