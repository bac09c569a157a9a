/** Each check of an assertion: the same touch, with one thing changed, signed by the true key wherever a signature matters. */
import { describe, expect, test } from 'vitest'
import { type AssertionInput, importKey, ProofError, toBase64url, verifyAssertion } from '../../src/index.ts'
import { AT, type Authenticator, authenticator, BE, BS, ED, type Make, personOf, type Touch, touch, UP, UV } from '../support/authenticator.ts'
import { seed } from '../support/keys.ts'

const person = personOf('Alice')
const challenge = seed('challenge')
const rpId = 'countersign.test'
const origin = 'https://countersign.test'

function given(lies: Partial<Touch> = {}, make: Make = {}): { input: AssertionInput; by: Authenticator } {
  const by = authenticator(person, 'key', make)
  const assertion = touch(by, { challenge, rpId, origin, ...lies })
  return { by, input: { assertion, key: { person: person.id, ...by.credential }, person: person.id, challenge, rpId, origins: [origin] } }
}

const codeOf = (input: AssertionInput): Promise<string> =>
  verifyAssertion(input).then(
    () => 'verified',
    (error: unknown) => (error instanceof ProofError ? error.code : String(error)),
  )

const withClientData = (change: (members: Record<string, unknown>) => unknown) => codeOf(given({ clientData: change }).input)

describe('a good assertion verifies', () => {
  test.each([-7, -257, -8] as const)('with algorithm %s', async (alg) => {
    expect(await verifyAssertion(given({ counter: 7 }, { alg }).input)).toEqual({
      person: person.id,
      credential: given({}, { alg }).by.credential.id,
      origin,
      backupEligible: false,
      backedUp: false,
      signCount: 7,
    })
  })

  test('with a member that only some browsers write, and without crossOrigin', async () => {
    expect(await withClientData((members) => ({ ...members, other_keys_can_be_added_here: 'do not compare' }))).toBe('verified')
    expect(await withClientData(({ crossOrigin: _, ...members }) => members)).toBe('verified')
  })

  test('with its members in another order and with spaces', async () => {
    expect(await withClientData((members) => JSON.stringify(Object.fromEntries(Object.entries(members).reverse()), null, 2))).toBe('verified')
  })

  test('with extension data that its flags announce', async () => {
    expect(await codeOf(given({ flags: UP | UV | ED, extensions: Uint8Array.of(0xa0) }).input)).toBe('verified')
  })

  test('of a key that is backed up, as it was registered', async () => {
    expect(await codeOf(given({}, { backupEligible: true, backedUp: true }).input)).toBe('verified')
    expect(await codeOf(given({ flags: UP | UV | BE }, { backupEligible: true, backedUp: true }).input)).toBe('verified')
  })

  test('with a key that was imported before', async () => {
    const { input } = given()
    expect(await codeOf({ ...input, verifyingKey: await importKey(-7, input.key.publicKey) })).toBe('verified')
  })
})

describe('owner', () => {
  test("another person's key, which signed truly, is not this person's", async () => {
    const { input } = given()
    expect(await codeOf({ ...input, person: personOf('Bob').id })).toBe('assertion_owner')
  })
  test('a credential id that is not the registered one', async () => {
    const { input } = given()
    expect(await codeOf({ ...input, assertion: { ...input.assertion, credential: 'AAAA' } })).toBe('assertion_owner')
  })
})

describe('algorithm', () => {
  test('an algorithm that is not one of the three', async () => {
    const { input } = given()
    expect(await codeOf({ ...input, key: { ...input.key, alg: -35 } })).toBe('assertion_algorithm')
  })
  test('a key imported for another algorithm than the registered one', async () => {
    const { input } = given({}, { alg: -8 })
    const verifyingKey = await importKey(-8, input.key.publicKey)
    expect(await codeOf({ ...input, key: { ...input.key, alg: -7 }, verifyingKey })).toBe('assertion_algorithm')
  })
  test('a public key of another algorithm than the registered one', async () => {
    const { input } = given({}, { alg: -8 })
    expect(await codeOf({ ...input, key: { ...input.key, alg: -7 } })).toBe('key_invalid')
  })
})

describe('client data', () => {
  test.each([
    ['no JSON', () => '{"type":'],
    ['no object', () => []],
    ['no challenge', ({ challenge: _, ...members }: Record<string, unknown>) => members],
    ['an origin that is no string', (members: Record<string, unknown>) => ({ ...members, origin: [origin] })],
    ['a byte order mark', (members: Record<string, unknown>) => `\ufeff${JSON.stringify(members)}`],
    ['a name that occurs twice', (members: Record<string, unknown>) => JSON.stringify(members).replace('{', '{"type":"webauthn.get",')],
  ])('%s', async (_, change) => {
    expect(await withClientData(change)).toBe('assertion_client_data')
  })
  test('bytes that are not UTF-8', async () => {
    const { input } = given()
    expect(await codeOf({ ...input, assertion: { ...input.assertion, clientDataJSON: toBase64url(Uint8Array.of(0xff, 0x7b)) } })).toBe('assertion_client_data')
  })
})

