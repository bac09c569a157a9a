/**
 * Entry 0: the first owner's key signs itself into the directory, with the ledger key and the policy that it begins with.
 *
 * Proves possession only. That this is the genesis one meant is what a trust file says.
 */
import { verifyCountersigned } from '../countersigned.ts'
import { ProofError } from '../errors.ts'
import { isLedgerKeyOf } from '../ledger/vkey.ts'
import type { GenesisSubject } from '../types/subject.ts'
import type { Change, Step } from './change.ts'
import { enter, enteringKey } from './enter-key.ts'

export async function enterGenesis({ draft, entry, subject, subjectDigest }: Step<GenesisSubject>): Promise<Change> {
  const { rpId, origins, person, credential } = subject
  if (!(await isLedgerKeyOf(subject.instance, subject.ledgerKey))) {
    throw new ProofError('key_invalid', 'the ledger key of genesis is no Ed25519 key of this ledger')
  }
  const [countersignature, ...others] = entry.countersignatures
  if (countersignature === undefined || others.length > 0) {
    throw new ProofError('directory_signers', 'genesis has not exactly one countersignature, of its own key')
  }
  const key = enteringKey(subject, credential.id, 1)
  const named = { ...draft, instance: subject.instance }
  const entering = { key, rpId, origins }
  const signer = await verifyCountersigned({ countersignature, subjectDigest, directory: named, until: 0, roles: ['genesis'], entering })

  const { demonstration } = key
  const apply = (): void => {
    draft.instance = subject.instance
    draft.org = subject.org
    draft.policy = subject.policy
    enter(draft, subject, key)
    draft.roles.push({ from: 1, until: null, demonstration, person: person.id, role: 'owner', scope: '' })
    draft.ledgerKeys.push({ from: 1, until: null, demonstration, key: subject.ledgerKey })
    draft.relyingParties.push({ from: 1, until: null, demonstration, rpId, origins })
  }
  return { signers: [signer], apply }
}
