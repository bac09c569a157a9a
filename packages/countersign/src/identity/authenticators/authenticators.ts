/**
 * Rows of keys: the quick copy of what the directory says, and the server's own knowledge of each (counter, last use).
 *
 * A row proves nothing: whoever can write to the database can make one. Which keys count is said by standing.ts alone.
 *
 * Reads take the transaction of the effect where there is one, so that a key revoked a moment ago does not count.
 */
import type { Credential } from '@countersign/proof'
import { preparedChange, preparedQuery } from '../../platform/store/prepared.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { AuthenticatorTable } from '../tables.ts'

export type Authenticator = {
  /** `aut_` */
  id: string
  person: string
  label: string
  credential: Credential
  demonstration: boolean
  signCount: number
  /** How it came in: the rule for newly added keys reads this with `createdAt`. */
  via: 'genesis' | 'registration'
  createdAt: number
  lastUsedAt: number | null
  revokedAt: number | null
  /** The host name that it was made for, as the directory says; "" in a row that stands for nothing by itself. */
  rpId: string
  /** Digest of the root to which its attestation was verified, as the directory says; "" where it is claimed. */
  attestationRoot: string
  /** ms; before it the key does not count for what is grave. null where it never was on probation. Said by the directory alone. */
  probationUntil: number | null
}

export type NewAuthenticator = Pick<Authenticator, 'id' | 'person' | 'label' | 'credential' | 'demonstration' | 'signCount' | 'via' | 'createdAt'> & {
  attestation: { format: string; digest: string; object: string }
  /** Credential id that vouched; "" for genesis. */
  vouchedBy: string
}

export async function insertAuthenticator(tx: Tx, given: NewAuthenticator): Promise<void> {
  const { credential, attestation } = given
  await tx.insertInto('authenticator').values({
    id: given.id,
    person: given.person,
    label: given.label,
    credential_id: credential.id,
    alg: credential.alg,
    public_key: credential.publicKey,
    aaguid: credential.aaguid,
    backup_eligible: Number(credential.backupEligible),
    backed_up: Number(credential.backedUp),
    transports: JSON.stringify(credential.transports),
    attestation_format: attestation.format,
    attestation_digest: attestation.digest,
    attestation_object: attestation.object,
    demonstration: Number(given.demonstration),
    sign_count: given.signCount,
    via: given.via,
    vouched_by: given.vouchedBy,
    created_at: given.createdAt,
    last_used_at: null,
    revoked_at: null,
  }).execute()
}

/** Whoever's it is and whether or not it was revoked; the caller decides what that means. */
export async function findCredential(db: Db | Tx, credentialId: string): Promise<Authenticator | undefined> {
  const [row] = await byCredential(db, { credentialId })
  return row && fromRow(row)
}

const byCredential = preparedQuery<{ credentialId: string }, AuthenticatorTable>((db, value) => db.selectFrom('authenticator').selectAll().where('credential_id', '=', value('credentialId')))

export async function findAuthenticator(db: Db | Tx, id: string): Promise<Authenticator | undefined> {
  const row = await db.selectFrom('authenticator').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

/** A person's rows that are not marked as revoked, oldest first. */
export async function rowsOf(db: Db | Tx, person: string): Promise<Authenticator[]> {
  const rows = await db.selectFrom('authenticator').selectAll().where('person', '=', person).where('revoked_at', 'is', null).orderBy('id').execute()
  return rows.map(fromRow)
}

/**
 * WebAuthn level 3 section 7.2 step 22: a counter that does not go up may be a copied key. Zero on both sides is a key without one.
 * 'regressed' changes nothing; the caller records it and refuses.
 */
export async function recordUse(tx: Tx, given: { id: string; signCount: number; now: number }): Promise<'ok' | 'regressed'> {
  const used = given.signCount === 0 ? await usedWithout(tx, given) : await counted(tx, given)
  return used === 1 ? 'ok' : 'regressed'
}

const usedWithout = preparedChange<{ id: string; now: number }>((db, value) =>
  db.updateTable('authenticator').set({ last_used_at: value('now') }).where('id', '=', value('id')).where('sign_count', '=', 0))

const counted = preparedChange<{ id: string; signCount: number; now: number }>((db, value) =>
  db.updateTable('authenticator').set({ sign_count: value('signCount'), last_used_at: value('now') }).where('id', '=', value('id')).where('sign_count', '<', value('signCount')))

export async function markRevoked(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('authenticator').set({ revoked_at: now }).where('id', '=', id).where('revoked_at', 'is', null).execute()
}

function fromRow(row: AuthenticatorTable): Authenticator {
  return {
    id: row.id, person: row.person, label: row.label, demonstration: row.demonstration === 1, signCount: row.sign_count,
    via: row.via === 'genesis' ? 'genesis' : 'registration', createdAt: row.created_at, lastUsedAt: row.last_used_at, revokedAt: row.revoked_at,
    probationUntil: null, rpId: '', attestationRoot: '',
    credential: {
      id: row.credential_id, alg: row.alg === -7 ? -7 : row.alg === -8 ? -8 : -257, publicKey: row.public_key, aaguid: row.aaguid,
      backupEligible: row.backup_eligible === 1, backedUp: row.backed_up === 1, transports: JSON.parse(row.transports),
    },
  }
}
