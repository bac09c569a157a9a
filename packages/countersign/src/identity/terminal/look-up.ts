/** Tokens and who holds them, for all requests of one turn in one snapshot of the database. */
import type { Db } from '../../platform/store/store.ts'
import type { Person } from '../directory/people.ts'
import { holderIn } from '../holder.ts'
import type { Room } from '../ports.ts'
import { hashSecret } from '../secrets.ts'
import type { Found } from './resolve.ts'
import { together } from './together.ts'
import { findTokens, type TerminalToken } from './tokens.ts'

export function lookUpTokens(room: Room): (accessToken: string) => Promise<Found> {
  const byHash = together<string, Found>(async (hashes) => await room.ports.store.read(async (db) => {
    const tokens = await findTokens(db, [...new Set(hashes)])
    const holders = rememberHolders(room, db)
    return await Promise.all(hashes.map(async (hash) => {
      const token = tokens.get(hash)
      return { token, holder: token && (await holders(token)) }
    }))
  }))
  return async (accessToken) => await byHash(hashSecret(accessToken))
}

/** Within one snapshot the answer is the same for all terminals of a person that came in with the same key. */
function rememberHolders(room: Room, db: Db): (token: TerminalToken) => Promise<Person | undefined> {
  const asked = new Map<string, Promise<Person | undefined>>()
  return async (token) => {
    const who = `${token.person} ${token.authenticator}`
    const holder = asked.get(who) ?? holderIn(room, db, token)
    asked.set(who, holder)
    return await holder
  }
}
