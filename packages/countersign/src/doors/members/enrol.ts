/** What an inviter does for somebody who has no key: the link, and the word for the key that was made with it. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { hasAuthenticator, keysOf, type Directory } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { MemberError } from './errors.ts'
import type { MembersDeps } from './ports.ts'
import { memberOf, recoveryOf, recoveryOpensAfter, refuseUntouchable } from './roles.ts'

/** What somebody signs in with who has no key, and where their notices go. No word of who they are: that is the directory's. */
export async function setProfile(deps: MembersDeps, by: Authorized<'member.invite'>, given: { person: string; login: string; email: string }): Promise<{ login: string; email: string }> {
  return deps.store.write(async (tx) => {
    const directory = await deps.directory(tx)
    memberOf(directory, given.person)
    refuseUntouchable(directory, by.actor.id, given.person)
    const before = await deps.profiles.of(tx, given.person)
    // To the address that was theirs until now: whoever redirects it would have the next notice for themself.
    if (before && (before.email !== given.email || before.login !== given.login)) await deps.notices.tell(tx, { person: given.person, kind: 'profile-changed', details: { by: by.actor.id } })
    const { login, email } = await deps.profiles.set(tx, given)
    await deps.ledger.append(tx, { type: 'member.profile-set', ids: { person: by.actor.id, member: given.person }, details: { member: given.person, address: by.actor.source.address } })
    return { login, email }
  })
}

export async function issueLink(deps: MembersDeps, by: Authorized<'member.invite'>, person: string): Promise<{ link: string; expiresAt: string; name: string }> {
  return deps.store.write(async (tx) => {
    const directory = await deps.directory(tx)
    const { name } = memberOf(directory, person)
    refuseUntouchable(directory, by.actor.id, person)
    if (hasAuthenticator(directory, person, directory.size)) refuseBeforeRecovery(deps, directory, person, name)
    const { token, expiresAt } = await deps.invitation.issue(tx, { person, inviter: by.actor })
    // Behind "#": a browser does not send it, so it stands in no log.
    return { link: `${deps.place.origin}/join#${token}`, expiresAt: rfc3339(expiresAt), name }
  })
}

function refuseBeforeRecovery(deps: MembersDeps, directory: Directory, person: string, name: string): void {
  const recovery = recoveryOf(directory, person)
  if (!recovery && keysOf(directory, person, directory.size).length > 0) throw new MemberError('member_has_keys', `${name} has a key: they add others themself.`, 'If every key of theirs is lost, start a recovery.')
  if (!recovery) throw new MemberError('member_has_keys', `${name} has an authenticator app, which a key would replace.`, 'Start a recovery: 48 hours later a key can be made for them.')
  const opensAt = recovery.startedAt + recoveryOpensAfter
  if (deps.clock.now() >= opensAt) return
  throw new MemberError('recovery_not_open', `The recovery of ${name} has to wait until ${rfc3339(opensAt)}, so that they can veto it.`, 'Make the link then. If they cannot wait: remove them, and invite them as a new person.')
}

export async function beginVouching(deps: MembersDeps, by: Authorized<'member.vouch'>, given: { pending: string; code: string }) {
  return deps.invitation.beginVouching(by.actor, given)
}

export async function finishVouching(deps: MembersDeps, by: Authorized<'member.vouch'>, given: { ceremony: string; response: AuthenticationResponseJSON }) {
  return deps.invitation.finishVouching(by.actor, given)
}
