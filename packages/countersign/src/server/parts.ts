/**
 * The rooms put together, in the order in which they need one another. Several functions of one screen; no rule lives here.
 */
import { parseSubject, relyingPartyAt, sitesAt } from '@countersign/proof'
import type { Directory, TrustFile } from '@countersign/proof'
import { hostRecoveries, knownSites } from '@countersign/proof/produce'
import type { Logger } from 'pino'
import { adminEffects, adminUseCases } from '../doors/admin/use-cases.ts'
import type { AdminDeps } from '../doors/admin/ports.ts'
import { createPolicyPin, digestInForce, versionsOf } from '../doors/admin/policy-pin.ts'
import type { PolicyPin } from '../doors/admin/policy-pin.ts'
import { membersEffects, membersUseCases } from '../doors/members/use-cases.ts'
import type { MembersDeps } from '../doors/members/ports.ts'
import { createPlanReader } from '../doors/runs/apart.ts'
import { runsUseCases } from '../doors/runs/use-cases.ts'
import type { RunsDeps } from '../doors/runs/ports.ts'
import { stateEffects } from '../doors/state/effects.ts'
import type { StateDeps, StateLimits } from '../doors/state/ports.ts'
import { runEnded } from '../doors/state/reconcile.ts'
import { wireUseCases } from '../doors/state/wire-use-cases.ts'
import type { WireUseCases } from '../doors/state/wire-use-cases.ts'
import { stateUseCases } from '../doors/state/use-cases.ts'
import type { StateUseCases } from '../doors/state/use-cases.ts'
import { createGate, GateError, gateUseCases } from '../gate/index.ts'
import type { Gate, GateDeps, Place } from '../gate/index.ts'
import { createIdentity } from '../identity/index.ts'
import { noRoots, type AttestationRoots } from '../identity/index.ts'
import type { Identity, IdentitySettings } from '../identity/index.ts'
import { awayOf } from './away.ts'
import type { AwaySettings } from './away.ts'
import type { Base } from './base.ts'
import { refuseCutTables } from './cut-tables.ts'
import { CodedError } from '../platform/coded-error.ts'
import type { Away } from '../ledger/away/index.ts'
import { verifyPolicyChain } from '../policy/index.ts'
import type { Policy, PolicyOptions } from '../policy/index.ts'
import type { Db, Tx } from '../platform/store/store.ts'
import { createEmail, createNoticeDesk, createSlack, createWebhook } from '../watch/notices/index.ts'
import type { Channel, NoticeDesk } from '../watch/notices/index.ts'
import { policyFile } from './policy-file.ts'
import { assembleState, keysOf, terminalsWith, usualLimits } from './state.ts'
import type { StateKeySettings } from './state.ts'

export type Parts = {
  base: Base
  place: Place
  pin: PolicyPin
  identity: Identity
  gate: Gate
  notices: NoticeDesk
  /** Where checkpoints go beyond this host. */
  away: Away
  runs: RunsDeps
  state: StateDeps
  /** Another server on this database may have changed the policy: what is in force there is proven and taken over. */
  followPolicy(): Promise<void>
  useCases: { gate: ReturnType<typeof gateUseCases>; runs: ReturnType<typeof runsUseCases>; members: ReturnType<typeof membersUseCases>; admin: ReturnType<typeof adminUseCases>; state: StateUseCases; wire: WireUseCases }
}

export type Programs = Pick<IdentitySettings, 'deviceGrant' | 'resourceServers'>

