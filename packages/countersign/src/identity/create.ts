/** Puts the room together. Whoever wires the server calls this once and hands the parts on. */
import { parseSubject, type Countersignature } from '@countersign/proof'
import type { Db, Tx } from '../platform/store/store.ts'
import type { Actor } from './actor.ts'
import type { Authenticator } from './authenticators/authenticators.ts'
import { createKeys, type Keys } from './authenticators/keys.ts'
import { removable, revokeAuthenticator } from './authenticators/revoke.ts'
import { createStanding } from './authenticators/standing.ts'
import { enterChange, type MemberSubject } from './directory/change.ts'
import { createApps } from './codes/apps.ts'
import { createSecrets, type Secrets } from './codes/create.ts'
import { createDirectory, type DirectoryStore } from './directory/directory.ts'
import { beginHostRecovery, createHostRecovery, finishHostRecovery } from './host-recovery/recover.ts'
import { issueHostRecovery } from './host-recovery/token.ts'
import { beginInvited, createInvited, finishInvited } from './invitation/enrol.ts'
import { findLink, issueLink, openLinks, type Inviter, type Link } from './invitation/link.ts'
import { beginVouching, finishVouching, pendingKeys, type PendingKey } from './invitation/vouch.ts'
import { createPeople, type People, type Person } from './directory/people.ts'
import { decideDevice, showDevice, type Device } from './oidc/devices.ts'
import { decideInteraction, showInteraction, type Http, type Terminal } from './oidc/interactions.ts'
import { createOidcHandler, createProvider, type OidcHandler, type OidcLog } from './oidc/provider.ts'
import type { IdentityContext, Room } from './ports.ts'
import { beginRegistration } from './registration/begin.ts'
import { createRegistration } from './registration/create.ts'
import { finishRegistration } from './registration/finish.ts'
import { assertSessionLive, endSession, listSessions, resolveSession, type Session } from './sessions/sessions.ts'
import { beginSetUp } from './setup/begin.ts'
import { createGenesis } from './setup/create.ts'
import { finishSetUp } from './setup/finish.ts'
import { issueSetupToken } from './setup/token.ts'
import { beginSignIn, finishSignIn } from './sign-in/sign-in.ts'
import { IdentityError } from './errors.ts'
import { holderIn, type Held } from './holder.ts'
import { sweep } from './sweep.ts'
import { lookUpTokens } from './terminal/look-up.ts'
import { createNonces, type Nonces } from './terminal/nonce.ts'
import { spendProofs } from './terminal/proof-use.ts'
import { resolveTerminal, type TerminalRequest } from './terminal/resolve.ts'
import { endToken, endedSince, endTokensOfKey, listTokens, type TerminalToken } from './terminal/tokens.ts'

/** A use case of this room, without the room. */
type UseCase<F> = F extends (room: Room, ...given: infer Given) => infer Answer ? (...given: Given) => Answer : never

