/**
 * Where the library's access tokens go: our own table, where a terminal can be listed and ended, and where a request finds it.
 *
 * A token is stored only if somebody allowed it, for this very key, and the authenticator they signed in with is still there. All of that is
 * read in the transaction that stores it; the library has checked the code, the verifier and the proof before.
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import type { Room } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import type { OidcErrors } from './adapter.ts'
import { loadConsent, type Consent } from './consent.ts'
import { withoutId } from './payload.ts'

export function accessTokens({ ports, standing }: Room, InvalidGrant: OidcErrors['InvalidGrant']): Adapter {
  const { store, clock, random, ledger } = ports

  async function allowed(tx: Tx, payload: AdapterPayload): Promise<Consent> {
    const consent = payload.grantId ? await loadConsent(tx, payload.grantId, clock.now()) : undefined
    if (!consent || consent.person !== payload.accountId) throw new InvalidGrant('nobody allowed this terminal')
    if (!payload.jkt || payload.jkt !== consent.thumbprint) throw new InvalidGrant('this is not the key that was allowed')
    const key = await standing.get(tx, consent.authenticator)
    if (key?.person !== consent.person) throw new InvalidGrant('the key that allowed this terminal was removed')
    return consent
  }

  async function end(tx: Tx, column: 'secret_hash' | 'grant_hash', secret: string, why: string): Promise<void> {
    const tokens = tx.updateTable('terminal_token').set({ ended_at: clock.now(), ended_why: why })
    await tokens.where(column, '=', hashSecret(secret)).where('ended_at', 'is', null).execute()
  }

  return {
    async upsert(secret, payload, expiresIn) {
      await store.write(async (tx) => {
        const { person, session, authenticator, thumbprint, client, authTime } = await allowed(tx, payload)
        const now = clock.now()
        const id = newId('tok', clock, random)
        await tx.insertInto('terminal_token').values({
          id, secret_hash: hashSecret(secret), person, session, authenticator, thumbprint, client, auth_time: authTime,
          created_at: now, expires_at: now + (expiresIn ?? 0) * 1000, ended_at: null, ended_why: null,
          grant_hash: hashSecret(payload.grantId ?? ''), payload: withoutId(payload),
        }).execute()
        await ledger.append(tx, { type: 'terminal.signed-in', ids: { person, token: id }, details: { thumbprint, session, client } })
      })
    },
    async find(secret) {
      const row = await store.read((db) =>
        db.selectFrom('terminal_token').selectAll().where('secret_hash', '=', hashSecret(secret)).executeTakeFirst())
      if (!row || row.ended_at !== null || row.expires_at <= clock.now()) return undefined
      const payload: AdapterPayload = JSON.parse(row.payload)
      return { ...payload, jti: secret }
    },
    destroy: (secret) => store.write((tx) => end(tx, 'secret_hash', secret, 'signed-out')),
    revokeByGrantId: (grantId) => store.write((tx) => end(tx, 'grant_hash', grantId, 'code-replayed')),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => undefined,
  }
}
