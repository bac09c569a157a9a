/**
 * What cannot be backed up is not backed up: BS without BE is illegal (WebAuthn section 7.2, step 19).
 *
 * No conforming authenticator writes it, so whatever did is not what it claims to be.
 */
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkBackupState({ data }: Given): void {
  if (data.backedUp && !data.backupEligible) {
    throw new ProofError('assertion_backup_state', 'the key says that it is backed up and that it cannot be (BS without BE)')
  }
}
