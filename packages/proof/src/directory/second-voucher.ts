/**
 * The second of two owners who let an owner's key in.
 *
 * Whoever makes the enrolment link is the first, and could have made the key in the place of the person: an owner who has agreed with
 * another that somebody becomes the third would be two of three. So another owner, another human, says so too. Who it is stands in
 * no subject: the person's key was made before that was known, and the demand is on top of the voucher that it does name.
 */
import { verifyCountersigned } from '../countersigned.ts'
import { ProofError } from '../errors.ts'
import type { Asked, Signer } from '../signer/signer.ts'
import { authorityOf } from './authority.ts'
import type { Draft } from './draft.ts'
import { humanOf, onProbation } from './moments.ts'

export type Seconding = Pick<Asked, 'countersignature' | 'subjectDigest' | 'directory' | 'until'> & { draft: Draft; first: Signer; person: string; moment: number }

/** Answers the signer; `demonstration`: also where the role on which they acted rests on one. @throws ProofError */
export async function checkSecondVoucher({ draft, first, person, moment, ...asked }: Seconding): Promise<Signer> {
  const second = await verifyCountersigned({ ...asked, roles: ['voucher'] })
  if (second.by.type === 'webauthn' && onProbation(second.by.key, moment)) {
    throw new ProofError('signer_on_probation', 'the key of the second voucher was added less than 48 hours before, which is too new for this')
  }
  const humans = [person, first.envelope.person, second.envelope.person].map((id) => humanOf(draft, id, draft.size))
  const role = authorityOf(second, { person }, draft, draft.size)
  if (role === undefined || new Set(humans).size !== humans.length) {
    throw new ProofError('directory_voucher', 'it is not vouched for by two owners who are different people, and others than the person')
  }
  return { ...second, demonstration: second.demonstration || role.demonstration }
}
