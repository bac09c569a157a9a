/** What the server knows of a person goes when they are removed; what was signed and recorded stays. In the transaction of the removal. */
import type { Tx } from '../../platform/store/store.ts'
import { removeProfile } from './profiles.ts'

export async function forgetPerson(tx: Tx, person: string, now: number): Promise<void> {
  await removeProfile(tx, person)
  await tx.deleteFrom('password').where('person', '=', person).execute()
  await tx.deleteFrom('recovery_code').where('person', '=', person).execute()
  await tx.updateTable('totp_authenticator').set({ revoked_at: now, sealed_seed: '' }).where('person', '=', person).where('revoked_at', 'is', null).execute()
}
