/**
 * A further key: signed by itself (possession) and by a voucher, in this order; that of an owner perhaps by two.
 *
 * Possession alone would let a server that is taken over add keys of its own to anybody. Who may vouch is in `voucher.ts`; for
 * a sole owner without a key it is the host (`host-voucher.ts`). An invitation vouches for nothing.
 *
 * A key that is not the person's first authenticator is on probation for 48 hours: whoever tricked a person, an owner or the host into
 * vouching has a key that counts for nothing grave until the person could have noticed. That somebody first revoked all keys
 * of the person changes nothing about it.
 */
import { verifyCountersigned } from '../countersigned.ts'
import { ProofError } from '../errors.ts'
import type { Asked, Signer } from '../signer/signer.ts'
import type { RegistrationSubject } from '../types/subject.ts'
import type { Change, Step } from './change.ts'
import { checkPerson } from './check-person.ts'
import type { Draft } from './draft.ts'
import { endAuthenticators, endRecovery } from './end.ts'
import { enter, enteringKey, namesOf } from './enter-key.ts'
import { checkHostVoucher } from './host-voucher.ts'
import { relyingPartyAt } from './moments.ts'
import { probationLasts } from './periods.ts'
import { checkSecondVoucher } from './second-voucher.ts'
import { checkVoucher, type Vouched } from './voucher.ts'

function checkSite(draft: Draft, { rpId, origins }: RegistrationSubject): void {
  const site = relyingPartyAt(draft, draft.size)
  if (site?.rpId !== rpId || site.origins.join(' ') !== origins.join(' ')) {
    throw new ProofError('directory_relying_party', 'the registration is for another rpId or other origins than those of the newest site')
  }
}

function checkNew(draft: Draft, subject: RegistrationSubject): void {
  if (namesOf(subject).some((name) => draft.taken.has(name))) {
    throw new ProofError('directory_duplicate', 'this authenticator, credential or public key was registered before')
  }
}

function vouchedFor(draft: Draft, subject: RegistrationSubject, voucher: Signer, moment: number): Vouched & { byHost: boolean } {
  if (voucher.by.type === 'host') {
    return { byOther: true, replaces: true, byTwo: false, byHost: true, demonstration: checkHostVoucher(draft, subject, voucher) }
  }
  const asked = { draft, person: subject.person.id, voucher: subject.voucher, moment }
  return { ...checkVoucher(asked, voucher, { recoverable: true }), byHost: false }
}

const hadAny = (draft: Draft, person: string): boolean => [...draft.keys.values(), ...draft.totps.values()].some((one) => one.person === person)

export async function enterRegistration({ draft, entry, subject, subjectDigest }: Step<RegistrationSubject>): Promise<Change> {
  checkSite(draft, subject)
  checkPerson(draft, subject.person)
  checkNew(draft, subject)
  const [own, vouching, seconding, ...others] = entry.countersignatures
  if (own === undefined || vouching === undefined || others.length > 0) {
    throw new ProofError('directory_signers', 'a registration has two countersignatures, possession and voucher, or three with a second voucher')
  }
  const { rpId, origins, person } = subject
  const key = enteringKey(subject, subject.voucher.credential, draft.size + 1)
  const asked: Pick<Asked, 'subjectDigest' | 'directory' | 'until'> = { subjectDigest, directory: draft, until: draft.size }
  const entering = { key, rpId, origins }
  const possession = await verifyCountersigned({ ...asked, countersignature: own, roles: ['possession'], entering })
  const voucher = await verifyCountersigned({ ...asked, countersignature: vouching, roles: ['voucher'], types: ['webauthn', 'host'] })
  const moment = Date.parse(entry.time)
  const vouched = vouchedFor(draft, subject, voucher, moment)
  if (vouched.byTwo !== (seconding !== undefined)) {
    throw new ProofError('directory_signers', 'two owners vouch for an owner, once two others have a key; and nobody else has two vouchers')
  }
  const second = seconding && (await checkSecondVoucher({ ...asked, draft, countersignature: seconding, first: voucher, person: person.id, moment }))

  const probationUntil = vouched.byHost || hadAny(draft, person.id) ? moment + probationLasts : null
  const demonstration = key.demonstration || voucher.demonstration || vouched.demonstration || second?.demonstration === true
  const apply = (): void => {
    if (vouched.replaces) endAuthenticators(draft, person.id)
    // also where it was not needed: left open, it would let somebody in once more
    if (vouched.byOther) endRecovery(draft, person.id, 'used')
    if (vouched.byHost) draft.hostRecoveries.push(draft.size + 1)
    enter(draft, subject, { ...key, demonstration, probationUntil })
  }
  return { signers: [possession, voucher, ...(second ? [second] : [])], apply }
}
