/** People for these tests: an owner with a key, somebody with an app and a password, and somebody else's authenticator app. */
import { canonicalText, type RoleSubject } from '@countersign/proof'
import { requestSignature } from '../../../src/identity/enrolment.ts'
import { createSoftwareAuthenticator, type Identity } from '../../../src/identity/index.ts'
import type { Notice } from '../../../src/identity/notices/notices.ts'
import { codeAt, stepAt } from '../../../src/identity/codes/one-time.ts'
import { newId } from '../../../src/platform/ids.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { afterCommit } from '../../../src/platform/store/unit.ts'
import { enrolOwner, openWorld, policyDigest, signIn, source, url, type Owner, type World } from '../world.ts'

export const step = 30_000
export const password = 'seven geese by the mill'
export type Seed = Uint8Array

const policy = {
  digest: policyDigest, rule: 'always',
  requirement: { assurance: 'aal2', phishingResistant: true, freshSeconds: 300, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: false },
} as const

/** With a clock that stands at the beginning of a step. */
export async function withOwner(settings: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(settings)
  world.clock.at = Math.ceil(world.clock.at / step) * step
  const told: Notice[] = []
  world.context.ports.notices = { tell: async (tx, notice) => afterCommit(tx, () => told.push(notice)) }
  const owner = await enrolOwner(world)
  await world.store.write((tx) => world.identity.profiles.set(tx, { person: owner.person.id, login: 'ada', email: 'ada@example.com' }))
  return { ...world, world, told, owner }
}

/** The seed out of what was shown: what an app does with the picture. */
export function seedOf(address: string): Seed {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const secret = new URL(address).searchParams.get('secret') ?? ''
  const bits = Array.from(secret, (letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from({ length: Math.floor(bits.length / 8) }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2))
}

/** What the app shows `ahead` steps from now. */
export function shownBy(seed: Seed, { clock }: World, ahead = 0): string {
  return codeAt(seed, stepAt(clock.at) + ahead)
}

/** Enrols an app in a session, waiting for the next code as a person does. Nobody has vouched yet. */
export async function enrolled(world: World, who: Parameters<Identity['codes']['begin']>[0], label = 'phone') {
  const { codes } = world.identity
  const shown = await codes.begin(who, { label })
  const seed = seedOf(shown.address)
  const first = shownBy(seed, world)
  world.clock.advance(step)
  const pending = await codes.confirm(who, { ceremony: shown.ceremony, codes: [first, shownBy(seed, world)] })
  return { shown, seed, pending }
}

export async function vouch(world: World, by: Owner, authenticator: string, fingerprint?: string) {
  const { codes } = world.identity
  const { ceremony, voucher } = await codes.beginVouching(by, { authenticator, fingerprint })
  return await codes.finishVouching(by, { authenticator, ceremony, response: by.device.get(voucher.options, url) })
}

/** The owner's own app, vouched for by their key; the clock stands at the next step, so that its code is unused. */
export async function ownApp(world: World, owner: Owner) {
  const { seed, pending } = await enrolled(world, { person: owner.person, session: owner.session.id })
  const app = await vouch(world, owner, pending.id)
  world.clock.advance(step)
  return { seed, app }
}

/** Somebody with a role and no key: an entry that the owner signed. */
export async function invited(world: World, owner: Owner, name = 'Ben', role = 'operator') {
  const { identity, context, store, clock } = world
  const person = { id: newId('usr', clock, systemRandom), name }
  const subject = canonicalText({
    v: 1, kind: 'role', action: 'member.change', request: newId('req', clock, systemRandom), instance: 'test', org: 'acme', person, role, scope: '',
    change: 'grant', requester: owner.person.id, policy,
  } satisfies RoleSubject)
  await store.write(async (tx) => {
    const [key] = await identity.keys.usableBy(tx, owner.person.id)
    if (!key) throw new Error('the owner has no key')
    const signing = await requestSignature(context, {
      subject, person: owner.person.id, role: 'self', slot: 0, credential: key.credential, directory: await identity.directory.head(tx),
      checkpoint: { size: 0, root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    })
    const { id, response: { authenticatorData, clientDataJSON, signature } } = owner.device.get(signing.options, url)
    await identity.directory.append(tx, subject, [{ type: 'webauthn', envelope: signing.envelope, credential: id, authenticatorData, clientDataJSON, signature }])
    await identity.profiles.set(tx, { person: person.id, login: name.toLowerCase(), email: '' })
  })
  return person
}

/** Somebody with a password and an app that the owner vouched for, and no key. */
export async function member(world: World, owner: Owner, name = 'Ben') {
  const { identity, store } = world
  const person = await invited(world, owner, name)
  const prepared = await identity.passwords.prepareFirst({ person, password })
  await store.write((tx) => identity.passwords.keepFirst(tx, prepared))
  const { seed, pending } = await enrolled(world, { person, session: 'the link' })
  await vouch(world, owner, pending.id, pending.fingerprint)
  world.clock.advance(step)
  return { person, seed, login: name.toLowerCase() }
}

export async function signInWith(identity: Identity, given: { login: string; password?: string; code: string }) {
  return await identity.passwords.signIn({ password, source, ...given })
}

/** Somebody who was invited with a role and has a key of their own, signed in with it. */
export async function memberWithKey(world: World, owner: Owner, name: string, role: string): Promise<Owner> {
  const { identity, store } = world
  const person = await invited(world, owner, name, role)
  const device = createSoftwareAuthenticator()
  const { token } = await store.write((tx) => identity.invitation.issue(tx, { person: person.id, inviter: { id: owner.person.id, session: owner.session.id } }))
  const { ceremony, options } = await identity.invitation.begin({ token, label: 'key' })
  const created = await identity.invitation.create({ token, ceremony, response: device.create(options, url) })
  await identity.invitation.finish({ token, ceremony, response: device.get(created.options, url), source })
  const [pending] = await store.read((db) => identity.invitation.pending(db))
  const { actor } = await identity.sessions.resolve(owner.secret)
  const vouching = await identity.invitation.beginVouching(actor, { pending: pending?.id ?? '', code: created.code })
  await identity.invitation.finishVouching(actor, { ceremony: vouching.ceremony, response: owner.device.get(vouching.options, url) })
  return { ...(await signIn(identity, device)), person, device }
}

/** A touch of the key that somebody has, for one named thing. */
export async function freshTouch({ identity }: Pick<World, 'identity'>, by: Owner, what: 'password' | 'recovery-codes') {
  const { ceremony, options } = await identity.beginFresh(by, what)
  if (options === null) throw new Error('there is no key to touch')
  return { ceremony, response: by.device.get(options, url) }
}