export interface Identity extends Secrets {
  readonly context: IdentityContext
  readonly directory: DirectoryStore
  readonly people: People
  /** What the gate needs of keys. */
  readonly keys: Keys
  readonly setUp: {
    issueToken(): ReturnType<typeof issueSetupToken>
    done(): Promise<boolean>
    begin: UseCase<typeof beginSetUp>
    create: UseCase<typeof createGenesis>
    finish: UseCase<typeof finishSetUp>
  }
  readonly registration: {
    begin: UseCase<typeof beginRegistration>
    create: UseCase<typeof createRegistration>
    finish: UseCase<typeof finishRegistration>
  }
  /** The way of somebody who has no key yet, or none any more. */
  readonly invitation: {
    issue(tx: Tx, given: { person: string; inviter: Inviter }): Promise<Link>
    /** Open links: for whom, until when. */
    open(db: Db | Tx): Promise<{ person: string; expiresAt: number }[]>
    show(given: { token: string }): Promise<{ person: { id: string; name: string }; expiresAt: number }>
    begin: UseCase<typeof beginInvited>
    create: UseCase<typeof createInvited>
    finish: UseCase<typeof finishInvited>
    /** One's own way to a key at the main address, with a key of another. */
    issueOwn(given: { person: string; session: string }): Promise<Link>
    pending(db: Db | Tx): Promise<PendingKey[]>
    beginVouching: UseCase<typeof beginVouching>
    finishVouching: UseCase<typeof finishVouching>
  }
  /** The one owner there is, let back in by the host. */
  readonly hostRecovery: {
    issue(): ReturnType<typeof issueHostRecovery>
    begin: UseCase<typeof beginHostRecovery>
    create: UseCase<typeof createHostRecovery>
    finish: UseCase<typeof finishHostRecovery>
  }
  /** The effect of a completed challenge of the kinds role, removal, recovery and link. */
  changeMembers(tx: Tx, subject: string, countersignatures: Countersignature[]): Promise<MemberSubject>
  readonly signIn: { begin: UseCase<typeof beginSignIn>; finish: UseCase<typeof finishSignIn> }
  readonly sessions: {
    /** Throws `session_required`. */
    resolve(cookie: string | undefined, client?: string, unattended?: boolean): Promise<{ actor: Actor; session: Session }>
    list(person: string): Promise<Session[]>
    /** In a transaction: throws `session_required` where it has ended. */
    stands(tx: Tx, id: string): Promise<void>
    /** Ends a session of this person; `session_required` when it is not there. */
    end(given: { id: string; person: string; why: 'signed-out' | 'ended-by-owner' }): Promise<void>
  }
  readonly tokens: {
    resolve(request: TerminalRequest): Promise<{ actor: Actor; token: TerminalToken }>
    list(person: string): Promise<TerminalToken[]>
    end(given: { id: string; person: string; why: 'signed-out' | 'ended-by-owner' }): Promise<void>
    /** Signs out whoever holds this terminal's key; in the transaction of the report. */
    disown(tx: Tx, person: string, thumbprint: string): Promise<void>
    /** Whether a sign-in of the terminal with this key was ended since: by its person, a report, a revoked key, a removal. Expiry is no end. */
    endedSince(db: Db | Tx, of: { person: string; thumbprint: string; since: number }): Promise<boolean>
    /** For the DPoP-Nonce header of every answer to a terminal. */
    nonce(): string
  }
  readonly authenticators: {
    find(db: Db | Tx, credentialId: string): Promise<Authenticator | undefined>
    of(person: string): Promise<Authenticator[]>
    removable(tx: Tx, given: { person: string; authenticator: string }): Promise<Authenticator>
    /** The effect of a completed challenge of kind revocation. */
    revoke(tx: Tx, subject: string, countersignatures: Countersignature[]): Promise<void>
  }
  readonly interactions: {
    show(http: Http, uid: string): Promise<Terminal>
    decide(http: Http, given: { uid: string; decision: 'allow' | 'deny'; session: Session }): Promise<{ redirect: string }>
  }
  /** Terminals without a browser, let in by the code that they show. */
  readonly devices: {
    readonly on: boolean
    show(typed: string, session: Session): Promise<Device>
    decide(given: { typed: string; decision: 'allow' | 'deny'; session: Session }): Promise<void>
  }
  /** Answers everything under /oidc, on the raw request (its body unread). */
  readonly oidc: OidcHandler
  /** Deletes what has expired; call it now and then. */
  sweep(): Promise<void>
}

export async function createIdentity(context: IdentityContext, log: OidcLog): Promise<Identity> {
  const { settings, ports } = context
  const { store, clock } = ports
  const directory = createDirectory(ports)
  const people = createPeople(directory, store)
  const standing = createStanding(directory)
  const room: Room = { ...context, directory, people, standing, apps: createApps(directory, clock) }
  const secrets = await createSecrets(room, (error) => log.failure(error))
  const [root, jwks] = await Promise.all([ports.keyring.secret('cookie'), ports.keyring.keySet('oidc-jwks')])
  const nonces = createNonces(root, clock)
  const provider = await createProvider(room, { root, jwks }, async (person) => (await people.now(person)) !== undefined, log)
  return {
    ...secrets,
    context, directory, people,
    keys: createKeys(clock, settings, standing),
    setUp: {
      issueToken: () => issueSetupToken(room),
      done: () => store.read(async (db) => (await directory.head(db)).size > 0),
      begin: (given) => beginSetUp(room, given),
      create: (given) => createGenesis(room, given),
      finish: (given) => finishSetUp(room, given),
    },
    registration: {
      begin: (by, given) => beginRegistration(room, by, given),
      create: (by, given) => createRegistration(room, by, given),
      finish: (by, given) => finishRegistration(room, by, given),
    },
    invitation: {
      issue: (tx, given) => issueLink(room, tx, given),
      open: (db) => openLinks(room, db),
      async show({ token }) {
        const link = await store.read((db) => findLink(room, db, token))
        return { person: { id: link.person, name: link.name }, expiresAt: link.expires_at }
      },
      begin: (given) => beginInvited(room, given),
      create: (given) => createInvited(room, given),
      finish: (given) => finishInvited(room, given),
      issueOwn: ({ person, session }) => store.write((tx) => issueLink(room, tx, { person, inviter: { id: person, session } })),
      pending: (db) => pendingKeys(room, db),
      beginVouching: (by, given) => beginVouching(room, by, given),
      finishVouching: (by, given) => finishVouching(room, by, given),
    },
    hostRecovery: {
      issue: () => issueHostRecovery(room),
      begin: (given) => beginHostRecovery(room, given),
      create: (given) => createHostRecovery(room, given),
      finish: (given) => finishHostRecovery(room, given),
    },
    changeMembers: (tx, subject, countersignatures) => enterChange(room, tx, subject, countersignatures),
    signIn: { begin: (given) => beginSignIn(room, given), finish: (given) => finishSignIn(room, given) },
    sessions: sessionsOf(room),
    tokens: tokensOf(room, nonces),
    authenticators: {
      find: (db, credentialId) => standing.find(db, credentialId),
      of: (person) => store.read((db) => standing.of(db, person)),
      removable: (tx, given) => removable(room, tx, given),
      revoke: (tx, subject, countersignatures) => revokeAny(room, secrets, tx, subject, countersignatures),
    },
    interactions: {
      show: (http, uid) => showInteraction(provider, http, uid),
      decide: (http, given) => decideInteraction(provider, context, http, given),
    },
    devices: {
      on: settings.deviceGrant ?? false,
      show: (typed, session) => showDevice(room, typed, session),
      decide: (given) => decideDevice(provider, room, given),
    },
    oidc: createOidcHandler(provider, settings.url),
    sweep: () => sweep(ports),
  }
}

