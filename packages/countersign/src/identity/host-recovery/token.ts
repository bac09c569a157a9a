/**
 * The link with which the one owner there is comes back after losing every key. Only whoever starts the server with the folder of
 * its keys can have it printed: once, for 15 minutes, and it works on that machine only.
 *
 * It is loud on purpose. Every channel tells the owner; the directory's entry is signed by the host and marked for ever; and every
 * terminal and auditor that pinned this installation refuses it until they have compared its fingerprint anew.
 */
import { keysOf, roleAt, type Directory, type NamedPerson } from '@countersign/proof'
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../../platform/store/tables.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import type { Room } from '../ports.ts'
import { hashSecret, newSecret, sameHash } from '../secrets.ts'
import type { From } from '../setup/token.ts'
import { isLoopback } from '../setup/token.ts'

export const hostRecoveryLifetime = 15 * 60_000

export interface HostRecoveryTokenTable {
  hash: string
  person: string
  created_at: number
  expires_at: number
}

declare module '../../platform/store/tables.ts' {
  interface Tables {
    host_recovery_token: HostRecoveryTokenTable
  }
}

export const hostRecoveryMigrations: Migration[] = [{ name: 'identity_1002_host_recovery', up: first }]

async function first(db: Kysely<Tables>): Promise<void> {
  await db.schema.createTable('host_recovery_token')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
}

/** A second owner with a key can start an ordinary recovery: then the host has no word here. */
export function soleOwner(directory: Directory | null): NamedPerson {
  const owners = [...(directory?.people.values() ?? [])].filter(({ id }) => directory && roleAt(directory, id, 'owner', '', directory.size) && keysOf(directory, id, directory.size).length > 0)
  const [owner, ...others] = owners
  if (owner && others.length === 0) return owner
  throw new IdentityError('host_recovery_refused', owner ? `There are ${owners.length} owners with keys here.` : 'There is no owner here.', owner ? 'Let another owner start the recovery under People.' : 'Use the set-up link.')
}

export async function issueHostRecovery(room: Room): Promise<{ token: string; person: NamedPerson; expiresAt: number }> {
  const { store, clock, random, ledger, notices } = room.ports
  const token = newSecret('recovery', random)
  return store.write(async (tx) => {
    const now = clock.now()
    const person = soleOwner(await room.directory.state(tx))
    const expiresAt = now + hostRecoveryLifetime
    await tx.deleteFrom('host_recovery_token').execute()
    await tx.insertInto('host_recovery_token').values({ hash: hashSecret(token), person: person.id, created_at: now, expires_at: expiresAt }).execute()
    await ledger.append(tx, { type: 'owner.recovery-offered', ids: { person: person.id }, details: { expires: expiresAt } })
    await notices?.tell(tx, { person: person.id, kind: 'host-recovery', details: { step: 'offered' } })
    return { token, person, expiresAt }
  })
}

/** In the transaction of each step. */
export async function checkHostRecovery(room: Room, db: Db | Tx, given: { token: string; from: From }): Promise<NamedPerson> {
  if (!isLoopback(given.from.address) || given.from.forwarded) {
    throw new IdentityError('setup_not_local', 'The recovery link works only in a browser on the machine where the server runs.', 'Open the link there, or forward the port over ssh.')
  }
  const row = await db.selectFrom('host_recovery_token').selectAll().executeTakeFirst()
  if (!row || !sameHash(row.hash, hashSecret(given.token)) || row.expires_at <= room.ports.clock.now()) {
    throw new IdentityError('invitation_invalid', 'This recovery link is not valid: it was used, has expired, or a newer one was printed.', 'Start the server with --recover-owner again.')
  }
  const person = soleOwner(await room.directory.state(db))
  if (person.id !== row.person) throw new IdentityError('invitation_invalid', 'The owner has changed since the link was printed.', 'Start the server with --recover-owner again.')
  return person
}
