/**
 * The tokens of terminals: found, listed, ended. Where they come from is oidc/access-tokens.ts.
 *
 * One sign-in of a terminal is a family: its first token, those that renewed it, and the refresh token that waits for the next. A person
 * sees and ends families; ending one takes everything with it from which another token could be made.
 */
import type { Clock } from '../../platform/clock.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { Via } from '../actor.ts'
import type { TerminalTokenTable } from '../tables.ts'

/** Milliseconds. A sign-in ends after `family` however often its token was renewed. */
export const tokenLimits = { access: 60 * 60_000, family: 8 * 60 * 60_000 } as const

export type TerminalToken = {
  /** `tok_` of the family: the same after a renewal. */
  id: string
  person: string
  via: Extract<Via, 'terminal' | 'bearer'>
  /** Of the DPoP key, RFC 7638; "" for a bearer token. */
  thumbprint: string
  /** The authenticator of the session in which the terminal was let in. */
  authenticator: string
  client: string
  scopes: readonly string[]
  /** The resource server that it is for; "" for our own interface. */
  audience: string
  authTime: number
  acr: string
  createdAt: number
  /** Of this token. */
  expiresAt: number
  /** Until when it can be renewed. */
  signedInUntil: number
}

export type TerminalEnd =
  | 'signed-out' | 'ended-by-owner' | 'authenticator-revoked' | 'reported'
  /** Something that is worth one use came a second time: one of the two was a thief. */
  | 'replayed'

/** By the hash of their secret; those that are unknown or ended are missing. They may have expired. */
export async function findTokens(db: Db | Tx, hashes: readonly string[]): Promise<Map<string, TerminalToken>> {
  const rows = db.selectFrom('terminal_token').selectAll().where('secret_hash', 'in', hashes).where('ended_at', 'is', null)
  return new Map((await rows.execute()).map((row) => [row.secret_hash, fromRow(row)]))
}

/** Live sign-ins of a person's terminals, newest first; of each the newest token. */
export async function listTokens({ store, clock }: { store: Store; clock: Clock }, person: string): Promise<TerminalToken[]> {
  return await store.read(async (db) => {
    const rows = db.selectFrom('terminal_token').selectAll().where('person', '=', person).where('ended_at', 'is', null)
    const tokens = (await rows.where('family_expires_at', '>', clock.now()).orderBy('id', 'desc').execute()).map(fromRow)
    return tokens.filter(({ id }, at) => tokens.findIndex((other) => other.id === id) === at)
  })
}

/** Ends one sign-in of this person; true if it was there. */
export async function endToken(tx: Tx, given: { id: string; person: string; why: TerminalEnd; now: number }): Promise<boolean> {
  const rows = tx.selectFrom('terminal_token').select(['family', 'grant_hash']).where('family', '=', given.id).where('person', '=', given.person)
  return (await endAll(tx, await rows.where('ended_at', 'is', null).execute(), given.why, given.now)) > 0
}

/** By the hash of the provider's grant. Answers the ids and persons of what ended. */
export async function endGrant(tx: Tx, grantHash: string, why: TerminalEnd, now: number): Promise<{ id: string; person: string }[]> {
  const rows = tx.selectFrom('terminal_token').select(['family', 'grant_hash', 'person']).where('grant_hash', '=', grantHash)
  const live = await rows.where('ended_at', 'is', null).execute()
  await endAll(tx, [{ family: '', grant_hash: grantHash }, ...live], why, now)
  return live.slice(0, 1).map(({ family, person }) => ({ id: family, person }))
}

/** A revoked key takes the terminals with it that were let in from its sessions. */
export async function endTokensOfAuthenticator(tx: Tx, authenticator: string, now: number): Promise<void> {
  const rows = tx.selectFrom('terminal_token').select(['family', 'grant_hash']).where('authenticator', '=', authenticator)
  await endAll(tx, await rows.where('ended_at', 'is', null).execute(), 'authenticator-revoked', now)
}

/** A person said that a request was not theirs: whoever holds that terminal's key is signed out. Answers how many sign-ins ended. */
export async function endTokensOfKey(tx: Tx, given: { person: string; thumbprint: string; now: number }): Promise<number> {
  const rows = tx.selectFrom('terminal_token').select(['family', 'grant_hash']).where('person', '=', given.person).where('thumbprint', '=', given.thumbprint)
  return await endAll(tx, await rows.where('ended_at', 'is', null).execute(), 'reported', given.now)
}

export async function endedSince(db: Db | Tx, of: { person: string; thumbprint: string; since: number }): Promise<boolean> {
  const ended = db.selectFrom('terminal_token').select('id').where('person', '=', of.person).where('thumbprint', '=', of.thumbprint).where('ended_at', '>=', of.since)
  return (await ended.limit(1).executeTakeFirst()) !== undefined
}

type Row = Pick<TerminalTokenTable, 'family' | 'grant_hash'>

/** The tokens, and what is kept under their grants: consent, refresh token, codes. In one transaction, so that no renewal slips between. */
async function endAll(tx: Tx, rows: readonly Row[], why: TerminalEnd, now: number): Promise<number> {
  const grants = [...new Set(rows.map((row) => row.grant_hash))]
  if (grants.length === 0) return 0
  await tx.updateTable('terminal_token').set({ ended_at: now, ended_why: why }).where('grant_hash', 'in', grants).where('ended_at', 'is', null).execute()
  await tx.deleteFrom('oidc_record').where('grant_hash', 'in', grants).execute()
  await tx.deleteFrom('oidc_record').where('model', '=', 'Grant').where('id_hash', 'in', grants).execute()
  return new Set(rows.map((row) => row.family)).size
}

function fromRow(row: TerminalTokenTable): TerminalToken {
  return {
    id: row.family, person: row.person, via: row.thumbprint === '' ? 'bearer' : 'terminal', thumbprint: row.thumbprint, authenticator: row.authenticator,
    client: row.client, scopes: row.scope.split(' '), audience: row.audience, authTime: row.auth_time, acr: row.acr,
    createdAt: row.created_at, expiresAt: row.expires_at, signedInUntil: row.family_expires_at,
  }
}
