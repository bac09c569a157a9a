/**
 * What a person allowed: this terminal's key, from this session, until then. Kept beside the library's grant under the same id, because the
 * library's grant has no place for the key and the session. Every token that is made of the grant is checked against it, the renewed ones
 * too; when the sign-in ends it is deleted, and nothing can be made any more.
 */
import { z } from 'zod'
import type { Db, Tx } from '../../platform/store/store.ts'
import { hashSecret } from '../secrets.ts'
import { acrValues } from './assurance.ts'

const model = 'Consent'

const consentSchema = z.object({
  person: z.string(),
  session: z.string(),
  authenticator: z.string(),
  /** Of the OAuth client. */
  clientId: z.string(),
  /** "" for a bearer token. */
  thumbprint: z.string(),
  /** What the terminal calls itself. */
  client: z.string(),
  authTime: z.number(),
  acr: z.enum(acrValues),
  amr: z.array(z.string()),
  /** How it was asked for: over a redirect, or with a code that somebody typed. */
  by: z.enum(['redirect', 'device']),
})

export type Consent = z.output<typeof consentSchema>

/** `expiresAt`: when the sign-in ends, however often it is renewed. */
export async function saveConsent(tx: Tx, grantId: string, consent: Consent, expiresAt: number): Promise<void> {
  const hash = hashSecret(grantId)
  const payload = JSON.stringify(consent)
  const row = { model, id_hash: hash, uid_hash: null, grant_hash: hash, payload, consumed_at: null, expires_at: expiresAt }
  await tx.insertInto('oidc_record').values(row).execute()
}

export async function loadConsent(db: Db | Tx, grantId: string, now: number): Promise<{ consent: Consent; expiresAt: number } | undefined> {
  const rows = db.selectFrom('oidc_record').selectAll().where('model', '=', model)
  const row = await rows.where('id_hash', '=', hashSecret(grantId)).executeTakeFirst()
  return row && row.expires_at > now ? { consent: consentSchema.parse(JSON.parse(row.payload)), expiresAt: row.expires_at } : undefined
}
