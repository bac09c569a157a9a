/**
 * The inviter's second touch: they type the code that the invited person told them by another way, read whose key it is, and
 * sign the very statement that the key has signed. Then, and only then, the key is in the directory.
 *
 * For an owner it takes two of them (`second.ts`): then the first word waits with the key.
 *
 * The code is typed and not shown here: an inviter who could only compare would compare what an attacker's page shows.
 */
import { parseCode, type Countersignature } from '@countersign/proof'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Db, Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { Actor } from '../actor.ts'
import { counterRegressed, verifyCountersignature } from '../authenticators/assertion.ts'
import { insertAuthenticator, recordUse } from '../authenticators/authenticators.ts'
import { registeredSchema } from '../authenticators/registration.ts'
import { touched } from '../authenticators/touched.ts'
import { beginCeremony, loadCeremony, takeCeremony } from '../ceremonies.ts'
import { requestSignature, touchLifetime, type Signing } from '../enrolment.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { newSecret } from '../secrets.ts'
import { assertSessionLive } from '../sessions/sessions.ts'
import { keyFor, needsSecond, partIn, type Part } from './second.ts'
import type { PendingKeyTable } from './tables.ts'

const purpose = 'vouching'
const dataSchema = z.object({ pending: z.string(), envelope: z.string() })

export type PendingKey = { id: string; person: string; voucher: string; label: string; aaguid: string; address: string; client: string; createdAt: number; expiresAt: number; /** waits for the second of two */ vouched: boolean; /** whose word it waits for, as far as these may give it */ part(member: string): Part }

export async function pendingKeys({ ports, directory: chain }: Room, db: Db | Tx): Promise<PendingKey[]> {
  const directory = await chain.state(db)
  const rows = await db.selectFrom('pending_key').selectAll().where('ended_at', 'is', null).where('expires_at', '>', ports.clock.now()).orderBy('created_at').execute()
  return rows.map((row) => ({
    id: row.id, person: row.person, voucher: row.voucher, label: row.label, address: row.address, client: row.client,
    aaguid: registeredOf(row).credential.aaguid, createdAt: row.created_at, expiresAt: row.expires_at,
    vouched: row.vouched !== '', part: (member) => partIn(directory, row, member),
  }))
}

export async function beginVouching(room: Room, by: Actor, given: { pending: string; code: string }): Promise<Signing & { ceremony: string; subject: string }> {
  const { store, clock, random, ledger } = room.ports
  const checkpoint = await ledger.checkpoint()
  return store.write(async (tx) => {
    const now = clock.now()
    const { row, part } = await waiting(room, tx, by, given.pending)
    requireCode(row.code, given.code)
    const key = await keyFor(room, tx, part, row, by)
    if (!key || key.person !== by.id) throw voucherGone(part)
    const directory = await room.directory.head(tx)
    // The first of two waits for the other, as long as the key does.
    const lasts = part === 'first' && needsSecond(await room.directory.state(tx), row) ? { lasts: row.expires_at - now } : {}
    const slot = part === 'first' ? 1 : 2
    const signing = await requestSignature(room, { subject: row.subject, person: by.id, role: 'voucher', slot, credential: key.credential, rpId: key.rpId, checkpoint, directory, ...lasts })
    const ceremony = newSecret('ceremony', random)
    await beginCeremony(tx, {
      secret: ceremony, purpose, stage: 'begun', owner: { person: by.id, session: by.session }, data: { pending: row.id, envelope: signing.envelope }, now, expiresAt: now + touchLifetime,
    })
    return { ceremony, subject: row.subject, ...signing }
  })
}

/** @returns whose key it is; `entered` where it counts now, and not where another owner has to vouch as well. */
export async function finishVouching(room: Room, by: Actor, given: { ceremony: string; response: AuthenticationResponseJSON; /** over the route for one's own key: that one only */ own?: string }): Promise<{ person: string; authenticator: string; entered: boolean }> {
  const done = await room.ports.store.write(async (tx) => {
    const now = room.ports.clock.now()
    await assertSessionLive(tx, by.session, now)
    const owner = { person: by.id, session: by.session }
    const begun = await loadCeremony(tx, { secret: given.ceremony, purpose, stage: 'begun', owner, now, data: dataSchema })
    const { row, part } = await waiting(room, tx, by, begun.data.pending)
    if (given.own !== undefined && (row.id !== given.own || row.person !== by.id)) throw notYours()
    const key = await keyFor(room, tx, part, row, by)
    if (!key || key.person !== by.id || key.credential.id !== given.response.id) throw voucherGone(part)
    const signed = { response: given.response, credential: key.credential, rpId: key.rpId, person: by.id, subject: row.subject, envelope: begun.data.envelope, now }
    const { countersignature, signCount } = await verifyCountersignature(room.settings, signed)
    await takeCeremony(tx, begun, now)
    if (!(await touched(room, tx, key, signCount, 'registration'))) return undefined
    const takesTwo = needsSecond(await room.directory.state(tx), row)
    const entered = part === 'second' || !takesTwo
    if (entered) await enter(room, tx, row, part === 'first' ? [countersignature] : [firstWord(row), ...(takesTwo ? [countersignature] : [])], by, now)
    else await keepFirst(room, tx, row, countersignature, by)
    afterCommit(tx, () => room.ports.notify.changed('members'))
    return { person: row.person, authenticator: row.id, entered }
  })
  if (!done) throw counterRegressed()
  return done
}

