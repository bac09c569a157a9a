/** An installation for the tests of this room: the real store in a scratch folder, a clock that is moved by hand, a ledger that remembers. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PolicyRef, RevocationSubject } from '@countersign/proof'
import { canonicalText, challengeFor, subjectDigest } from '@countersign/proof'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { afterEach } from 'vitest'
import { createIdentity, createSoftwareAuthenticator, IdentityError, identityMigrations, type Identity, type IdentitySettings, type SoftwareAuthenticator } from '../../src/identity/index.ts'
import { requestSignature } from '../../src/identity/enrolment.ts'
import { createApps } from '../../src/identity/codes/apps.ts'
import { createStanding } from '../../src/identity/authenticators/standing.ts'
import type { IdentityPorts, Room } from '../../src/identity/ports.ts'
import type { Session } from '../../src/identity/sessions/sessions.ts'
import { writeLeaf } from '../../src/ledger/leaf.ts'
import { newId } from '../../src/platform/ids.ts'
import { openKeyFiles } from '../../src/platform/key-files.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openStore } from '../../src/platform/store/open.ts'
import { databaseOf } from '../support/database.ts'
import { losingOnce } from '../support/losing.ts'
import { afterCommit } from '../../src/platform/store/unit.ts'

export const url = 'http://localhost:7420'
export const local = { address: '127.0.0.1', forwarded: false }
export const source = { address: '127.0.0.1', client: 'Firefox on Linux' }
export const policyDigest = 'ab'.repeat(32)

/** A verifier key in C2SP form, as genesis names it. */
const vkey = (() => {
  const name = 'countersign/test'
  const key = Buffer.concat([Uint8Array.of(1), generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)])
  const hash = createHash('sha256').update(`${name}\n`).update(key).digest('hex').slice(0, 8)
  return `${name}+${hash}+${key.toString('base64')}`
})()

export type Leaf = { type: string; ids: Record<string, string>; details: unknown }
export type Owner = { person: { id: string; name: string }; device: SoftwareAuthenticator; secret: string; session: Session }
export type World = Awaited<ReturnType<typeof openWorld>>

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

export async function openWorld(settings: Partial<IdentitySettings> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-identity-'))
  const clock = { at: Date.now(), now: () => clock.at, advance: (ms: number) => void (clock.at += ms) }
  const store = await openStore({ dataDir, databaseUrl: await databaseOf(dataDir, 'identity'), connectPostgres: losingOnce, migrations: identityMigrations, clock })
  const keyring = await openKeyFiles(join(dataDir, 'keys'), systemRandom)
  const leaves: Leaf[] = []
  const pinned: string[] = []
  const failure: { ledger: Error | undefined } = { ledger: undefined }
  const ports: IdentityPorts = {
    store, clock, random: systemRandom, keyring, notify: { changed: () => undefined },
    ledger: {
      vkey,
      async append(tx, entry) {
        if (failure.ledger) throw failure.ledger
        // What the ledger would not take is not taken here either.
        await writeLeaf(entry, clock, systemRandom)
        afterCommit(tx, () => leaves.push(entry))
        return { index: 0 }
      },
      checkpoint: async () => ({ note: '', size: 0, root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' }),
    },
    policyDigest: async () => policyDigest,
    atGenesis: async (tx, genesis) => afterCommit(tx, () => pinned.push(genesis.policyDigest)),
  }
  const notices: string[] = []
  const failures: unknown[] = []
  const context = { ports, settings: { instance: 'test', org: 'acme', url, rpId: 'localhost', origins: [url], demonstration: true, ...settings } }
  const identity = await createIdentity(context, { notice: (text) => notices.push(text), failure: (error) => failures.push(error) })
  opened.push(async () => {
    await store.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const room: Room = { ...context, directory: identity.directory, people: identity.people, standing: createStanding(identity.directory), apps: createApps(identity.directory, clock) }
  return { identity, context, room, store, clock, leaves, pinned, failure, notices, failures, dataDir }
}

/** The whole set-up with a software key. */
export async function enrolOwner(world: World, device = createSoftwareAuthenticator()): Promise<Owner> {
  const { setUp } = world.identity
  const { token } = await setUp.issueToken()
  const { options } = await setUp.begin({ token, name: 'Ada', label: 'first key', from: local })
  const created = await setUp.create({ token, response: device.create(options, url), from: local })
  const { person, secret, session } = await setUp.finish({ token, response: device.get(created.options, url), from: local, source })
  return { person, device, secret, session }
}

export async function addKey(world: World, owner: Owner, device = createSoftwareAuthenticator()) {
  const { registration } = world.identity
  const { ceremony, options } = await registration.begin(owner, { label: 'second key' })
  const created = await registration.create(owner, { ceremony, response: device.create(options, url) })
  const authenticator = await registration.finish(owner, { ceremony, possession: device.get(created.possession.options, url), voucher: owner.device.get(created.voucher.options, url) })
  return { device, authenticator }
}

export async function signIn(identity: Identity, device: SoftwareAuthenticator, replaces?: string) {
  const { ceremony, options } = await identity.signIn.begin()
  return await identity.signIn.finish({ ceremony, response: device.get(options, url), source, replaces })
}

const policy: PolicyRef = { digest: policyDigest, rule: 'always', requirement: { assurance: 'aal2', phishingResistant: true, freshSeconds: 300, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: false } }

/** A revocation, countersigned by the requester as the gate would have it done, and its effect. */
export async function revoke(world: World, by: Owner, authenticator: string, credential: string, change: Partial<RevocationSubject> = {}): Promise<void> {
  const { identity, context, store } = world
  const subject = canonicalText({ v: 1, kind: 'revocation', action: 'authenticator.change', request: newId('req', context.ports.clock, systemRandom), instance: 'test', org: 'acme', person: by.person.id, authenticator, credential, reason: 'lost', requester: by.person.id, policy, ...change })
  await store.write(async (tx) => {
    const key = (await identity.keys.usableBy(tx, by.person.id)).find((one) => by.device.credentials().includes(one.credential.id))
    if (!key) throw new Error('the signer has no usable key')
    const head = await identity.directory.head(tx)
    const signing = await requestSignature(context, { subject, person: by.person.id, role: 'self', slot: 0, credential: key.credential, checkpoint: { size: 0, root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' }, directory: head })
    const { response, id } = by.device.get(signing.options, url)
    const countersignature = { type: 'webauthn' as const, envelope: signing.envelope, credential: id, authenticatorData: response.authenticatorData, clientDataJSON: response.clientDataJSON, signature: response.signature }
    await identity.authenticators.revoke(tx, subject, [countersignature])
  })
}

/** The code of an IdentityError; anything else is no answer. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof IdentityError) return error.code
    throw error
  }
}

export async function statementChallenge(subject: string, envelope: string): Promise<string> {
  return Buffer.from(await challengeFor(await subjectDigest(subject), envelope)).toString('base64url')
}

export type { AuthenticationResponseJSON }
