/** Who is a member and with which roles, read from the replayed directory at the head the caller's transaction sees. */
import { countOwners, humanOf, roleAt, rolesOf, type Directory } from '@countersign/proof'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { DirectoryStore } from './directory.ts'

/** `roles` as shown: "owner", or "operator@payments" for one over a part of the organisation. */
export type Person = { id: string; name: string; roles: string[] }
export type HeldRole = { role: string; /** "" the organisation, "project", or "project/name" */ scope: string }

export interface People {
  /** undefined: not, or no longer, a member. Whoever holds no role is none. */
  find(db: Db | Tx, id: string): Promise<Person | undefined>
  all(db: Db | Tx): Promise<Person[]>
  directoryHead(db: Db | Tx): Promise<{ size: number; head: string }>
  /** Names of the roles held over this scope; `null` asks for those held over anything at all. */
  rolesOf(db: Db | Tx, person: string, over: string | null): Promise<readonly string[]>
  /** Every role with its scope. */
  held(db: Db | Tx, person: string): Promise<readonly HeldRole[]>
  /** People, not ids, who are owners and have a key: somebody who cannot sign yet cannot be the second of two who have to. */
  ownerCount(db: Db | Tx): Promise<number>
  /** Whether two ids are one human: the same id, or linked in the directory. */
  same(db: Db | Tx, one: string, other: string): Promise<boolean>
  /** The same as `find`, with a read of its own. */
  now(id: string): Promise<Person | undefined>
}

export function createPeople(directory: DirectoryStore, store: Store): People {
  const all = async (db: Db | Tx): Promise<Person[]> => {
    const state = await directory.state(db)
    if (!state) return []
    return [...state.people.values()].flatMap(({ id, name }) => {
      const roles = heldBy(state, id).map(({ role, scope }) => (scope === '' ? role : `${role}@${scope}`))
      return roles.length === 0 ? [] : [{ id, name, roles }]
    })
  }
  const find = async (db: Db | Tx, id: string) => (await all(db)).find((person) => person.id === id)
  return {
    all,
    find,
    directoryHead: (db) => directory.head(db),
    async rolesOf(db, person, over) {
      const state = await directory.state(db)
      if (!state) return []
      const names = [...new Set(heldBy(state, person).map(({ role }) => role))]
      return over === null ? names : names.filter((role) => roleAt(state, person, role, over, state.size) !== undefined)
    },
    async held(db, person) {
      const state = await directory.state(db)
      return state ? heldBy(state, person) : []
    },
    async ownerCount(db) {
      const state = await directory.state(db)
      return state === null ? 0 : countOwners(state, state.size)
    },
    async same(db, one, other) {
      if (one === other) return true
      const state = await directory.state(db)
      return state !== null && humanOf(state, one, state.size) === humanOf(state, other, state.size)
    },
    now: (id) => store.read((db) => find(db, id)),
  }
}

function heldBy(state: Directory, person: string): HeldRole[] {
  const spans = rolesOf(state, person, state.size).map(({ role, scope }) => ({ role, scope }))
  return spans.sort((a, b) => (a.scope === b.scope ? (a.role < b.role ? -1 : 1) : a.scope < b.scope ? -1 : 1))
}
