/**
 * The second of two owners who let an owner in. Whoever made the enrolment link could have made the key as well, in the place of the
 * person; so where two owners could have a say, another one types the code too, as the person told it to *them*.
 *
 * The first word waits with the key until then, and is worth nothing alone: the directory refuses it (`second-voucher.ts` of the proof).
 */
import { authorityAt, humanOf, takesTwo, type Directory } from '@countersign/proof'
import type { Tx } from '../../platform/store/store.ts'
import type { Actor } from '../actor.ts'
import type { Authenticator } from '../authenticators/authenticators.ts'
import type { Room } from '../ports.ts'
import type { PendingKeyTable } from './tables.ts'

export type Part = 'first' | 'second' | 'none'

type Waits = Pick<PendingKeyTable, 'person' | 'voucher' | 'vouched'>

/** Which part this member has in it now. The first may say it again: what they signed may have lapsed. */
export function partIn(directory: Directory | null, row: Waits, member: string): Part {
  if (row.voucher === member) return 'first'
  if (row.vouched === '' || directory === null) return 'none'
  const humans = [member, row.voucher, row.person].map((id) => humanOf(directory, id, directory.size))
  const may = takesTwo(directory, row.person) && authorityAt(directory, member, { person: row.person }, directory.size) !== undefined
  return may && new Set(humans).size === humans.length ? 'second' : 'none'
}

export const needsSecond = (directory: Directory | null, row: Waits): boolean =>
  directory !== null && row.voucher !== row.person && takesTwo(directory, row.person)

/** The first vouches with the key that the subject names; the second with the one that they are signed in with. */
export async function keyFor(room: Room, tx: Tx, part: Part, row: Pick<PendingKeyTable, 'credential'>, by: Actor): Promise<Authenticator | undefined> {
  if (part === 'first') return await room.standing.find(tx, row.credential)
  const session = await tx.selectFrom('session').select('authenticator').where('id', '=', by.session).executeTakeFirst()
  return session && (await room.standing.get(tx, session.authenticator))
}
