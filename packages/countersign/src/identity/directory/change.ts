/**
 * The effects of countersigned changes of who is who: a role, a removal, a recovery, a link. The entry goes into the directory, whose
 * replay checks once more who may; what the person held at this server ends in the same transaction.
 *
 * Nothing here is what makes a removed person powerless: sessions, tokens, challenges and grants are judged by the directory each
 * time they are used. Ending them tells the truth to whoever looks at the lists.
 */
import { parseSubject, type Countersignature, type RecoverySubject, type RemovalSubject, type RoleSubject, type LinkSubject } from '@countersign/proof'
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { markRevoked, rowsOf } from '../authenticators/authenticators.ts'
import { IdentityError } from '../errors.ts'
import { endLinks } from '../invitation/link.ts'
import type { Room } from '../ports.ts'
import { forgetPerson } from '../profiles/forget.ts'

export type MemberSubject = RoleSubject | RemovalSubject | RecoverySubject | LinkSubject

export async function enterChange(room: Room, tx: Tx, subjectText: string, countersignatures: Countersignature[]): Promise<MemberSubject> {
  const subject = parseSubject(subjectText)
  if (subject.kind !== 'role' && subject.kind !== 'removal' && subject.kind !== 'recovery' && subject.kind !== 'link') {
    throw new IdentityError('directory_refused', 'This statement is not one of changing who is who.', 'Begin again under People.')
  }
  await room.directory.append(tx, subjectText, countersignatures)
  const { clock, ledger, notify } = room.ports
  const now = clock.now()
  const person = typeof subject.person === 'string' ? subject.person : subject.person.id
  if (subject.kind === 'removal') await endEverythingOf(tx, person, now)
  if (subject.kind === 'recovery') await endEnrolments(tx, person, now)
  await ledger.append(tx, { type: leafOf(subject), ids: { person: subject.requester, member: person }, details: detailsOf(subject, person) })
  await tellAbout(room, tx, subject)
  afterCommit(tx, () => notify.changed('members'))
  return subject
}

/** Over every channel there is: who is being robbed learns of it from here. */
async function tellAbout({ ports: { notices } }: Room, tx: Tx, subject: MemberSubject): Promise<void> {
  if (subject.kind === 'recovery') {
    await notices?.tell(tx, { person: subject.person, kind: subject.change === 'start' ? 'recovery-started' : 'recovery-vetoed', details: { by: subject.requester } })
  }
  if (subject.kind === 'role') {
    const { role, scope, change } = subject
    await notices?.tell(tx, { person: subject.person.id, kind: 'role-changed', details: { role, scope, change, by: subject.requester } })
  }
}

async function endEverythingOf(tx: Tx, person: string, now: number): Promise<void> {
  for (const key of await rowsOf(tx, person)) await markRevoked(tx, key.id, now)
  await tx.updateTable('session').set({ ended_at: now, ended_why: 'person-removed' }).where('person', '=', person).where('ended_at', 'is', null).execute()
  await tx.updateTable('terminal_token').set({ ended_at: now, ended_why: 'person-removed' }).where('person', '=', person).where('ended_at', 'is', null).execute()
  await endEnrolments(tx, person, now)
  await forgetPerson(tx, person, now)
}

/** What was begun under another state of things is begun again. */
async function endEnrolments(tx: Tx, person: string, now: number): Promise<void> {
  await endLinks(tx, person, now)
  await tx.updateTable('pending_key').set({ ended_at: now, ended_why: 'person-changed' }).where('person', '=', person).where('ended_at', 'is', null).execute()
}

function leafOf(subject: MemberSubject): string {
  switch (subject.kind) {
    case 'role': return subject.change === 'grant' ? 'member.role-granted' : 'member.role-removed'
    case 'removal': return 'member.removed'
    case 'recovery': return subject.change === 'start' ? 'member.recovery-started' : 'member.recovery-vetoed'
    case 'link': return 'member.linked'
  }
}

function detailsOf(subject: MemberSubject, member: string): Record<string, string> {
  const common = { member, request: subject.request }
  if (subject.kind === 'role') return { ...common, role: subject.role, scope: subject.scope }
  return subject.kind === 'link' ? { ...common, same: subject.same } : common
}
