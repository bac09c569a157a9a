/** What the directory said at one of its sizes. */
import type { Directory, DirectoryKey, LedgerKeySpan, RecoverySpan, RelyingPartySpan, RoleSpan, Span, TotpAuthenticator } from '../types/directory.ts'
import { recoveryLasts } from './periods.ts'

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
export const covers = (own: string, scope: string): boolean =>
  own === '' || own === scope || (scope !== '' && own === scope.split('/', 1)[0])

/** The roles that a person held at that size, whatever their scope. */
export const rolesOf = (directory: Directory, person: string, size: number): RoleSpan[] =>
  directory.roles.filter((span) => span.person === person && holdsAt(span, size))

/** The grant by which a person held a role over a scope at that size; one that no demonstration key gave comes first. */
export function roleAt(directory: Directory, person: string, role: string, scope: string, size: number): RoleSpan | undefined {
  const spans = rolesOf(directory, person, size).filter((span) => span.role === role && covers(span.scope, scope))
  return spans.find((span) => !span.demonstration) ?? spans[0]
}

/** Whether a person owned the organisation at that size. */
export const isOwnerAt = (directory: Directory, person: string, size: number): boolean => roleAt(directory, person, 'owner', '', size) !== undefined

export const ledgerKeyAt = (directory: Directory, size: number): LedgerKeySpan | undefined =>
  directory.ledgerKeys.find((span) => holdsAt(span, size))

/** The sites that the installation was served at, the oldest first. */
export const sitesAt = (directory: Directory, size: number): RelyingPartySpan[] =>
  directory.relyingParties.filter((span) => holdsAt(span, size))

/** The site of one rpId. */
export const siteAt = (directory: Directory, rpId: string, size: number): RelyingPartySpan | undefined =>
  sitesAt(directory, size).find((site) => site.rpId === rpId)

/** The newest site: the one that keys are registered for. */
export const relyingPartyAt = (directory: Directory, size: number): RelyingPartySpan | undefined => sitesAt(directory, size).at(-1)

/** The authenticator apps that a person had at that size. */
export const totpsOf = (directory: Directory, person: string, size: number): TotpAuthenticator[] =>
  [...directory.totps.values()].filter((totp) => totp.person === person && holdsAt(totp, size))

/** Whether a person had a key or an authenticator app at that size. */
export const hasAuthenticator = (directory: Directory, person: string, size: number): boolean =>
  keysOf(directory, person, size).length > 0 || totpsOf(directory, person, size).length > 0

/** Whether what is grave may not yet be countersigned with this key, at a moment in milliseconds. */
export const onProbation = ({ probationUntil }: DirectoryKey, moment: number): boolean =>
  probationUntil !== null && moment < probationUntil

/** The recovery of a person that can still be vetoed or made use of, at a moment in milliseconds. */
export const openRecovery = (directory: Directory, person: string, moment: number): RecoverySpan | undefined =>
  directory.recoveries.find((one) => one.person === person && one.until === null && moment <= one.startedAt + recoveryLasts)

/** All ids of the human behind this one, as far as links say so at that size; itself among them. */
export function idsOf(directory: Directory, person: string, size: number): Set<string> {
  const ids = new Set([person])
  const links = directory.links.filter(({ from }) => from <= size)
  // a set that grows while it is walked is walked to its end
  for (const id of ids) {
    for (const link of links) {
      if (link.person === id) ids.add(link.same)
      if (link.same === id) ids.add(link.person)
    }
  }
  return ids
}

/** One name for the human behind an id: two ids are the same human exactly when they answer the same. */
export const humanOf = (directory: Directory, person: string, size: number): string =>
  [...idsOf(directory, person, size)].sort()[0] ?? person

/** How many entries were made before a moment in milliseconds, by the server's clock. */
export const sizeBefore = (directory: Directory, moment: number): number =>
  directory.times.filter((time) => time < moment).length
