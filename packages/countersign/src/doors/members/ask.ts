/**
 * Asking for a change of who is who. Each is one statement of its kind; the checks that stand before the question are repeated
 * by the directory when the answer comes, because the directory may have changed by then.
 */
import { hasAuthenticator } from '@countersign/proof'
import type { Directory, PolicyRef, Subject } from '@countersign/proof'
import type { ActionName, Authorized, Completed } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { MemberError } from './errors.ts'
import type { MembersDeps } from './ports.ts'
import { checkRole, isOwner, mayGive, memberOf, recoveryOf, refuseLastOwner, refuseUntouchable } from './roles.ts'

export type Asked = { code: string; expiresAt: string; person: string }
type Common = { v: 1; instance: string; org: string; request: string; requester: string }

async function askEntry<A extends ActionName>(
  deps: MembersDeps, by: Authorized<A>, make: (directory: Directory, tx: Tx) => { member: string; over: string; ownership?: boolean; subject: (common: Common, policy: PolicyRef) => Subject },
): Promise<Asked> {
  return deps.store.write(async (tx) => {
    const { member, over, ownership = false, subject } = make(await deps.directory(tx), tx)
    const request = newId('req', deps.clock, deps.random)
    const common: Common = { v: 1, instance: deps.place.instance, org: deps.place.org, request, requester: by.actor.id }
    const answer = await deps.gate.ask(tx, by, {
      input: { action: by.action, workspace: '', environment: '', risk: 'high', scope: '', mode: '', requester: { id: by.actor.id, roles: [...by.actor.roles] } },
      ref: request, scope: 'members', over, ownership, ids: { ref: request, member }, subject: (policy) => subject(common, policy),
    })
    if (answer.effect !== 'step-up') throw new GateError('denied_by_policy', 'People cannot be changed this way.', 'Ask an owner.')
    return { code: answer.code, expiresAt: rfc3339(answer.expiresAt), person: member }
  })
}

export type RoleChange = { person: string; role: string; scope: string; change: 'grant' | 'remove' }

/** A role for somebody who is known, or for somebody new: then `name` makes them known, and a link lets them enrol. */
export async function askRole(deps: MembersDeps, by: Authorized<'member.change'>, asked: RoleChange | { name: string; role: string; scope: string }): Promise<Asked> {
  checkRole(asked.role, asked.scope)
  return askEntry(deps, by, (directory) => {
    if (!mayGive(directory, by.actor.id, asked.role, asked.scope)) {
      throw new MemberError('not_yours_to_change', `You may not give or take the role ${asked.role} there.`, 'Ask an owner.')
    }
    const person = 'name' in asked ? { id: newId('usr', deps.clock, deps.random), name: asked.name } : memberOf(directory, asked.person)
    const change = 'name' in asked ? 'grant' : asked.change
    if (!('name' in asked)) checkHeld(directory, by.actor.id, asked)
    return { member: person.id, over: asked.scope, ownership: asked.role === 'owner', subject: (common, policy) => ({ ...common, kind: 'role', action: 'member.change', person, role: asked.role, scope: asked.scope, change, policy }) }
  })
}

function checkHeld(directory: Directory, actor: string, { person, role, scope, change }: RoleChange): void {
  refuseUntouchable(directory, actor, person)
  const held = directory.roles.some((span) => span.person === person && span.role === role && span.scope === scope && span.until === null)
  if (change === 'grant' && held) throw new MemberError('role_held', 'They hold this role already.', 'Nothing needs to be changed.')
  if (change === 'remove' && !held) throw new MemberError('role_not_held', 'They do not hold this role over exactly this.', 'Look at their roles again.')
  if (change === 'remove' && role === 'owner') refuseLastOwner(directory, person)
}

export async function askRemoval(deps: MembersDeps, by: Authorized<'member.remove'>, person: string): Promise<Asked> {
  return askEntry(deps, by, (directory) => {
    memberOf(directory, person)
    refuseUntouchable(directory, by.actor.id, person)
    refuseLastOwner(directory, person)
    return { member: person, over: overOf(directory, by.actor.id), ownership: isOwner(directory, person), subject: (common, policy) => ({ ...common, kind: 'removal', action: 'member.remove', person, policy }) }
  })
}

export async function askRecovery(deps: MembersDeps, by: Authorized<'member.recover'>, asked: { person: string; change: 'start' | 'veto' }): Promise<Asked> {
  return askEntry(deps, by, (directory) => {
    memberOf(directory, asked.person)
    const own = by.actor.id === asked.person
    if (!own) refuseUntouchable(directory, by.actor.id, asked.person)
    if (own && asked.change === 'start') {
      throw new MemberError('not_yours_to_change', 'Nobody starts their own recovery: it is for those who have no key left.', 'Add a key under Keys, or let an owner or manager start it.')
    }
    if (asked.change === 'start' && !hasAuthenticator(directory, asked.person, directory.size)) {
      throw new MemberError('recovery_needless', 'They have no key and no authenticator app that could be lost.', 'Make an enrolment link for them.')
    }
    const open = recoveryOf(directory, asked.person) !== null
    if (open && asked.change === 'start') throw new MemberError('recovery_open', 'Their recovery has been started already.', 'Look at People for when it opens.')
    if (!open && asked.change === 'veto') throw new MemberError('recovery_not_open', 'There is no recovery to veto: it was used, vetoed or has expired.', 'If a key was added that is not yours, remove it under Keys.')
    return { member: asked.person, over: own ? anyScope(by.actor.roles) : overOf(directory, by.actor.id), subject: (common, policy) => ({ ...common, kind: 'recovery', action: 'member.recover', person: asked.person, change: asked.change, policy }) }
  })
}

export async function askLink(deps: MembersDeps, by: Authorized<'member.link'>, asked: { person: string; same: string }): Promise<Asked> {
  return askEntry(deps, by, (directory) => {
    memberOf(directory, asked.person)
    memberOf(directory, asked.same)
    return { member: asked.person, over: '', ownership: isOwner(directory, asked.person) || isOwner(directory, asked.same), subject: (common, policy) => ({ ...common, kind: 'link', action: 'member.link', person: asked.person, same: asked.same, policy }) }
  })
}

/** A manager's word goes as far as what they manage; whom they may touch was checked. */
function overOf(directory: Directory, actor: string): string {
  if (isOwner(directory, actor)) return ''
  return directory.roles.find((span) => span.person === actor && span.role === 'manager' && span.until === null)?.scope ?? ''
}

function anyScope(shown: readonly string[]): string {
  return shown.some((role) => !role.includes('@')) ? '' : (shown[0]?.split('@')[1] ?? '')
}

/** The effect of the countersignature that completes it. */
export async function takeChange(deps: MembersDeps, tx: Tx, { challenge, signed, grant }: Completed): Promise<void> {
  await deps.gate.covers(tx, {
    grant, action: challenge.action as ActionName, subjectDigest: challenge.subject_digest, actor: challenge.requester, executor: challenge.executor,
  })
  await deps.change(tx, challenge.subject, signed.map((one) => one.countersignature))
}
