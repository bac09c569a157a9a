/**
 * Authenticator apps: their rows, and which of them count.
 *
 * As with keys, a row proves nothing: whoever writes to the database can make one. An app counts when the replayed directory says that
 * it stands, for this person; the row adds the sealed seed and the last use. A row that waits for a voucher (`pending`) counts nowhere.
 */
import type { Db, Tx } from '../../platform/store/store.ts'
import type { DirectoryStore } from '../directory/directory.ts'
import type { TotpAuthenticatorTable } from '../tables.ts'

export type App = {
  /** `aut_` */
  id: string
  person: string
  label: string
  kind: 'totp'
  createdAt: number
  lastUsedAt: number | null
}

/** Enrolled by its person, and not vouched for yet. */
export type PendingApp = Omit<App, 'lastUsedAt'> & {
  /** What the person sees and tells whoever vouches: twelve characters, as `formatCode` writes them. */
  fingerprint: string
  /** Which terminal it was set up from, in words; "" for a browser. Such a one is vouched for by its fingerprint, by its person too. */
  fromTerminal: string
}

export type SealedApp = App & { sealedSeed: string }

export interface Apps {
  /** Those that a person can use now, oldest first. */
  of(db: Db | Tx, person: string): Promise<SealedApp[]>
  get(db: Db | Tx, id: string): Promise<SealedApp | undefined>
  /** Those that wait for a voucher: of one person, or of everybody. */
  pending(db: Db | Tx, person?: string): Promise<PendingApp[]>
}

/** A person who waits that long begins again. */
export const pendingLasts = 7 * 24 * 60 * 60_000

export function createApps(directory: Pick<DirectoryStore, 'state'>, clock: { now(): number }): Apps {
  const standing = async (db: Db | Tx, rows: TotpAuthenticatorTable[]): Promise<SealedApp[]> => {
    const state = await directory.state(db)
    return rows.flatMap((row) => {
      const entered = state?.totps.get(row.id)
      if (!entered || entered.until !== null || entered.person !== row.person || row.revoked_at !== null) return []
      return [{ ...appOf(row), label: entered.label, lastUsedAt: row.last_used_at, sealedSeed: row.sealed_seed }]
    })
  }
  return {
    of: async (db, person) => standing(db, await db.selectFrom('totp_authenticator').selectAll().where('person', '=', person).orderBy('id').execute()),
    get: async (db, id) => (await standing(db, await db.selectFrom('totp_authenticator').selectAll().where('id', '=', id).execute()))[0],
    async pending(db, person) {
      const state = await directory.state(db)
      const all = db.selectFrom('totp_authenticator').selectAll().where('vouched_at', 'is', null).where('revoked_at', 'is', null)
        .where('created_at', '>', clock.now() - pendingLasts).orderBy('id')
      const rows = await (person === undefined ? all : all.where('person', '=', person)).execute()
      return rows.filter((row) => !state?.totps.has(row.id)).map((row) => ({ ...appOf(row), fingerprint: row.fingerprint, fromTerminal: row.from_terminal }))
    },
  }
}

export async function insertApp(tx: Tx, given: Omit<PendingApp, 'kind'> & { sealedSeed: string }): Promise<void> {
  await tx.insertInto('totp_authenticator').values({
    id: given.id, person: given.person, label: given.label, sealed_seed: given.sealedSeed, fingerprint: given.fingerprint,
    vouched_at: null, created_at: given.createdAt, last_used_at: null, revoked_at: null, from_terminal: given.fromTerminal,
  }).execute()
}

/** One at a time: whoever stole a terminal does not fill what a person may have with apps of their own. */
export async function dropFromTerminals(tx: Tx, person: string): Promise<void> {
  await tx.deleteFrom('totp_authenticator').where('person', '=', person).where('vouched_at', 'is', null).where('revoked_at', 'is', null).where('from_terminal', '!=', '').execute()
}

/** Those of a person that nobody has vouched for. */
export async function dropUnvouched(tx: Tx, person: string): Promise<void> {
  await tx.deleteFrom('totp_authenticator').where('person', '=', person).where('vouched_at', 'is', null).where('revoked_at', 'is', null).execute()
}

export async function markVouched(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('totp_authenticator').set({ vouched_at: now }).where('id', '=', id).execute()
}

/** The seed goes with it: what is removed can not be opened later. */
export async function markAppRevoked(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('totp_authenticator').set({ revoked_at: now, sealed_seed: '' }).where('id', '=', id).execute()
}

export async function markAppUsed(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable('totp_authenticator').set({ last_used_at: now }).where('id', '=', id).execute()
}

function appOf(row: TotpAuthenticatorTable): Omit<App, 'lastUsedAt'> {
  return { id: row.id, person: row.person, label: row.label, kind: 'totp', createdAt: row.created_at }
}
