/**
 * Whose session or token this is. What it was opened with must stand in the directory and be that person's: what a key opened does not
 * outlive it, and a row of the database alone opens nothing.
 */
import type { Db, Tx } from '../platform/store/store.ts'
import type { Person } from './directory/people.ts'
import type { Room } from './ports.ts'
import type { Session } from './sessions/sessions.ts'

export type Held = { person: string; authenticator: string; limitedTo?: Session['limitedTo'] }

/** undefined: the directory knows nobody of this id, or not with the authenticator that opened it. */
export async function holderIn({ people, standing, apps }: Pick<Room, 'people' | 'standing' | 'apps'>, db: Db | Tx, held: Held): Promise<Person | undefined> {
  // Opened with a recovery code: there is no authenticator to ask, and it opens nothing but the way to a new one.
  if (held.authenticator === '' && held.limitedTo === 'enrolment') return await people.find(db, held.person)
  const opener = (await standing.get(db, held.authenticator)) ?? (await apps.get(db, held.authenticator))
  return opener?.person === held.person ? await people.find(db, held.person) : undefined
}
