/**
 * Browser sessions: a random cookie, 15 minutes idle, 12 hours at most, hashed at rest, a new one at every sign-in.
 *
 * A session says who is there. It never authorises a privileged action by itself: that takes a countersignature. It ends when its cookie
 * comes from another family of browser or another system than the one that signed in. That stops a careless thief and no other:
 * whoever can copy the cookie can copy that header as well. Within a family browsers update; the family is what is compared.
 *
 * `last_seen_at` is written at most every 15 seconds, so that polling is not writing: a session may end up to 15 s early, never late.
 */
import type { Ledger } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Random } from '../../platform/random.ts'
import { preparedQuery } from '../../platform/store/prepared.ts'
import type { Store, Tx } from '../../platform/store/store.ts'
import type { Source } from '../actor.ts'
import { IdentityError } from '../errors.ts'
import { hashSecret, newSecret } from '../secrets.ts'
import type { SessionTable } from '../tables.ts'

export const sessionLimits = { idle: 15 * 60_000, absolute: 12 * 60 * 60_000, seenEvery: 15_000 } as const

/** How somebody proved who they are: `acr` the assurance, `amr` the methods by their RFC 8176 names. */
export type How = { acr: 'aal1' | 'aal2'; amr: readonly string[] }

export const how = {
  /** A key with user verification. Whether it is hardware nobody has proven; synced ones say themselves that they are not. */
  key: (credential: { backupEligible: boolean }): How => ({ acr: 'aal2', amr: [credential.backupEligible ? 'swk' : 'hwk', 'user'] }),
  passwordAndCode: { acr: 'aal2', amr: ['pwd', 'otp'] } satisfies How,
  /** One thing that somebody holds, on paper: never more than aal1. */
  recoveryCode: { acr: 'aal1', amr: ['otp'] } satisfies How,
} as const

export type Session = How & {
  id: string
  person: string
  /** `aut_`; "" where a recovery code opened it. */
  authenticator: string
  /** 'enrolment': it can add an authenticator and nothing else (see guards.ts). */
  limitedTo: '' | 'enrolment'
  source: Source
  /** ms */
  authTime: number
  createdAt: number
  lastSeenAt: number
  idleExpiresAt: number
  expiresAt: number
}

export type SessionEnd = 'signed-out' | 'other-browser' | 'replaced' | 'ended-by-owner' | 'authenticator-revoked' | 'password-changed'

type Ports = { store: Store; clock: Clock; random: Random; ledger: Pick<Ledger, 'append'> }

/** `secret` is the cookie's value and is not kept. */
export type Opened = { secret: string; session: Session }

/** In the transaction of the sign-in. */
export async function openSession(
  tx: Tx,
  { clock, random, ledger }: Pick<Ports, 'clock' | 'random' | 'ledger'>,
  { person, authenticator, source, ...opened }: { person: string; authenticator: string; source: Source; how: How; limitedTo?: Session['limitedTo'] },
): Promise<Opened> {
  const now = clock.now()
  const secret = newSecret('session', random)
  const row: SessionTable = {
    id: newId('ses', clock, random), secret_hash: hashSecret(secret), person, authenticator, client: source.client, address: source.address,
    auth_time: now, last_seen_at: now, expires_at: now + sessionLimits.absolute, ended_at: null, ended_why: null,
    acr: opened.how.acr, amr: opened.how.amr.join(' '), limited_to: opened.limitedTo ?? '',
  }
  await tx.insertInto('session').values(row).execute()
  await ledger.append(tx, {
    type: 'session.opened',
    ids: { person, session: row.id, ...(authenticator === '' ? {} : { authenticator }) },
    details: { address: source.address, client: source.client, acr: row.acr, amr: row.amr, limitedTo: row.limited_to },
  })
  return { secret, session: fromRow(row) }
}

/** The live session of a cookie, and a sign of life recorded, unless the page says that nobody is at it. Every refusal looks the same to the browser. */
export async function resolveSession(ports: Pick<Ports, 'store' | 'clock' | 'ledger'>, cookie: string | undefined, client: string | undefined, unattended = false): Promise<Session> {
  if (!cookie) throw signInAgain()
  const now = ports.clock.now()
  const hash = hashSecret(cookie)
  const row = await ports.store.read((db) => db.selectFrom('session').selectAll().where('secret_hash', '=', hash).executeTakeFirst())
  if (!row || !live(row, now)) throw signInAgain()
  if (client !== undefined && client !== row.client) {
    await endCopied(ports, row, client, now)
    throw signInAgain()
  }
  if (!unattended && now - row.last_seen_at >= sessionLimits.seenEvery) {
    await ports.store.write((tx) => {
      const seen = tx.updateTable('session').set({ last_seen_at: now }).where('id', '=', row.id)
      return seen.where('ended_at', 'is', null).where('last_seen_at', '<', now).execute()
    })
    return fromRow({ ...row, last_seen_at: now })
  }
  return fromRow(row)
}