export async function assemble(base: Base, options: { url: string; alsoUrls?: readonly string[] | undefined; demonstration: boolean; log: Logger; programs?: Programs | undefined; notices?: NoticeSettings | undefined; away?: AwaySettings | undefined; attestationRoots?: AttestationRoots | undefined; stateKeys?: StateKeySettings | undefined; stateLimits?: Partial<StateLimits> | undefined }): Promise<Parts> {
  const attestationRoots = options.attestationRoots ?? noRoots
  const reading = { demonstration: options.demonstration, attested: attestationRoots.size > 0 }
  const url = new URL(options.url)
  const place: Place = { instance: base.instance, org: base.org, rpId: url.hostname, origin: url.origin, origins: [url.origin], sites: [options.url, ...(options.alsoUrls ?? [])].map((one) => ({ rpId: new URL(one).hostname, origin: new URL(one).origin })) }
  const pin = createPolicyPin(reading)
  const file = policyFile(base.dataDir, reading)
  const known: { identity?: Identity } = {}
  const notices = createNoticeDesk({
    ...base, origin: place.origin, channels: await channelsOf(options.notices), people: () => standing(known).people, profiles: () => standing(known).profiles,
    failed: ({ channel, tries, error, givenUp }) => {
      base.telemetry.noticeFailed(channel)
      options.log[givenUp ? 'error' : 'warn']({ channel, tries, error }, givenUp ? 'a notice was given up' : 'a notice could not be sent yet')
    },
  })
  const identity = await assembleIdentity(base, place, pin, file, { ...options, attestationRoots, notices })
  known.identity = identity
  const gateDeps: GateDeps = { ...base, place, keys: identity.keys, codes: identity.codes, people: identity.people, sessions: identity.sessions, terminals: terminalsWith(base, identity), notices, policy: () => pin.current(), policyInForce: digestInForce }
  const gate = createGate(gateDeps)
  const plans = createPlanReader()
  const state = assembleState({ base, place, pin, identity, gate, notices, plans, keys: await keysOf(base, options.log, options.stateKeys), limits: { ...usualLimits, ...options.stateLimits } })
  const runs: RunsDeps = { ...base, gate, place, plans, policy: () => pin.current(), directoryEntries: (db) => identity.directory.entries(db), ended: (tx, run, end) => runEnded(state, tx, run, end) }
  const members: MembersDeps = {
    ...base, gate, place, invitation: identity.invitation, codes: identity.codes, profiles: identity.profiles, notices, directory: (db) => directoryOf(base, identity, db),
    change: (tx, subject, countersignatures) => identity.changeMembers(tx, subject, countersignatures),
  }
  const admin = adminDeps(base, place, pin, identity, gate, { ...options, attestationRoots })
  await loadPolicy(base, place, pin, identity, file, { ...reading, log: options.log })
  return {
    base, place, pin, identity, gate, notices, runs, state, away: awayOf(base, notices, options),
    followPolicy: () => followPolicy(base, pin, identity),
    useCases: { gate: gateUseCases(gateDeps, { ...adminEffects(admin), ...membersEffects(members), ...stateEffects(state) }), runs: runsUseCases(runs), members: membersUseCases(members), admin: adminUseCases(admin), state: stateUseCases(state), wire: wireUseCases(state) },
  }
}

/** Notices are told while identity is put together, and sent afterwards. */
function standing({ identity }: { identity?: Identity }): Identity {
  if (!identity) throw new Error('identity is not put together yet')
  return identity
}

export type NoticeSettings = { smtp: URL | null; mailFrom: string; webhook: URL | null; webhookSecret: string; slack: URL | null }

async function channelsOf(settings: NoticeSettings | undefined): Promise<Channel[]> {
  if (!settings) return []
  const { smtp, mailFrom, webhook, webhookSecret, slack } = settings
  return [
    ...(smtp ? [await createEmail({ url: smtp, from: mailFrom })] : []),
    ...(webhook ? [createWebhook({ url: webhook, secret: webhookSecret })] : []),
    ...(slack ? [createSlack({ url: slack })] : []),
  ]
}

/** The genesis statement pins the digest of the policy that this server will start with: read once, so that both see the same bytes. */
async function assembleIdentity(
  base: Base,
  place: Place,
  pin: PolicyPin,
  file: () => Policy,
  options: { demonstration: boolean; log: Logger; programs?: Programs | undefined; notices: NoticeDesk; attestationRoots: AttestationRoots },
): Promise<Identity> {
  return createIdentity(
    {
      settings: {
        instance: place.instance,
        org: place.org,
        url: place.origin,
        rpId: place.rpId,
        origins: place.origins,
        sites: place.sites,
        demonstration: options.demonstration,
        attestationRoots: options.attestationRoots,
        ...options.programs,
      },
      ports: {
        ...base,
        notices: options.notices,
        policyDigest: async () => file().digest,
        atGenesis: async (tx, genesis) => {
          const policy = file()
          // The first steps may have been another server's, with another file.
          if (policy.digest !== genesis.policyDigest) throw new GateError('policy_changed', 'policy.yaml is not the one that the set-up began with.', 'Open the set-up link again.')
          await tx
            .insertInto('policy_version')
            .values({
              seq: 0,
              digest: genesis.policyDigest,
              text: policy.text,
              subject: '',
              countersignatures: '[]',
              directory_size: 0,
              changed_by: genesis.person,
              at: base.clock.now(),
            })
            .execute()
          base.afterCommit(tx, () => {
            pin.use(policy)
            base.notify.changed('policy')
          })
        },
      },
    },
    {
      notice: (text) => options.log.debug({ notice: text }, 'sign-in provider'),
      failure: (error) => options.log.error({ err: error }, 'sign-in provider failed'),
    },
  )
}

