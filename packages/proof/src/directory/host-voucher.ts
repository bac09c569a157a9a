/**
 * A sole owner who has lost every key: nobody is left who could vouch, so the host does, with the ledger key.
 *
 * Whoever takes the server over holds that key, so this word makes nobody a member and splits no quorum: it is only for the
 * person who owns the organisation alone. And it is loud: a trust file has to name the head after it (`trust_recovery`), so
 * every pinned terminal refuses until somebody has compared the fingerprint again.
 */
import { ProofError } from '../errors.ts'
import type { Signer } from '../signer/signer.ts'
import type { RegistrationSubject } from '../types/subject.ts'
import type { Draft } from './draft.ts'
import { otherOwnerWithKey } from './last-owner.ts'
import { roleAt } from './moments.ts'

const refused = (why: string): ProofError => new ProofError('directory_voucher', `it is not vouched for: ${why}`)

/** Answers whether the role of the owner rests on a demonstration. @throws directory_voucher */
export function checkHostVoucher(draft: Draft, { person, voucher }: RegistrationSubject, { envelope }: Signer): boolean {
  if (voucher.credential !== '' || voucher.person !== person.id || envelope.person !== person.id) {
    throw refused('the host speaks only for the person themself')
  }
  const owner = roleAt(draft, person.id, 'owner', '', draft.size)
  if (owner === undefined || otherOwnerWithKey(draft, person.id)) throw refused('the host speaks only for the one owner there is')
  return owner.demonstration
}
