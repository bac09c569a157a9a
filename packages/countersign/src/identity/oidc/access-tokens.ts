/**
 * Where the library's access tokens go: our own table, where a terminal can be listed and ended, and where a request finds it.
 *
 * A token is stored only if somebody allowed it, for this very client and key, and the authenticator they signed in with is still there and
 * they are still a member. All of that is read in the transaction that stores it; the library has checked the code or refresh token, the
 * verifier and the proof before.
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { holderIn } from '../holder.ts'
import type { Room } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import type { OidcErrors } from './adapter.ts'
import { loadConsent, type Consent } from './consent.ts'
import { endFamily } from './families.ts'
import { withoutId } from './payload.ts'

export function accessTokens(room: Room, InvalidGrant: OidcErrors['InvalidGrant']): Adapter {
  const { store, clock, random, ledger } = room.ports

  async function allowed(tx: Tx, payload: AdapterPayload): Promise<{ consent: Consent; expiresAt: number }> {
    const found = payload.grantId ? await loadConsent(tx, payload.grantId, clock.now()) : undefined
    if (!found || found.consent.person !== payload.accountId || found.consent.clientId !== payload.clientId) throw new InvalidGrant('nobody allowed this terminal')
    if ((payload.jkt ?? '') !== found.consent.thumbprint) throw new InvalidGrant('this is not the key that was allowed')
    if (!(await holderIn(room, tx, found.consent))) throw new InvalidGrant('the key or the person that allowed this terminal was removed')
    return found
  }

  return {
    async upsert(secret, payload, expiresIn) {
      await store.write(async (tx) => {
        const { consent, expiresAt } = await allowed(tx, payload)
        const { person, session, authenticator, thumbprint, client, authTime, acr, amr, by } = consent
        const now = clock.now()
        const id = newId('tok', clock, random)
        const grantHash = hashSecret(payload.grantId ?? '')
        const earlier = await tx.selectFrom('terminal_token').select('family').where('grant_hash', '=', grantHash).executeTakeFirst()
        const family = earlier?.family ?? id
        await tx.insertInto('terminal_token').values({
          id, secret_hash: hashSecret(secret), person, session, authenticator, thumbprint, client, auth_time: authTime, created_at: now,
          expires_at: Math.min(now + (expiresIn ?? 0) * 1000, expiresAt), ended_at: null, ended_why: null, grant_hash: grantHash,
          payload: withoutId(payload), family, family_expires_at: expiresAt, scope: payload.scope ?? '', audience: audienceOf(payload), acr, amr: amr.join(' '),
        }).execute()
        const details = { thumbprint, session, client, by, audience: audienceOf(payload), scope: payload.scope ?? '' }
        await ledger.append(tx, { type: earlier ? 'terminal.renewed' : 'terminal.signed-in', ids: { person, token: family }, details })
      })
    },
    async find(secret) {
      return await store.read(async (db) => {
        const row = await db.selectFrom('terminal_token').selectAll().where('secret_hash', '=', hashSecret(secret)).executeTakeFirst()
        if (!row || row.ended_at !== null || row.expires_at <= clock.now() || !(await holderIn(room, db, row))) return undefined
        const payload: AdapterPayload = JSON.parse(row.payload)
        return { ...payload, jti: secret }
      })
    },
    // Revoking an access token ends the sign-in: a refresh token that lived on would make the next one (RFC 7009 section 2.1).
    destroy: (secret) => store.write(async (tx) => {
      const row = await tx.selectFrom('terminal_token').select('grant_hash').where('secret_hash', '=', hashSecret(secret)).executeTakeFirst()
      if (row) await endFamily(room, tx, row.grant_hash, 'signed-out')
    }),
    revokeByGrantId: (grantId) => store.write((tx) => endFamily(room, tx, hashSecret(grantId), 'replayed')),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => undefined,
  }
}

function audienceOf({ aud }: AdapterPayload): string {
  return typeof aud === 'string' ? aud : (aud?.join(' ') ?? '')
}
