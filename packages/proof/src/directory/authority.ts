/**
 * Who may touch whom: an owner everybody, a manager those within their scope and below them.
 *
 * A manager over S touches nobody who holds owner or manager, and nobody with a role outside S: otherwise a manager could
 * become an owner by recovering one, or reach into the next project by removing its approver. The ids of one human count
 * together, so that an owner's second id is no way around this. It has to hold at the size that the envelope names and at the
 * size of the entry: a server that is taken over chooses the one, and the order of entries.
 */
import { ProofError } from '../errors.ts'
import type { Countersigned, Weighed } from '../requirement.ts'
import type { Signer } from '../signer/signer.ts'
import type { Directory, RoleSpan } from '../types/directory.ts'
import { covers, humanOf, idsOf, roleAt, rolesOf } from './moments.ts'

/** Whom a change is about; `grant`: the role that it gives or takes. */
export type Touched = { person: string; grant?: { role: string; scope: string } }

const aManagers = new Set(['operator', 'approver', 'auditor'])
const above = new Set(['owner', 'manager'])

function managerOver(directory: Directory, actor: string, { person, grant }: Touched, size: number): RoleSpan | undefined {
  const held = [...idsOf(directory, person, size)].flatMap((id) => rolesOf(directory, id, size))
  if (held.some(({ role }) => above.has(role)) || (grant !== undefined && !aManagers.has(grant.role))) return undefined
  const scopes = [...held.map(({ scope }) => scope), ...(grant === undefined ? [] : [grant.scope])]
  const spans = rolesOf(directory, actor, size).filter(
    ({ role, scope: own }) => role === 'manager' && scopes.every((scope) => covers(own, scope)),
  )
  return spans.find((span) => !span.demonstration) ?? spans[0]
}

/** The role on which somebody may touch somebody at that size; undefined when they may not. */
export const authorityAt = (directory: Directory, actor: string, touched: Touched, size: number): RoleSpan | undefined =>
  roleAt(directory, actor, 'owner', '', size) ?? managerOver(directory, actor, touched, size)

/** The role on which a signer acts, as it is at `until`; undefined when they may not. */
export function authorityOf({ envelope }: Signer, touched: Touched, directory: Directory, until: number): RoleSpan | undefined {
  const then = authorityAt(directory, envelope.person, touched, envelope.directory.size)
  return then && authorityAt(directory, envelope.person, touched, until)
}

const isThemself = ({ envelope }: Weighed, { person }: Touched, { directory }: Countersigned, until: number): boolean =>
  humanOf(directory, envelope.person, until) === humanOf(directory, person, until)

/** Answers whether the authority rests on a demonstration. `notThemself`: nobody's own word counts here. @throws directory_authority */
export function checkAuthority(asked: Countersigned, touched: Touched, { notThemself = false } = {}): boolean {
  const spans = asked.signers.flatMap((signer) => {
    if (notThemself && isThemself(signer, touched, asked, signer.until)) return []
    return authorityOf(signer, touched, asked.directory, signer.until) ?? []
  })
  if (spans.length === 0) {
    throw new ProofError('directory_authority', 'neither an owner nor a manager of that person has countersigned this change')
  }
  return spans.some(({ demonstration }) => demonstration)
}