test('type: a signature that was made at a registration', async () => {
  expect(await withClientData((members) => ({ ...members, type: 'webauthn.create' }))).toBe('assertion_type')
})

describe('challenge', () => {
  test('a touch for another statement', async () => {
    expect(await codeOf(given({ challenge: seed('another') }).input)).toBe('assertion_challenge')
  })
  test('the same challenge in another spelling', async () => {
    expect(await withClientData((members) => ({ ...members, challenge: `${toBase64url(challenge)}=` }))).toBe('assertion_challenge')
  })
  test('a challenge that is not 32 bytes, on both sides', async () => {
    const short = challenge.subarray(0, 8)
    expect(await codeOf({ ...given({ challenge: short }).input, challenge: short })).toBe('assertion_challenge')
  })
})

describe('origin', () => {
  test.each(['https://countersign.test.evil.example', 'http://countersign.test', 'https://countersign.test:8443', 'https://COUNTERSIGN.test'])('%s', async (other) => {
    expect(await codeOf(given({ origin: other }).input)).toBe('assertion_origin')
  })
})

describe('cross-origin', () => {
  test.each([
    ['crossOrigin true', { crossOrigin: true }],
    ['crossOrigin that is no boolean', { crossOrigin: 'false' }],
    ['crossOrigin null', { crossOrigin: null }],
    ['a topOrigin', { topOrigin: 'https://evil.example' }],
  ])('%s', async (_, more) => {
    expect(await withClientData((members) => ({ ...members, ...more }))).toBe('assertion_cross_origin')
  })
})

describe('authenticator data', () => {
  test.each([
    ['with a credential in it', { flags: UP | UV | AT }],
    ['with bytes that no flag announces', { extensions: Uint8Array.of(0xa0) }],
    ['with a flag and no extension data', { flags: UP | UV | ED }],
  ])('%s', async (_, lies) => {
    expect(await codeOf(given(lies).input)).toBe('assertion_authenticator_data')
  })
  test('too short, empty, or in another spelling', async () => {
    const { input } = given()
    for (const authenticatorData of ['', toBase64url(new Uint8Array(36)), `${input.assertion.authenticatorData}=`]) {
      expect(await codeOf({ ...input, assertion: { ...input.assertion, authenticatorData } })).toBe('assertion_authenticator_data')
    }
  })
})

test('rpId: the key was used for another site', async () => {
  expect(await codeOf(given({ rpId: 'test' }).input)).toBe('assertion_rp_id')
})

test('UP: nobody touched the key', async () => {
  expect(await codeOf(given({ flags: UV }).input)).toBe('assertion_user_presence')
})

test('UV: the key did not verify who touched it', async () => {
  expect(await codeOf(given({ flags: UP }).input)).toBe('assertion_user_verification')
})

test('BS without BE', async () => {
  expect(await codeOf(given({ flags: UP | UV | BS }).input)).toBe('assertion_backup_state')
})

describe('BE is what it was at registration', () => {
  test('set, where it was not', async () => {
    expect(await codeOf(given({ flags: UP | UV | BE }).input)).toBe('assertion_backup_eligibility')
  })
  test('not set, where it was', async () => {
    expect(await codeOf(given({ flags: UP | UV }, { backupEligible: true }).input)).toBe('assertion_backup_eligibility')
  })
})

describe('signature', () => {
  test("made by somebody else's key", async () => {
    expect(await codeOf(given({ signer: authenticator(personOf('Mallory'), 'key').key }).input)).toBe('assertion_signature')
  })
  test.each([-7, -257, -8] as const)('with any one bit changed, or cut, or lengthened (algorithm %s)', async (alg) => {
    const { input } = given({}, { alg })
    const good = Buffer.from(input.assertion.signature, 'base64url')
    const bad = [0, 3, 17, good.length - 1].map((at) => Buffer.from(good.map((byte, i) => (i === at ? byte ^ 1 : byte))))
    for (const signature of [...bad, good.subarray(1), good.subarray(0, -1), Buffer.concat([good, Buffer.of(0)]), Buffer.alloc(0)]) {
      expect(await codeOf({ ...input, assertion: { ...input.assertion, signature: toBase64url(signature) } })).toBe('assertion_signature')
    }
  })
  test('that is not base64url', async () => {
    const { input } = given()
    expect(await codeOf({ ...input, assertion: { ...input.assertion, signature: '*' } })).toBe('assertion_signature')
  })
  test('over a signature counter that was changed', async () => {
    const { input } = given()
    const data = Buffer.from(input.assertion.authenticatorData, 'base64url')
    data[36] = 9
    expect(await codeOf({ ...input, assertion: { ...input.assertion, authenticatorData: toBase64url(data) } })).toBe('assertion_signature')
  })
})
