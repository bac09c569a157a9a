/**
 * A further key: signed by itself (possession) and by a voucher, in this order.
 *
 * Possession alone would let a server that is taken over add keys of its own to anybody. The voucher is an earlier key of
 * that person; only for somebody who has no key is it an owner's. An invitation vouches for nothing.
 */
import { type Asked, type Signer, verifyCountersigned } from '../countersigned.ts'
import { ProofError } from '../errors.ts'
import type { RegistrationSubject } from '../types/subject.ts'
import type { Change, Step } from './change.ts'
import { checkPerson } from './check-person.ts'
import type { Draft } from './draft.ts'
import { enter, enteringKey, namesOf } from './enter-key.ts'
import { keysOf, relyingPartyAt, roleAt } from './moments.ts'

function checkSite(draft: Draft, { rpId, origins }: RegistrationSubject): void {
  const site = relyingPartyAt(draft, draft.size)
  if (site?.rpId !== rpId || site.origins.join(' ') !== origins.join(' ')) {
    throw new ProofError('directory_relying_party', 'the registration is for another rpId or other origins than the installation has')
  }
}

function checkNew(draft: Draft, subject: RegistrationSubject): void {
  if (namesOf(subject).some((name) => draft.taken.has(name))) {
    throw new ProofError('directory_duplicate', 'this authenticator, credential or public key was registered before')
  }
}

/** Answers whether the voucher's word is a demonstration's. */
function checkVoucher(draft: Draft, subject: RegistrationSubject, { envelope, key }: Signer): boolean {
  const refused = (why: string): ProofError => new ProofError('directory_voucher', `the key is not vouched for: ${why}`)
  if (key.credential.id !== subject.voucher.credential || key.person !== subject.voucher.person) {
    throw refused('another key signed than the one that is named')
  }
  if (key.person === subject.person.id) return false
  if (keysOf(draft, subject.person.id, draft.size).length > 0) throw refused('the person has keys, and none of them signed')
  const then = roleAt(draft, key.person, 'owner', '', envelope.directory.size)
  const now = roleAt(draft, key.person, 'owner', '', draft.size)
  if (then === undefined || now === undefined) throw refused('who vouches for a first key must be an owner')
  return now.demonstration
}

export async function enterRegistration({ draft, entry, subject, subjectDigest }: Step<RegistrationSubject>): Promise<Change> {
  checkSite(draft, subject)
  checkPerson(draft, subject.person)
  checkNew(draft, subject)
  const [own, vouching, ...others] = entry.countersignatures
  if (own === undefined || vouching === undefined || others.length > 0) {
    throw new ProofError('directory_signers', 'a registration has exactly two countersignatures: possession, voucher')
  }
  const { rpId, origins } = subject
  const key = enteringKey(subject, subject.voucher.credential, draft.size + 1)
  const asked: Pick<Asked, 'subjectDigest' | 'directory' | 'until'> = { subjectDigest, directory: draft, until: draft.size }
  const possession = await verifyCountersigned({
    ...asked,
    countersignature: own,
    roles: ['possession'],
    entering: { key, rpId, origins },
  })
  const voucher = await verifyCountersigned({ ...asked, countersignature: vouching, roles: ['voucher'] })
  const byRole = checkVoucher(draft, subject, voucher)

  const demonstration = key.demonstration || voucher.demonstration || byRole
  return { signers: [possession, voucher], apply: () => enter(draft, subject, { ...key, demonstration }) }
}
