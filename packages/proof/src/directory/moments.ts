/** What the directory said at one of its sizes. */
import type { Directory, DirectoryKey, LedgerKeySpan, RelyingPartySpan, RoleSpan, Span } from '../types/directory.ts'

export const holdsAt = (span: Span, size: number): boolean =>
  span.from <= size && (span.until === null || size < span.until)

/** The key with this credential id, if it was registered and not revoked at that size. */
export function keyAt(directory: Directory, credential: string, size: number): DirectoryKey | undefined {
  const key = directory.keys.get(credential)
  return key !== undefined && holdsAt(key, size) ? key : undefined
}

/** The keys that a person had at that size. */
export const keysOf = (directory: Directory, person: string, size: number): DirectoryKey[] =>
  [...directory.keys.values()].filter((key) => key.person === person && holdsAt(key, size))

/** A role covers a scope if its own scope is the organisation (""), the same one, or the project before the first "/". */
const covers = (own: string, scope: string): boolean =>
  own === '' || own === scope || (scope !== '' && own === scope.split('/', 1)[0])

/** The roles that a person held at that size, whatever their scope. */
export const rolesOf = (directory: Directory, person: string, size: number): RoleSpan[] =>
  directory.roles.filter((span) => span.person === person && holdsAt(span, size))

/** The grant by which a person held a role over a scope at that size; one that no demonstration key gave comes first. */
export function roleAt(directory: Directory, person: string, role: string, scope: string, size: number): RoleSpan | undefined {
  const spans = rolesOf(directory, person, size).filter((span) => span.role === role && covers(span.scope, scope))
  return spans.find((span) => !span.demonstration) ?? spans[0]
}

export const ledgerKeyAt = (directory: Directory, size: number): LedgerKeySpan | undefined =>
  directory.ledgerKeys.find((span) => holdsAt(span, size))

export const relyingPartyAt = (directory: Directory, size: number): RelyingPartySpan | undefined =>
  directory.relyingParties.find((span) => holdsAt(span, size))

/** How many entries were made before a moment in milliseconds, by the server's clock. */
export const sizeBefore = (directory: Directory, moment: number): number =>
  directory.times.filter((time) => time < moment).length
