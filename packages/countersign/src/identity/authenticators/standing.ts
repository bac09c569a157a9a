/**
 * Which keys count: those that the replayed directory says stand now.
 *
 * The adversary writes to the database. The table of authenticators is a quick copy, so a row in it counts for nothing by
 * itself: one that the directory does not know, knows otherwise, or has revoked is as if it were not there. What a signature is
 * checked with (public key, algorithm, backup state, owner) is the directory's own; the row adds the counter and the last use.
 */
import { sitesAt } from '@countersign/proof'
import type { Directory, DirectoryKey } from '@countersign/proof'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { DirectoryStore } from '../directory/directory.ts'
import { findAuthenticator, findCredential, rowsOf, type Authenticator } from './authenticators.ts'

export interface Standing {
  find(db: Db | Tx, credentialId: string): Promise<Authenticator | undefined>
  /** By the id of the authenticator, `aut_`. */
  get(db: Db | Tx, id: string): Promise<Authenticator | undefined>
  /** The keys a person can use now, oldest first. */
  of(db: Db | Tx, person: string): Promise<Authenticator[]>
  /** Whether the directory knows the credential as one that was revoked. */
  revoked(db: Db | Tx, credentialId: string): Promise<boolean>
}

export function createStanding(directory: Pick<DirectoryStore, 'state'>): Standing {
  return {
    async find(db, credentialId) {
      const state = await directory.state(db)
      return standing(state, await findCredential(db, credentialId))
    },
    async get(db, id) {
      const state = await directory.state(db)
      return standing(state, await findAuthenticator(db, id))
    },
    async of(db, person) {
      const state = await directory.state(db)
      return (await rowsOf(db, person)).flatMap((row) => standing(state, row) ?? [])
    },
    async revoked(db, credentialId) {
      const entered = (await directory.state(db))?.keys.get(credentialId)
      return entered !== undefined && entered.until !== null
    },
  }
}

function standing(state: Directory | null, row: Authenticator | undefined): Authenticator | undefined {
  const entered = row && state?.keys.get(row.credential.id)
  if (!row || !entered || row.revokedAt !== null || entered.until !== null || !sameKey(row, entered)) return undefined
  // An address that was given up can be anybody's tomorrow: its keys open nothing and sign nothing.
  if (!state || !sitesAt(state, state.size).some(({ rpId }) => rpId === entered.rpId)) return undefined
  const { person, label, credential, demonstration, probationUntil, rpId, attestationRoot } = entered
  return { ...row, person, label, credential, demonstration, probationUntil, rpId, attestationRoot, via: entered.from === 1 ? 'genesis' : 'registration' }
}

function sameKey(row: Authenticator, entered: DirectoryKey): boolean {
  return row.id === entered.authenticator && row.person === entered.person
    && row.credential.publicKey === entered.credential.publicKey && row.credential.alg === entered.credential.alg
}
