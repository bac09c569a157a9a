/**
 * An authenticator app: one countersignature, of a key of the person's own, or, while they have no key, of who may vouch for
 * them. Without it, a server that is taken over could give anybody an app and speak for them ever after.
 *
 * A recovery does not help here: what it ends in is a key.
 */
import { verifyCountersigned } from '../countersigned.ts'
import { ProofError } from '../errors.ts'
import type { TotpSubject } from '../types/subject.ts'
import type { Change, Step } from './change.ts'
import { checkPerson } from './check-person.ts'
import { checkVoucher } from './voucher.ts'

export async function enterTotp({ draft, entry, subject, subjectDigest }: Step<TotpSubject>): Promise<Change> {
  const { person, authenticator, label, voucher } = subject
  checkPerson(draft, person)
  const name = `authenticator ${authenticator}`
  if (draft.taken.has(name)) throw new ProofError('directory_duplicate', 'this authenticator was registered before')
  const [countersignature, ...others] = entry.countersignatures
  if (countersignature === undefined || others.length > 0) {
    throw new ProofError('directory_signers', 'an authenticator app has exactly one countersignature, of its voucher')
  }
  const asked = { countersignature, subjectDigest, directory: draft, until: draft.size, roles: ['voucher'] as const }
  const signer = await verifyCountersigned(asked)
  const moment = Date.parse(entry.time)
  const vouched = checkVoucher({ draft, person: person.id, voucher, moment }, signer, { recoverable: false })

  const demonstration = signer.demonstration || vouched.demonstration
  const apply = (): void => {
    draft.people.set(person.id, person)
    draft.taken.add(name)
    const entered = { from: draft.size + 1, until: null, demonstration, person: person.id, authenticator, label }
    draft.totps.set(authenticator, { ...entered, voucher: voucher.credential })
  }
  return { signers: [signer], apply }
}
