/** The tokens of terminals: listed, and ended. Where they come from is oidc/access-tokens.ts. */
import type { Clock } from '../../platform/clock.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import { hashSecret } from '../secrets.ts'
import type { TerminalTokenTable } from '../tables.ts'

export const tokenLifetime = 8 * 60 * 60_000

export type TerminalToken = {
  /** `tok_` */
  id: string
  person: string
  /** Of the DPoP key, RFC 7638. */
  thumbprint: string
  /** The authenticator of the session in which the terminal was let in. */
  authenticator: string
  client: string
  authTime: number
  createdAt: number
  expiresAt: number
}

export type TerminalEnd = 'signed-out' | 'ended-by-owner' | 'authenticator-revoked' | 'code-replayed' | 'reported'

/** undefined: unknown, or ended. It may have expired. */
export async function findToken(db: Db | Tx, accessToken: string): Promise<TerminalToken | undefined> {
  const rows = db.selectFrom('terminal_token').selectAll().where('secret_hash', '=', hashSecret(accessToken))
  const row = await rows.where('ended_at', 'is', null).executeTakeFirst()
  return row && fromRow(row)
}

/** Live tokens of a person, newest first. */
export async function listTokens({ store, clock }: { store: Store; clock: Clock }, person: string): Promise<TerminalToken[]> {
  return await store.read(async (db) => {
    const rows = db.selectFrom('terminal_token').selectAll().where('person', '=', person).where('ended_at', 'is', null)
    return (await rows.where('expires_at', '>', clock.now()).orderBy('id', 'desc').execute()).map(fromRow)
  })
}

/** Ends one token of this person; true if it was there. */
export async function endToken(tx: Tx, given: { id: string; person: string; why: TerminalEnd; now: number }): Promise<boolean> {
  const result = await tx.updateTable('terminal_token').set({ ended_at: given.now, ended_why: given.why })
    .where('id', '=', given.id).where('person', '=', given.person).where('ended_at', 'is', null).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** A revoked key takes the terminals with it that were let in from its sessions. */
export async function endTokensOfAuthenticator(tx: Tx, authenticator: string, now: number): Promise<void> {
  await tx.updateTable('terminal_token').set({ ended_at: now, ended_why: 'authenticator-revoked' satisfies TerminalEnd })
    .where('authenticator', '=', authenticator).where('ended_at', 'is', null).execute()
}

/** A person said that a request was not theirs: whoever holds that terminal's key is signed out. Answers how many tokens ended. */
export async function endTokensOfKey(tx: Tx, given: { person: string; thumbprint: string; now: number }): Promise<number> {
  const result = await tx.updateTable('terminal_token').set({ ended_at: given.now, ended_why: 'reported' satisfies TerminalEnd })
    .where('person', '=', given.person).where('thumbprint', '=', given.thumbprint).where('ended_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows)
}

function fromRow(row: TerminalTokenTable): TerminalToken {
  return {
    id: row.id, person: row.person, thumbprint: row.thumbprint, authenticator: row.authenticator, client: row.client,
    authTime: row.auth_time, createdAt: row.created_at, expiresAt: row.expires_at,
  }
}