/** The cookie is in a browser that never signed in: whoever holds it, it is worth nothing from here on, in either. */
async function endCopied({ store, ledger }: Pick<Ports, 'store' | 'ledger'>, row: SessionTable, client: string, now: number): Promise<void> {
  await store.write(async (tx) => {
    if (!(await endSession(tx, { id: row.id, person: row.person, why: 'other-browser', now }))) return
    await ledger.append(tx, { type: 'session.ended', ids: { person: row.person, session: row.id }, details: { why: 'other-browser', client } })
  })
}

const byId = preparedQuery<{ id: string }, SessionTable>((db, value) => db.selectFrom('session').selectAll().where('id', '=', value('id')))

/** For effects: whether the session is still there at the moment of the transaction. */
export async function assertSessionLive(tx: Tx, id: string, now: number): Promise<void> {
  const [row] = await byId(tx, { id })
  if (!row || !live(row, now)) throw signInAgain()
}

/** Live sessions of a person, newest first. */
export async function listSessions(ports: Pick<Ports, 'store' | 'clock'>, person: string): Promise<Session[]> {
  const now = ports.clock.now()
  const rows = await ports.store.read((db) =>
    db.selectFrom('session').selectAll().where('person', '=', person).where('ended_at', 'is', null).orderBy('id', 'desc').execute())
  return rows.filter((row) => live(row, now)).map(fromRow)
}

/** Ends one session of this person; true if it was there. */
export async function endSession(tx: Tx, given: { id: string; person: string; why: SessionEnd; now: number }): Promise<boolean> {
  const result = await tx.updateTable('session').set({ ended_at: given.now, ended_why: given.why })
    .where('id', '=', given.id).where('person', '=', given.person).where('ended_at', 'is', null).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** The browser's earlier session, whoever's it was: signing in replaces it. */
export async function replaceSession(tx: Tx, cookie: string | undefined, now: number): Promise<void> {
  if (!cookie) return
  await tx.updateTable('session').set({ ended_at: now, ended_why: 'replaced' satisfies SessionEnd })
    .where('secret_hash', '=', hashSecret(cookie)).where('ended_at', 'is', null).execute()
}

/** A revoked key takes the sessions that it opened with it. */
export async function endSessionsOfAuthenticator(tx: Tx, authenticator: string, now: number): Promise<void> {
  await tx.updateTable('session').set({ ended_at: now, ended_why: 'authenticator-revoked' satisfies SessionEnd })
    .where('authenticator', '=', authenticator).where('ended_at', 'is', null).execute()
}

/** Sessions that a password helped to open, but this one. */
export async function endPasswordSessions(tx: Tx, { person, except, now }: { person: string; except: string; now: number }): Promise<void> {
  await tx.updateTable('session').set({ ended_at: now, ended_why: 'password-changed' satisfies SessionEnd })
    .where('person', '=', person).where('id', '!=', except).where('amr', 'like', '%pwd%').where('ended_at', 'is', null).execute()
}

function live(row: SessionTable, now: number): boolean {
  return row.ended_at === null && now < row.expires_at && now < row.last_seen_at + sessionLimits.idle
}

function fromRow(row: SessionTable): Session {
  return {
    id: row.id, person: row.person, authenticator: row.authenticator, acr: row.acr === 'aal2' ? 'aal2' : 'aal1', amr: row.amr.split(' '),
    // Whatever stands there that is not known is a limit.
    limitedTo: row.limited_to === '' ? '' : 'enrolment',
    source: { address: row.address, client: row.client },
    authTime: row.auth_time, createdAt: row.auth_time, lastSeenAt: row.last_seen_at,
    idleExpiresAt: Math.min(row.last_seen_at + sessionLimits.idle, row.expires_at), expiresAt: row.expires_at,
  }
}

function signInAgain(): IdentityError {
  return new IdentityError('session_required', 'Nobody is signed in, or the session has ended.', 'Sign in with your passkey or security key.')
}
