/**
 * Somebody has lost their keys, an owner or a manager of theirs says; for 48 hours the person, with any old key, or whoever
 * could have started it, can say no. Only then may others vouch for a new key (`voucher.ts`).
 *
 * Never on the person's own word: who has a key needs no recovery, and who stole one would end all the others with it. One is
 * open at a time, so that a veto ends the matter; and only somebody who has a key or an
 * authenticator app can be recovered, so that nobody lays a
 * recovery by before there is anybody who could veto it.
 */
import { ProofError } from '../errors.ts'
import type { Countersigned } from '../requirement.ts'
import type { RecoverySpan } from '../types/directory.ts'
import type { RecoverySubject } from '../types/subject.ts'
import { checkAuthority } from './authority.ts'
import { type Change, countersignedChange, type Step } from './change.ts'
import { checkKnown } from './check-person.ts'
import type { Draft } from './draft.ts'
import { endRecovery } from './end.ts'
import { hasAuthenticator, humanOf, openRecovery } from './moments.ts'

function checkTarget(draft: Draft, { person, change }: RecoverySubject, moment: number): void {
  checkKnown(draft, person)
  const open = openRecovery(draft, person, moment) !== undefined
  if (open !== (change === 'veto')) {
    throw new ProofError('directory_target', `${open ? 'a' : 'no'} recovery of the person is open`)
  }
  if (change === 'start' && !hasAuthenticator(draft, person, draft.size)) {
    throw new ProofError('directory_target', 'the person has neither a key nor an app, and needs no recovery')
  }
}

const byThemself = ({ signers, directory }: Countersigned, person: string): boolean =>
  signers.some(({ envelope, until }) => humanOf(directory, envelope.person, until) === humanOf(directory, person, until))

export async function enterRecovery(step: Step<RecoverySubject>): Promise<Change> {
  const { draft, entry, subject } = step
  const { person, change, requester } = subject
  const moment = Date.parse(entry.time)
  checkTarget(draft, subject, moment)
  const asked = await countersignedChange(step)
  if (change === 'veto') {
    if (!byThemself(asked, person)) checkAuthority(asked, { person })
    return { signers: asked.signers, apply: () => endRecovery(draft, person, 'vetoed') }
  }
  const demonstration = checkAuthority(asked, { person }, { notThemself: true }) || asked.demonstration
  const begun: RecoverySpan = { from: draft.size + 1, until: null, demonstration, person, requester, startedAt: moment, end: 'open' }
  const apply = (): void => {
    endRecovery(draft, person, 'expired')
    draft.recoveries.push(begun)
  }
  return { signers: asked.signers, apply }
}