/** A removal names a key by its credential; an authenticator app has none. */
function revokeAny(room: Room, { codes }: Secrets, tx: Tx, text: string, countersignatures: Countersignature[]): Promise<void> {
  const subject = parseSubject(text)
  const app = subject.kind === 'revocation' && subject.credential === ''
  return app ? codes.revoke(tx, text, countersignatures) : revokeAuthenticator(room, tx, text, countersignatures)
}

function holderOf(room: Room, held: Held): Promise<Person | undefined> {
  return room.ports.store.read((db) => holderIn(room, db, held))
}

function sessionsOf(room: Room): Identity['sessions'] {
  const { ports } = room
  return {
    async resolve(cookie, client, unattended) {
      const session = await resolveSession(ports, cookie, client, unattended)
      const person = await holderOf(room, session)
      if (!person) {
        throw new IdentityError('session_required', 'The person of this session, or the key that opened it, is not in the directory.', 'Sign in again.')
      }
      const { id, source, authTime } = session
      return { session, actor: { kind: 'person', ...person, via: 'browser', session: id, executor: '', source, authTime } }
    },
    list: (person) => listSessions(ports, person),
    stands: (tx, id) => assertSessionLive(tx, id, ports.clock.now()),
    async end({ id, person, why }) {
      await ports.store.write(async (tx) => {
        if (!(await endSession(tx, { id, person, why, now: ports.clock.now() }))) {
          throw new IdentityError('session_required', 'There is no such session of yours, or it has ended.', 'Nothing more needs to be done.')
        }
        await ports.ledger.append(tx, { type: 'session.ended', ids: { person, session: id }, details: { why } })
      })
    },
  }
}

function tokensOf(room: Room, nonces: Nonces): Identity['tokens'] {
  const { settings, ports } = room
  const tokenPorts = { clock: ports.clock, nonces, url: settings.url, lookUp: lookUpTokens(room), spend: spendProofs(ports) }
  return {
    resolve: (request) => resolveTerminal(tokenPorts, request),
    list: (person) => listTokens(ports, person),
    async end({ id, person, why }) {
      await ports.store.write(async (tx) => {
        if (!(await endToken(tx, { id, person, why, now: ports.clock.now() }))) {
          throw new IdentityError('token_invalid', 'There is no such token of yours, or it has ended.', 'Nothing more needs to be done.')
        }
        await ports.ledger.append(tx, { type: 'terminal.ended', ids: { person, token: id }, details: { why } })
      })
    },
    async disown(tx, person, thumbprint) {
      const ended = await endTokensOfKey(tx, { person, thumbprint, now: ports.clock.now() })
      if (ended > 0) await ports.ledger.append(tx, { type: 'terminal.ended', ids: { person }, details: { thumbprint, why: 'reported', tokens: ended } })
    },
    endedSince: (db, of) => endedSince(db, of),
    nonce: () => nonces.current(),
  }
}
