/**
 * Storage for oidc-provider, on our store. The library's ids of codes, interactions and tokens are bearer secrets, and it puts them into
 * its records again: rows are found by SHA-256 of the id, and the id is taken out of what is stored.
 *
 * Two things are stricter than the library asks for. A code is consumed by a conditional update, so that two exchanges at once cannot both
 * succeed; and an access token is stored only if it is bound to the very key and the live authenticator that its consent names.
 */
import type { Adapter, AdapterPayload, errors } from 'oidc-provider'
import type { Tx } from '../../platform/store/store.ts'
import type { Room } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import type { OidcRecordTable } from '../tables.ts'
import { accessTokens } from './access-tokens.ts'
import { deviceCodes } from './device-codes.ts'
import { withoutId } from './payload.ts'
import { refreshTokens } from './refresh-tokens.ts'

/** The library's error classes, handed in: importing the library prints (quiet.ts). */
export type OidcErrors = typeof errors

export function createAdapter(context: Room, errors: OidcErrors, model: string): Adapter {
  const { InvalidGrant } = errors
  if (model === 'Session') return noSessions
  if (model === 'AccessToken') return accessTokens(context, InvalidGrant)
  const kept = records(context, InvalidGrant, model)
  if (model === 'RefreshToken') return refreshTokens(context, kept, InvalidGrant)
  if (model === 'DeviceCode') return deviceCodes(context, kept, errors)
  return kept
}

/** The library's own sign-in session does not exist: the console's session is the only one, and it is asked each time. */
const noSessions: Adapter = {
  upsert: async () => undefined, find: async () => undefined, findByUid: async () => undefined, findByUserCode: async () => undefined,
  consume: async () => undefined, destroy: async () => undefined, revokeByGrantId: async () => undefined,
}

function records({ ports }: Room, InvalidGrant: OidcErrors['InvalidGrant'], model: string): Adapter {
  const { store, clock } = ports
  const find = async (column: 'id_hash' | 'uid_hash', id: string): Promise<AdapterPayload | undefined> => {
    const row = await store.read((db) =>
      db.selectFrom('oidc_record').selectAll().where('model', '=', model).where(column, '=', hashSecret(id)).executeTakeFirst())
    if (!row || row.expires_at <= clock.now()) return undefined
    const payload: AdapterPayload = JSON.parse(row.payload)
    const consumed = row.consumed_at === null ? {} : { consumed: Math.floor(row.consumed_at / 1000) }
    return { ...payload, ...(column === 'id_hash' ? { jti: id } : {}), ...consumed }
  }
  return {
    async upsert(id, payload, expiresIn) {
      const row = {
        model,
        id_hash: hashSecret(id),
        uid_hash: payload.uid ? hashSecret(payload.uid) : null,
        grant_hash: payload.grantId ? hashSecret(payload.grantId) : null,
        payload: withoutId(payload),
        consumed_at: null,
        expires_at: clock.now() + (expiresIn ?? 0) * 1000,
      }
      await store.write((tx) => (model === 'ReplayDetection' ? insertOnce(tx, row, InvalidGrant) : insertOrReplace(tx, row)))
    },
    find: (id) => find('id_hash', id),
    findByUid: (uid) => find('uid_hash', uid),
    findByUserCode: async () => undefined,
    async consume(id) {
      await store.write(async (tx) => {
        const result = await tx.updateTable('oidc_record').set({ consumed_at: clock.now() })
          .where('model', '=', model).where('id_hash', '=', hashSecret(id)).where('consumed_at', 'is', null).executeTakeFirst()
        if (result.numUpdatedRows !== 1n) throw new InvalidGrant('already consumed')
      })
    },
    async destroy(id) {
      await store.write((tx) =>
        tx.deleteFrom('oidc_record').where('model', '=', model).where('id_hash', '=', hashSecret(id)).execute())
    },
    async revokeByGrantId(grantId) {
      await store.write((tx) =>
        tx.deleteFrom('oidc_record').where('model', '=', model).where('grant_hash', '=', hashSecret(grantId)).execute())
    },
  }
}

async function insertOrReplace(tx: Tx, row: OidcRecordTable): Promise<void> {
  const insert = tx.insertInto('oidc_record').values(row)
  await insert.onConflict((conflict) => conflict.columns(['model', 'id_hash']).doUpdateSet(row)).execute()
}

/** The library looks first and writes then; of two that looked at once the second is refused here. */
async function insertOnce(tx: Tx, row: OidcRecordTable, InvalidGrant: OidcErrors['InvalidGrant']): Promise<void> {
  const insert = tx.insertInto('oidc_record').values(row)
  const result = await insert.onConflict((conflict) => conflict.columns(['model', 'id_hash']).doNothing()).executeTakeFirst()
  if (result.numInsertedOrUpdatedRows !== 1n) throw new InvalidGrant('DPoP proof JWT Replay detected')
}
