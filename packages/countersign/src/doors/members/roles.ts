/**
 * The roles there are, and who may touch whom. The directory's replay decides for good (its rules hold against this server as
 * well); what stands here answers before anybody is asked for a touch.
 */
import { authorityAt, isOwnerAt, otherOwnerWithKey, roleAt, rolesOf, type Directory } from '@countersign/proof'
import { MemberError } from './errors.ts'

export const roles = ['owner', 'manager', 'operator', 'approver', 'auditor'] as const
export type Role = (typeof roles)[number]

const scoped: ReadonlySet<string> = new Set(['manager', 'operator', 'approver', 'auditor'])
const scopePattern = /^$|^[A-Za-z0-9._-]{1,100}(\/[A-Za-z0-9._-]{1,100})?$/

/** "" the organisation, "project", or "project/name". Owners own all of it. */
export function checkRole(role: string, scope: string): void {
  if (!(roles as readonly string[]).includes(role)) throw new MemberError('role_unknown', `There is no role ${role.slice(0, 40)}.`, `Use one of ${roles.join(', ')}.`)
  if (scopePattern.test(scope) && (scope === '' || scoped.has(role))) return
  throw new MemberError('scope_invalid', 'A role is held over the organisation, a project or a workspace; an owner owns all of it.', 'Leave the scope empty, or give it as project or project/name.')
}

export function memberOf(directory: Directory, id: string): { id: string; name: string } {
  const person = directory.people.get(id)
  if (person && rolesOf(directory, id, directory.size).length > 0) return person
  throw new MemberError('member_not_found', 'There is no such member, or they were removed.', 'Look at People again.')
}

export const isOwner = (directory: Directory, person: string): boolean => isOwnerAt(directory, person, directory.size)

/** An owner touches everybody. A manager touches nobody above them, and nobody who is somebody elsewhere, under whichever id. */
export function mayTouch(directory: Directory, actor: string, person: string): boolean {
  return authorityAt(directory, actor, { person }, directory.size) !== undefined
}

export function mayGive(directory: Directory, actor: string, role: string, scope: string): boolean {
  if (isOwner(directory, actor)) return true
  return role !== 'owner' && role !== 'manager' && roleAt(directory, actor, 'manager', scope, directory.size) !== undefined
}

export function refuseUntouchable(directory: Directory, actor: string, person: string): void {
  if (mayTouch(directory, actor, person)) return
  throw new MemberError('not_yours_to_change', 'A manager does not change owners, managers, or people with roles outside of what they manage.', 'Ask an owner.')
}

/** 48 hours in which the person can say no, then 28 days in which new keys can be made: the directory's own times. */
export const recoveryOpensAfter = 48 * 3600_000

export function recoveryOf(directory: Directory, person: string): { startedAt: number } | null {
  return directory.recoveries.find((one) => one.person === person && one.until === null) ?? null
}

/** Somebody with a key must stay who can change anything at all. */
export function refuseLastOwner(directory: Directory, person: string): void {
  if (!isOwner(directory, person) || otherOwnerWithKey(directory, person)) return
  throw new MemberError('last_owner', 'This is the last owner who has a key.', 'Make somebody else an owner first.')
}
