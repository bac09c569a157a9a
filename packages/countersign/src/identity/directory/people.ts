/** Who is a member and with which roles, read from the replayed directory at the head the caller's transaction sees. */
import { rolesOf, type Directory } from '@countersign/proof'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { DirectoryStore } from './directory.ts'

export type Person = { id: string; name: string; roles: string[] }

export interface People {
  /** undefined: not, or no longer, a member. */
  find(db: Db | Tx, id: string): Promise<Person | undefined>
  all(db: Db | Tx): Promise<Person[]>
  directoryHead(db: Db | Tx): Promise<{ size: number; head: string }>
  rolesOf(db: Db | Tx, person: string): Promise<readonly string[]>
  ownerCount(db: Db | Tx): Promise<number>
  /** The same as `find`, with a read of its own. */
  now(id: string): Promise<Person | undefined>
}

export function createPeople(directory: DirectoryStore, store: Store): People {
  const all = async (db: Db | Tx): Promise<Person[]> => {
    const state = await directory.state(db)
    if (!state) return []
    return [...state.people.values()].map(({ id, name }) => ({ id, name, roles: organisationRoles(state, id) }))
  }
  const find = async (db: Db | Tx, id: string) => (await all(db)).find((person) => person.id === id)
  return {
    all,
    find,
    directoryHead: (db) => directory.head(db),
    rolesOf: async (db, person) => (await find(db, person))?.roles ?? [],
    ownerCount: async (db) => (await all(db)).filter((person) => person.roles.includes('owner')).length,
    now: (id) => store.read((db) => find(db, id)),
  }
}

/** Roles over the whole organisation. Those over one project are for the doors that know projects. */
function organisationRoles(state: Directory, person: string): string[] {
  const roles = rolesOf(state, person, state.size).filter((span) => span.scope === '')
  return [...new Set(roles.map((span) => span.role))].sort()
}
