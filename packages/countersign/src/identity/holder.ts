/**
 * Whose session or token this is. What it was opened with must stand in the directory and be that person's: what a key opened does not
 * outlive it, and a row of the database alone opens nothing.
 */
import type { Db, Tx } from '../platform/store/store.ts'
import type { Person } from './directory/people.ts'
import type { Room } from './ports.ts'

export type Held = { person: string; authenticator: string }

/** undefined: the directory knows nobody of this id, or not with the authenticator that opened it. */
export async function holderIn({ people, standing }: Pick<Room, 'people' | 'standing'>, db: Db | Tx, held: Held): Promise<Person | undefined> {
  const key = await standing.get(db, held.authenticator)
  return key?.person === held.person ? await people.find(db, held.person) : undefined
}