function firstWord(row: PendingKeyTable): Countersignature {
  return JSON.parse(row.vouched) as Countersignature
}

async function keepFirst(room: Room, tx: Tx, row: PendingKeyTable, countersignature: Countersignature, by: Actor): Promise<void> {
  await tx.updateTable('pending_key').set({ vouched: JSON.stringify(countersignature) }).where('id', '=', row.id).execute()
  await room.ports.ledger.append(tx, {
    type: 'member.key-vouched-first', ids: { person: by.id, member: row.person, authenticator: row.id }, details: { voucher: by.id, address: by.source.address },
  })
}

async function enter(room: Room, tx: Tx, row: PendingKeyTable, vouchers: readonly Countersignature[], by: Actor, now: number): Promise<void> {
  const registered = registeredOf(row)
  await room.directory.append(tx, row.subject, [JSON.parse(row.possession) as Countersignature, ...vouchers])
  await insertAuthenticator(tx, { id: row.id, person: row.person, label: row.label, ...registered, via: 'registration', vouchedBy: row.credential, createdAt: now })
  if ((await recordUse(tx, { id: row.id, signCount: row.sign_count, now })) === 'regressed') throw counterRegressed()
  await tx.updateTable('pending_key').set({ ended_at: now, ended_why: 'vouched' }).where('id', '=', row.id).execute()
  await room.ports.ledger.append(tx, {
    type: 'authenticator.registered', ids: { person: row.person, authenticator: row.id },
    details: { via: 'invitation', credential: registered.credential.id, vouchedBy: row.voucher, ...(vouchers.length > 1 ? { andBy: by.id } : {}), demonstration: registered.demonstration },
  })
  await room.ports.notices?.tell(tx, { person: row.person, kind: 'authenticator-added', details: { kind: 'key', label: row.label, authenticator: row.id } })
}

/** A key that waits for this member's word. One that waits for somebody else's is not there. */
async function waiting({ ports, directory }: Room, tx: Tx, by: Actor, id: string): Promise<{ row: PendingKeyTable; part: Part }> {
  const row = await tx.selectFrom('pending_key').selectAll().where('id', '=', id).executeTakeFirst()
  const part = row && row.ended_at === null && row.expires_at > ports.clock.now() ? partIn(await directory.state(tx), row, by.id) : 'none'
  if (row && part !== 'none') return { row, part }
  throw new IdentityError('pending_key_not_found', 'No such key waits for your word.', 'Look at People again; the invited person may have to open a new link.')
}

function notYours(): IdentityError {
  return new IdentityError('pending_key_not_found', 'No such key of yours waits.', 'Look at Keys again.')
}

function requireCode(code: string, typed: string): void {
  let bare = ''
  try {
    bare = parseCode(typed)
  } catch {
    bare = ''
  }
  if (bare.length === code.length && timingSafeEqual(Buffer.from(bare), Buffer.from(code))) return
  throw new IdentityError('fingerprint_mismatch', 'That is not the code of the key that waits.', 'Ask the person again, by a way that you trust. If their page shows another code, somebody else used the link: make a new one.')
}

function voucherGone(part: Part): IdentityError {
  if (part === 'second') return new IdentityError('voucher_invalid', 'The key that you are signed in with has to vouch, and this is not it, or it is gone.', 'Sign in with one of your keys and vouch again.')
  return new IdentityError('voucher_invalid', 'The key that you invited this person with has to vouch, and this is not it, or it is gone.', 'Make a new enrolment link; the person makes their key again.')
}

function registeredOf(row: Pick<PendingKeyTable, 'registered'>) {
  return registeredSchema.parse(JSON.parse(row.registered))
}