/** A chain that does not hold stops the start: a server that denies everything without saying why helps nobody. */
async function loadPolicy(base: Base, place: Place, pin: PolicyPin, identity: Identity, file: () => Policy, options: PolicyOptions & { log: Logger }): Promise<void> {
  const chain = await readChain(base, identity)
  if (chain.entries.length === 0) return void file()
  await refuseMovedUrl(base, place, identity)
  const pinned = await verifyPolicyChain({ ...chain, demonstration: options.demonstration, attested: options.attested })
  pin.use(pinned)
  try {
    if (file().digest !== pinned.digest) options.log.warn({ pinned: pinned.digest, file: file().digest }, differs)
  } catch (error) {
    options.log.warn({ err: error }, 'policy.yaml cannot be read; the countersigned policy is in force')
  }
}

/** In one snapshot, what the ledger says included: another server may append meanwhile. */
async function readChain(base: Base, identity: Identity) {
  return await base.store.read(async (db) => {
    const chain = { versions: await versionsOf(db), entries: await identity.directory.entries(db), head: await identity.directory.head(db) }
    await refuseCutTables(base, chain)
    return chain
  })
}

async function followPolicy(base: Base, pin: PolicyPin, identity: Identity): Promise<void> {
  const digest = await base.store.read(digestInForce)
  if (digest === null || digest === pin.digest()) return
  pin.use(await verifyPolicyChain({ ...(await readChain(base, identity)), demonstration: pin.demonstration, attested: pin.attested }))
}

class MovedError extends CodedError<'url_moved'> {}

/** Keys are bound to the name that genesis pinned: under another one, nothing that is signed would count. */
async function refuseMovedUrl(base: Base, place: Place, identity: Identity): Promise<void> {
  const directory = await base.store.read((db) => identity.directory.state(db))
  const site = directory && relyingPartyAt(directory, directory.size)
  if (!directory || !site || sitesAt(directory, directory.size).some(({ rpId, origins }) => rpId === place.rpId && origins.includes(place.origin))) return
  const next = `Start it with --url ${site.origins[0] ?? ''} and an address with that port. To move it, an owner countersigns the new address first: see Address in the console.`
  throw new MovedError('url_moved', `This data folder belongs to ${site.origins.join(', ')}, and the server was started as ${place.origin}.`, next)
}

const differs = 'policy.yaml is not the countersigned policy and was not loaded; countersign it with: countersign policy apply policy.yaml'

function adminDeps(base: Base, place: Place, pin: PolicyPin, identity: Identity, gate: Gate, options: TrustOptions): AdminDeps {
  return {
    ...base, gate, pin, place,
    directory: {
      entries: (db) => identity.directory.entries(db),
      head: (db) => identity.directory.head(db),
    },
    keys: {
      async own(tx, person, authenticator) {
        const app = (await identity.codes.of(tx, person)).find(({ id }) => id === authenticator)
        if (app) return { id: (await identity.codes.removable(tx, { person, authenticator })).id, credential: '', label: app.label }
        const key = await identity.authenticators.removable(tx, { person, authenticator })
        return { id: key.id, credential: key.credential.id, label: key.label }
      },
      revoke: (tx, subject, countersignatures) => (isAboutApp(subject) ? identity.codes : identity.authenticators).revoke(tx, subject, countersignatures),
    },
    sites: (db) => directoryOf(base, identity, db),
    enter: (tx, subject, countersignatures) => identity.directory.append(tx, subject, countersignatures),
    trust: () => trustOf(base, place, identity, options),
  }
}

/** A revocation that names no credential is one of an authenticator app. */
function isAboutApp(text: string): boolean {
  const subject = parseSubject(text)
  return subject.kind === 'revocation' && subject.credential === ''
}

async function directoryOf(base: Base, identity: Identity, db: Db | Tx): Promise<Directory> {
  const directory = await identity.directory.state(db)
  if (!directory) throw base.notSetUp()
  return directory
}

type TrustOptions = { demonstration: boolean; attestationRoots: AttestationRoots }

/** What a verifier pins: taken from the directory's first entry, which nobody can change later without another head. */
async function trustOf(base: Base, place: Place, identity: Identity, options: TrustOptions): Promise<TrustFile> {
  return base.store.read(async (db) => {
    const directory = await identity.directory.state(db)
    const genesis = directory && [...directory.keys.values()].find((key) => key.from === 1)
    if (!directory || !genesis) throw base.notSetUp()
    return {
      v: 1, type: 'countersign.trust', instance: place.instance, org: place.org,
      genesis: { entry: directory.heads[1] ?? '', person: genesis.person, credential: genesis.credential.id, publicKey: genesis.credential.publicKey },
      ledgerKeys: [base.ledger.vkey],
      sites: knownSites(directory), recoveries: hostRecoveries(directory),
      attestationRoots: [...options.attestationRoots.keys()],
      demonstration: options.demonstration && genesis.demonstration,
    }
  })
}
