/** The ceremonies of the fake server that make or ask a key: verified with a library, over challenges of a second hand. */
import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { canonical, challengeOf, challengeOfIntent, codeOf, digest, digestOfSubject, envelope, id, instance } from './statements.ts'
import type { StoredKey, World } from './world.ts'

type Pending = { label: string; name: string; intent: string; challenge: string; subject: string; envelopes: string[]; key: StoredKey | null }
const pending = new WeakMap<World, Pending>()

function fresh(world: World): Pending {
  const found = pending.get(world)
  if (found === undefined) throw new Error('nothing was begun')
  return found
}

async function begin(world: World, kind: string, name: string, label: string): Promise<{ intent: string; options: unknown }> {
  const intent = canonical({ v: 1, type: 'countersign.intent', kind, instance, person: { id: world.person.id, name }, label, rpId: 'localhost' })
  const challenge = challengeOfIntent(intent)
  const options = await generateRegistrationOptions({
    rpName: 'Countersign', rpID: 'localhost', userName: name, userID: new TextEncoder().encode(world.person.id), attestationType: 'none',
    excludeCredentials: world.keys.map((key) => ({ id: key.credential })), authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  pending.set(world, { label, name, intent, challenge, subject: '', envelopes: [], key: null })
  return { intent, options: { ...options, challenge } }
}

async function makeKey(world: World, response: RegistrationResponseJSON, origin: string): Promise<StoredKey> {
  const { challenge, label } = fresh(world)
  const verified = await verifyRegistrationResponse({ response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: 'localhost', requireUserVerification: true })
  if (!verified.verified) throw new Error('the new key did not verify')
  const { credential, credentialDeviceType } = verified.registrationInfo
  return { id: id('aut', credential.id), label, credential: credential.id, publicKey: credential.publicKey, counter: credential.counter, synced: credentialDeviceType === 'multiDevice', addedAt: Date.now(), usedAt: null }
}

function enrolment(world: World, kind: string, key: StoredKey, origin: string): Record<string, unknown> {
  const { label, name, intent } = fresh(world)
  return {
    v: 1, kind, instance, org: 'acme', person: { id: world.person.id, name }, authenticator: key.id, label,
    credential: { id: key.credential, alg: -7, publicKey: Buffer.from(key.publicKey).toString('base64url'), aaguid: '00000000-0000-0000-0000-000000000000', backupEligible: false, backedUp: false, transports: ['usb'] },
    attestation: { format: 'none', digest: digest('attestation'), root: '' }, intent: digest(intent), rpId: 'localhost', origins: [origin], demonstration: false,
  }
}

function signing(subject: string, text: string, credential: string): { envelope: string; options: unknown } {
  return { envelope: text, options: { challenge: challengeOf(subject, text), rpId: 'localhost', userVerification: 'required', timeout: 60_000, allowCredentials: [{ type: 'public-key', id: credential }] } }
}

async function touched(key: StoredKey, response: AuthenticationResponseJSON, challenge: string, origin: string): Promise<boolean> {
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: 'localhost', requireUserVerification: true, credential: { id: key.credential, publicKey: key.publicKey, counter: key.counter },
  })
  key.counter = authenticationInfo.newCounter
  key.usedAt = Date.now()
  return verified
}

export async function beginSetup(world: World, body: unknown): Promise<unknown> {
  const { name, label } = body as { name: string; label: string }
  world.person = { ...world.person, name }
  return begin(world, 'genesis', name, label)
}

export async function createSetup(world: World, body: unknown, origin: string): Promise<unknown> {
  const state = fresh(world)
  const key = await makeKey(world, (body as { response: RegistrationResponseJSON }).response, origin)
  state.key = key
  state.subject = canonical({ ...enrolment(world, 'genesis', key, origin), ledgerKey: `countersign/${instance}+1a2b3c4d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh`, policy: digest('policy') })
  state.envelopes = [envelope({ person: world.person.id, role: 'genesis', origin })]
  return { subject: state.subject, code: codeOf(digestOfSubject(state.subject)), ...signing(state.subject, state.envelopes[0] ?? '', key.credential) }
}

export async function finishSetup(world: World, body: unknown, origin: string): Promise<unknown> {
  const { key, subject, envelopes } = fresh(world)
  if (key === null || !(await touched(key, (body as { response: AuthenticationResponseJSON }).response, challengeOf(subject, envelopes[0] ?? ''), origin))) throw new Error('set-up did not verify')
  world.keys.push(key)
  world.setUp = true
  return { person: world.person, fingerprint: digest(`head ${key.credential}`) }
}

export async function beginKey(world: World, body: unknown): Promise<unknown> {
  return { ceremony: 'add', ...(await begin(world, 'registration', world.person.name, (body as { label: string }).label)) }
}

export async function createKey(world: World, body: unknown, origin: string): Promise<unknown> {
  const state = fresh(world)
  const earlier = world.keys[0]
  if (earlier === undefined) throw new Error('no earlier key')
  const key = await makeKey(world, (body as { response: RegistrationResponseJSON }).response, origin)
  state.key = key
  state.subject = canonical({ ...enrolment(world, 'registration', key, origin), voucher: { person: world.person.id, credential: earlier.credential } })
  state.envelopes = [envelope({ person: world.person.id, role: 'possession', origin }), envelope({ person: world.person.id, role: 'voucher', origin })]
  return {
    subject: state.subject, code: codeOf(digestOfSubject(state.subject)),
    possession: signing(state.subject, state.envelopes[0] ?? '', key.credential), voucher: signing(state.subject, state.envelopes[1] ?? '', earlier.credential),
  }
}

export async function finishKey(world: World, body: unknown, origin: string): Promise<unknown> {
  const { key, subject, envelopes } = fresh(world)
  const { possession, voucher } = body as { possession: AuthenticationResponseJSON; voucher: AuthenticationResponseJSON }
  const earlier = world.keys[0]
  if (key === null || earlier === undefined) throw new Error('nothing to finish')
  await touched(key, possession, challengeOf(subject, envelopes[0] ?? ''), origin)
  await touched(earlier, voucher, challengeOf(subject, envelopes[1] ?? ''), origin)
  world.keys.push(key)
  return { authenticator: { id: key.id } }
}

const signInChallenges = new WeakMap<World, string>()

export async function signInOptions(world: World): Promise<unknown> {
  const options = await generateAuthenticationOptions({ rpID: 'localhost', userVerification: 'required' })
  signInChallenges.set(world, options.challenge)
  return { ceremony: 'sign-in', options }
}

export async function finishSignIn(world: World, body: unknown, origin: string): Promise<boolean> {
  const { response } = body as { response: AuthenticationResponseJSON }
  return (await verifyTouch(world, response, signInChallenges.get(world) ?? '', origin)) !== null
}

/** The key that answered, or null when nothing of it verifies. */
export async function verifyTouch(world: World, response: unknown, challenge: string, origin: string): Promise<StoredKey | null> {
  const answer = response as AuthenticationResponseJSON
  const key = world.keys.find((one) => one.credential === answer.id)
  if (key === undefined) return null
  try {
    return (await touched(key, answer, challenge, origin)) ? key : null
  } catch {
    return null
  }
}
