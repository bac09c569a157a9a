/**
 * What a person allowed on the sign-in page: this terminal's key, from this session, for one exchange. Kept beside the library's grant
 * under the same id, because the library's grant has no place for the key and the session.
 */
import { z } from 'zod'
import type { Tx } from '../../platform/store/store.ts'
import { hashSecret } from '../secrets.ts'

const model = 'Consent'

const consentSchema = z.object({
  person: z.string(),
  session: z.string(),
  authenticator: z.string(),
  thumbprint: z.string(),
  client: z.string(),
  authTime: z.number(),
})

export type Consent = z.output<typeof consentSchema>

export async function saveConsent(tx: Tx, grantId: string, consent: Consent, expiresAt: number): Promise<void> {
  const hash = hashSecret(grantId)
  const payload = JSON.stringify(consent)
  const row = { model, id_hash: hash, uid_hash: null, grant_hash: hash, payload, consumed_at: null, expires_at: expiresAt }
  await tx.insertInto('oidc_record').values(row).execute()
}

export async function loadConsent(tx: Tx, grantId: string, now: number): Promise<Consent | undefined> {
  const rows = tx.selectFrom('oidc_record').selectAll().where('model', '=', model)
  const row = await rows.where('id_hash', '=', hashSecret(grantId)).executeTakeFirst()
  return row && row.expires_at > now ? consentSchema.parse(JSON.parse(row.payload)) : undefined
}
