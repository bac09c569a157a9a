/**
 * Who speaks over the wire: HTTP Basic with a state credential, and nothing else. It is checked before a byte of a body is read.
 *
 * A credential is one person's or run's, for one workspace, and useless at any other door; nothing else works here. It proves who asks.
 * What it may do is the gate's to say, and where it has expired or was revoked, only what its own lock still needs is left of it.
 */
import type { Actor } from '../../identity/actor.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { believeCredential } from './rights.ts'
import { passwordMatches } from './secret.ts'
import { findCredential, updateCredential } from './store.ts'
import type { CredentialRow } from './store.ts'

export type Caller = { actor: Actor; credential: CredentialRow; standing: 'valid' | 'expired' | 'revoked' }
export type Basic = { username: string; password: string }

/** null: not Basic, or not readable as such. Nothing in it is believed. */
export function readBasic(authorization: string | undefined): Basic | null {
  const encoded = /^basic +([A-Za-z0-9+/=]{1,512})$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** `known`: there is such a credential, and the password is not its: somebody tries. */
/** `tampered`: the row is not the one that was given out. */
export type Refused = { refused: 'unknown' } | { refused: 'known'; credential: CredentialRow } | { refused: 'tampered'; credential: CredentialRow; cause: StateError }

const USED_EVERY = 60_000
const isId = /^stc_[0-9a-f]{32}$/

export async function authenticate(deps: StateDeps, { username, password }: Basic, source: Actor['source']): Promise<Caller | Refused> {
  // In one reading: what is believed of a row is compared with the ledger of the same moment. A credential that ends in between has its
  // leaf, and the row that was read before it says otherwise: that is nobody's doing, and its last write must not be lost for it.
  const found = await deps.store.read(async (db) => {
    const credential = isId.test(username) ? await findCredential(db, username) : null
    // The comparison is made for nobody as well: how long an answer takes does not tell which ids there are.
    const matches = passwordMatches(password, credential?.secret_hash ?? '')
    if (!credential || !matches) return { credential, matches: false as const }
    const cause = await believeCredential(deps, db, credential).then(() => null, notBelieved)
    const out = await deps.signedOut(db, { person: credential.person, executor: credential.executor, since: credential.created_at })
    return { credential, matches: true as const, cause, out, roles: await deps.roles(db, credential.person) }
  })
  const { credential } = found
  if (!credential) return { refused: 'unknown' }
  if (!found.matches) return { refused: 'known', credential }
  if (found.cause) return { refused: 'tampered', credential, cause: found.cause }
  await noteUse(deps, credential, source.address)
  return { credential, standing: found.out ? 'revoked' : standingAt(credential, deps.clock.now()), actor: actorOf(credential, [...found.roles], source) }
}

function notBelieved(error: unknown): StateError {
  if (error instanceof StateError && error.code === 'state_tampered') return error
  throw error
}

function standingAt(credential: CredentialRow, now: number): Caller['standing'] {
  if (credential.revoked_at !== null) return 'revoked'
  return credential.expires_at <= now ? 'expired' : 'valid'
}

function actorOf(credential: CredentialRow, roles: string[], source: Actor['source']): Actor {
  return {
    kind: 'person', id: credential.person, name: credential.person_name, roles, via: 'state', session: credential.id, executor: credential.id, source,
    authTime: credential.created_at,
  }
}

/** Roughly when, and from where last: for the person who looks at their credentials. */
async function noteUse(deps: StateDeps, credential: CredentialRow, address: string): Promise<void> {
  const now = deps.clock.now()
  if (credential.last_source === address && credential.last_used_at !== null && now - credential.last_used_at < USED_EVERY) return
  await deps.store.write((tx) => updateCredential(tx, credential.id, { last_used_at: now, last_source: address }))
}
