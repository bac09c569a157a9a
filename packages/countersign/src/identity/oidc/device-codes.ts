/**
 * Device codes (RFC 8628): found by the terminal with its secret, and by a person with the code they type. Both are kept as hashes.
 *
 * Who asks sooner than the interval is told to slow down (section 3.5). What a person decided is written by devices.ts, onto the row as it
 * was read: of two answers one counts.
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Tx } from '../../platform/store/store.ts'
import type { Room } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import type { OidcErrors } from './adapter.ts'
import { withoutId } from './payload.ts'

const model = 'DeviceCode'

/** Milliseconds; the terminal is told the same in seconds. Half a second of grace: a network is not a clock. */
export const pollInterval = 5_000
const grace = 500

export type DeviceInfo = { thumbprint: string; address: string; agent: string; startedAt: number }
export type DeviceRecord = { idHash: string; payload: AdapterPayload; text: string; expiresAt: number }

/** Letters only, whatever else was typed between them. */
export function canonicalUserCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '')
}

export function deviceCodes({ ports }: Room, records: Adapter, { SlowDown }: Pick<OidcErrors, 'SlowDown'>): Adapter {
  const { store, clock } = ports
  return {
    ...records,
    async upsert(id, payload, expiresIn) {
      const expires_at = clock.now() + (expiresIn ?? 0) * 1000
      const uid_hash = payload.userCode ? hashSecret(canonicalUserCode(payload.userCode)) : null
      const row = { model, id_hash: hashSecret(id), uid_hash, grant_hash: null, payload: withoutId(payload), consumed_at: null, expires_at }
      await store.write((tx) => tx.insertInto('oidc_record').values(row).execute())
    },
    async find(id) {
      const answer = await store.write((tx) => poll(tx, hashSecret(id), clock.now()))
      if (answer === 'too-soon') throw new SlowDown()
      return answer && { ...answer, jti: id }
    },
  }
}

async function poll(tx: Tx, idHash: string, now: number): Promise<AdapterPayload | 'too-soon' | undefined> {
  const row = await tx.selectFrom('oidc_record').selectAll().where('model', '=', model).where('id_hash', '=', idHash).executeTakeFirst()
  if (!row) return undefined
  const { polledAt = 0, ...payload } = JSON.parse(row.payload) as AdapterPayload & { polledAt?: number }
  if (row.consumed_at !== null) return { ...payload, consumed: Math.floor(row.consumed_at / 1000) }
  // By our clock, not the library's: it then says expired_token.
  if (row.expires_at <= now) return { ...payload, exp: 1 }
  if (now - polledAt < pollInterval - grace && payload.accountId === undefined && payload['error'] === undefined) return 'too-soon'
  await tx.updateTable('oidc_record').set({ payload: JSON.stringify({ ...payload, polledAt: now }) }).where('model', '=', model).where('id_hash', '=', idHash).execute()
  return payload
}

/** The live record of a code that somebody typed: not expired, not decided. */
export async function findDevice(tx: Tx, typed: string, now: number): Promise<DeviceRecord | undefined> {
  const rows = tx.selectFrom('oidc_record').selectAll().where('model', '=', model).where('uid_hash', '=', hashSecret(canonicalUserCode(typed)))
  const row = await rows.where('expires_at', '>', now).where('consumed_at', 'is', null).executeTakeFirst()
  if (!row) return undefined
  const payload = JSON.parse(row.payload) as AdapterPayload
  if (payload.accountId !== undefined || payload['error'] !== undefined) return undefined
  return { idHash: row.id_hash, payload, text: row.payload, expiresAt: row.expires_at }
}

/** True for the first that answers. */
export async function answerDevice(tx: Tx, { idHash, text, payload }: DeviceRecord, answer: Partial<AdapterPayload> & Record<string, unknown>, grantId: string | null): Promise<boolean> {
  const result = await tx.updateTable('oidc_record').set({ payload: JSON.stringify({ ...payload, ...answer }), grant_hash: grantId === null ? null : hashSecret(grantId) })
    .where('model', '=', model).where('id_hash', '=', idHash).where('payload', '=', text).executeTakeFirst()
  return result.numUpdatedRows === 1n
}
