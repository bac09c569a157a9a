/**
 * Who may let a key or an authenticator app in: the person, with an earlier key of their own; for somebody who has no key, an
 * owner, or a manager of theirs; and for somebody who has something and lost it, the same, once a recovery has stood open for
 * 48 hours. Who has an authenticator app alone gets no key from others without one: they would be put out of their own place.
 *
 * Once two owners beside the person have a key, an owner's key is let in by two of them (`second-voucher.ts`), and an owner gets no
 * app from others.
 *
 * A server that is taken over can ask anybody for a touch, so the voucher is named in the subject, which the new key signs too.
 * A voucher on probation vouches for nothing: otherwise the first stolen touch would be worth any number of keys.
 */
import { ProofError } from '../errors.ts'
import type { Means, Signer } from '../signer/signer.ts'
import type { RecoverySpan } from '../types/directory.ts'
import type { Voucher } from '../types/subject.ts'
import { authorityOf } from './authority.ts'
import type { Draft } from './draft.ts'
import { takesTwo } from './last-owner.ts'
import { hasAuthenticator, keysOf, onProbation, openRecovery } from './moments.ts'
import { recoveryWaits } from './periods.ts'

export type Vouching = { draft: Draft; person: string; voucher: Voucher; moment: number }

/**
 * `byOther`: it is not the person's own word; `replaces`: what the person had before ends; `byTwo`: one voucher is not enough;
 * `demonstration`: the role on which the voucher acted, or the recovery, rests on one.
 */
export type Vouched = { byOther: boolean; replaces: boolean; byTwo: boolean; demonstration: boolean }

const refused = (why: string): ProofError => new ProofError('directory_voucher', `it is not vouched for: ${why}`)

function keyThatVouched({ voucher }: Vouching, by: Means): string {
  if (by.type !== 'webauthn' || by.key.credential.id !== voucher.credential || by.key.person !== voucher.person) {
    throw refused('another key signed than the one that is named')
  }
  return by.key.person
}

/** 48 hours in which the person, told by every way there is, can say no with any old key; and no stock of old recoveries. */
function ripeRecovery({ draft, person, moment }: Vouching): RecoverySpan {
  const recovery = openRecovery(draft, person, moment)
  if (recovery === undefined) throw new ProofError('directory_recovery', 'the person has a key or an app, and no recovery of theirs is open')
  if (moment < recovery.startedAt + recoveryWaits) {
    throw new ProofError('directory_recovery', 'the recovery of the person began less than 48 hours before')
  }
  return recovery
}

/** `recoverable`: whether an open recovery lets others vouch for somebody who has keys. @throws ProofError */
export function checkVoucher(asked: Vouching, signer: Signer, { recoverable }: { recoverable: boolean }): Vouched {
  const { draft, person, moment } = asked
  const vouching = keyThatVouched(asked, signer.by)
  if (signer.by.type === 'webauthn' && onProbation(signer.by.key, moment)) {
    throw new ProofError('signer_on_probation', 'the key that vouches was added less than 48 hours before, which is too new for this')
  }
  if (vouching === person) return { byOther: false, replaces: false, byTwo: false, demonstration: false }
  const role = authorityOf(signer, { person }, draft, draft.size)
  if (role === undefined) throw refused('who vouches for another must be an owner, or a manager of theirs')
  const byTwo = takesTwo(draft, person)
  if (!recoverable) {
    if (keysOf(draft, person, draft.size).length > 0) throw refused('the person has keys, and none of them signed')
    if (byTwo) throw refused('two owners have to vouch for an owner, and for an app only one can')
  }
  const replaces = recoverable && hasAuthenticator(draft, person, draft.size)
  const recovery = replaces ? ripeRecovery(asked) : undefined
  return { byOther: true, replaces, byTwo, demonstration: role.demonstration || recovery?.demonstration === true }
}
