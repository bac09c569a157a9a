/**
 * BE is fixed at registration and never changes (WebAuthn sections 6.1.3 and 7.2, step 20).
 *
 * A key that was registered as bound to one device and now may be copied is another key, or was never what it said.
 */
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkBackupEligibility({ data, key }: Given): void {
  if (data.backupEligible !== key.backupEligible) {
    throw new ProofError('assertion_backup_eligibility', 'the key differs from its registration in whether it can be backed up (BE)')
  }
}
