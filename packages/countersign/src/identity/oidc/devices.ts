/**
 * The page on which a signed-in person lets in a terminal that shows a code (RFC 8628).
 *
 * The adversary starts a sign-in of their own terminal and brings somebody else to answer it (section 5.4, "remote phishing"). A link does
 * nothing: the code is typed, and what is behind it is then shown (from where, since when, which key) and decided on with the code again.
 * The sign-in must be fresh and made with something that cannot be phished itself. What is let in is that terminal's key alone, which proved
 * itself when it began; and like any terminal it can ask, and answers no challenge.
 *
 * Codes are guessed at per person: ten misses in ten minutes, counted in the database.
 */
import type Provider from 'oidc-provider'
import { z } from 'zod'
import type { Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import { assertSessionLive, type Session } from '../sessions/sessions.ts'
import { tokenLimits } from '../terminal/tokens.ts'
import { clientFamily, shownClaim } from '../words.ts'
import { acrOf, amrOf, assertProven } from './assurance.ts'
import { terminalClient, terminalScope } from './clients.ts'
import { saveConsent } from './consent.ts'
import { answerDevice, findDevice, type DeviceRecord } from './device-codes.ts'

/** What must have been proven, and how long ago at most, by whoever lets a terminal in that they may not have in front of them. */
export const deviceAsks = { acrValues: ['phr'], maxAgeSeconds: 600 } as const
const misses = { model: 'DeviceMiss', most: 10, within: 10 * 60_000 } as const

export type Device = { client: string; claim: string; address: string; agent: string; startedAt: number; expiresAt: number; thumbprint: string }

const infoSchema = z.object({ thumbprint: z.string(), address: z.string(), agent: z.string(), startedAt: z.number() })

/** Throws `device_unknown`, `device_attempts`, `sign_in_too_old`, `sign_in_too_weak`. */
export async function showDevice(room: Room, typed: string, session: Session): Promise<Device> {
  assertProven({ acr: acrOf(session), authTime: session.authTime }, deviceAsks, room.ports.clock.now())
  return viewOf(await typedBy(room, typed, session))
}

export async function decideDevice(provider: Provider, room: Room, given: { typed: string; decision: 'allow' | 'deny'; session: Session }): Promise<void> {
  const { store, clock, ledger } = room.ports
  const { session } = given
  assertProven({ acr: acrOf(session), authTime: session.authTime }, deviceAsks, clock.now())
  const found = await typedBy(room, given.typed, session)
  const { thumbprint, claim, address } = viewOf(found)
  if (given.decision === 'deny') {
    await store.write(async (tx) => {
      await assertSessionLive(tx, session.id, clock.now())
      const denied = { error: 'access_denied', errorDescription: 'The person did not let this terminal in.' }
      await decideOnce(tx, room, given.typed, (device) => answerDevice(tx, device, denied, null))
      await ledger.append(tx, { type: 'terminal.denied', ids: { person: session.person, session: session.id }, details: { thumbprint, client: claim, address, by: 'device' } })
    })
    return
  }
  const grant = new provider.Grant({ accountId: session.person, clientId: terminalClient })
  grant.addOIDCScope(`openid ${terminalScope}`)
  const grantId = await grant.save()
  const [acr, amr] = [acrOf(session), amrOf(session)]
  await store.write(async (tx) => {
    const now = clock.now()
    await assertSessionLive(tx, session.id, now)
    const allowed = { accountId: session.person, grantId, scope: `openid ${terminalScope}`, authTime: Math.floor(session.authTime / 1000), acr, amr }
    await decideOnce(tx, room, given.typed, (device) => answerDevice(tx, device, allowed, grantId))
    const consent = { person: session.person, session: session.id, authenticator: session.authenticator, clientId: terminalClient, thumbprint, client: claim, authTime: session.authTime, acr, amr, by: 'device' as const }
    await saveConsent(tx, grantId, consent, now + tokenLimits.family)
  })
}

/** Read again in the transaction of the effect: the answer is written onto the row as it stands there. */
async function decideOnce(tx: Tx, { ports }: Room, typed: string, answer: (device: DeviceRecord) => Promise<boolean>): Promise<void> {
  const device = await findDevice(tx, typed, ports.clock.now())
  if (!device || !(await answer(device))) throw unknown()
}

/** The record behind a typed code; a miss is counted against the person, and written although the request is refused. */
async function typedBy({ ports }: Room, typed: string, session: Session): Promise<DeviceRecord> {
  const { store, clock, random } = ports
  const found = await store.write(async (tx) => {
    const now = clock.now()
    const person = hashSecret(session.person)
    const missed = await tx.selectFrom('oidc_record').select('id_hash').where('model', '=', misses.model).where('uid_hash', '=', person).where('expires_at', '>', now).execute()
    if (missed.length >= misses.most) return 'too-many'
    const device = await findDevice(tx, typed, now)
    if (device) return device
    const row = { model: misses.model, id_hash: hashSecret(Buffer.from(random.bytes(16)).toString('hex')), uid_hash: person, grant_hash: null, payload: '{}', consumed_at: null, expires_at: now + misses.within }
    await tx.insertInto('oidc_record').values(row).execute()
    return undefined
  })
  if (found === 'too-many') throw new IdentityError('device_attempts', 'Too many codes were typed that belong to no terminal.', 'Wait ten minutes, then start again in the terminal.')
  if (!found) throw unknown()
  return found
}

function viewOf({ payload, expiresAt }: DeviceRecord): Device {
  const { thumbprint, address, agent, startedAt } = infoSchema.parse(payload['deviceInfo'])
  const hint = z.object({ login_hint: z.string() }).safeParse(payload.params)
  const claim = hint.success ? shownClaim(hint.data.login_hint) : ''
  return { client: 'Countersign CLI', claim: claim || 'a terminal', address, agent: clientFamily(agent), startedAt, expiresAt, thumbprint }
}

function unknown(): IdentityError {
  return new IdentityError('device_unknown', 'No terminal waits with this code: it was mistyped, has expired, or was answered already.', 'Compare it with your terminal, or start again there: countersign login --device')
}
