/** Every use case of this door, each with the action without which it cannot be reached. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Effects, Gate } from '../../gate/index.ts'
import { askLink, askRecovery, askRemoval, askRole, takeChange } from './ask.ts'
import type { RoleChange } from './ask.ts'
import { beginVouching, finishVouching, issueLink, setProfile } from './enrol.ts'
import type { MembersDeps } from './ports.ts'
import { listMembers, listNotices, showMe } from './read.ts'

export type MembersUseCases = ReturnType<typeof membersUseCases>
type Nothing = Record<string, never>

export function membersUseCases(deps: MembersDeps) {
  const { useCase }: Gate = deps.gate
  return {
    list: useCase('list members', 'member.read', (by, _: Nothing) => listMembers(deps, by)),
    me: useCase('show oneself', 'challenge.read', (by, _: Nothing) => showMe(deps, by)),
    notices: useCase('read one\'s notices', 'challenge.read', (by, _: Nothing) => listNotices(deps, by)),
    invite: useCase('invite somebody', 'member.change', (by, input: { name: string; role: string; scope: string }) => askRole(deps, by, input)),
    role: useCase('change a role', 'member.change', (by, input: RoleChange) => askRole(deps, by, input)),
    link: useCase('make an enrolment link', 'member.invite', (by, input: { person: string }) => issueLink(deps, by, input.person)),
    profile: useCase('set a sign-in name', 'member.invite', (by, input: { person: string; login: string; email: string }) => setProfile(deps, by, input)),
    beginVouching: useCase('begin to vouch', 'member.vouch', (by, input: { pending: string; code: string }) => beginVouching(deps, by, input)),
    finishVouching: useCase('vouch', 'member.vouch', (by, input: { ceremony: string; response: AuthenticationResponseJSON }) => finishVouching(deps, by, input)),
    remove: useCase('ask to remove a person', 'member.remove', (by, input: { person: string }) => askRemoval(deps, by, input.person)),
    recover: useCase('ask for a recovery, or veto it', 'member.recover', (by, input: { person: string; change: 'start' | 'veto' }) => askRecovery(deps, by, input)),
    same: useCase('ask to link two identities', 'member.link', (by, input: { person: string; same: string }) => askLink(deps, by, input)),
  }
}

/** What happens with the countersignature that completes a statement of these kinds. */
export function membersEffects(deps: MembersDeps): Effects {
  const take: Effects[string] = (tx, completed) => takeChange(deps, tx, completed)
  return { role: take, removal: take, recovery: take, link: take }
}
