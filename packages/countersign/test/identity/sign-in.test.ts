import { describe, expect, test } from 'vitest'
import { createIdentity, createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { addKey, codeOf, enrolOwner, openWorld, revoke, signIn, source, statementChallenge, url, type Owner, type World } from './world.ts'

async function enrolled() {
  const world = await openWorld()
  return { ...world, owner: await enrolOwner(world), world }
}

describe('sign-in', () => {
  test('with a discoverable credential: nobody is named in the request', async () => {
    const { identity, owner } = await enrolled()
    const { options } = await identity.signIn.begin()
    expect(options.allowCredentials).toEqual([])
    const { person } = await signIn(identity, owner.device)
    expect(person).toEqual({ id: owner.person.id, name: 'Ada', roles: ['owner'] })
  })

  test('is not there before set-up', async () => {
    const { identity } = await openWorld()
    expect(await codeOf(identity.signIn.begin())).toBe('not_set_up')
  })

  test('refuses an answer a second time, and in another ceremony', async () => {
    const { identity, owner } = await enrolled()
    const [one, two] = [await identity.signIn.begin(), await identity.signIn.begin()]
    const response = owner.device.get(one.options, url)
    expect(await codeOf(identity.signIn.finish({ ceremony: two.ceremony, response, source }))).toBe('challenge_mismatch')
    expect(await codeOf(identity.signIn.finish({ ceremony: one.ceremony, response, source }))).toBe('accepted')
    expect(await codeOf(identity.signIn.finish({ ceremony: one.ceremony, response, source }))).toBe('challenge_consumed')
    const other = owner.device.get(two.options, url)
    expect(await codeOf(identity.signIn.finish({ ceremony: one.ceremony, response: other, source }))).toBe('challenge_consumed')
  })

  test('of two answers at once to one ceremony, one signs in', async () => {
    const { identity, owner } = await enrolled()
    const { ceremony, options } = await identity.signIn.begin()
    const response = owner.device.get(options, url)
    const answers = await Promise.all([1, 2].map(() => codeOf(identity.signIn.finish({ ceremony, response, source }))))
    expect(answers.sort()).toEqual(['accepted', 'challenge_consumed'])
  })

  test('refuses an answer that comes late, and a ceremony that is unknown', async () => {
    const { identity, owner, clock } = await enrolled()
    const { ceremony, options } = await identity.signIn.begin()
    const response = owner.device.get(options, url)
    expect(await codeOf(identity.signIn.finish({ ceremony: 'cs_ce_none', response, source }))).toBe('challenge_unknown')
    clock.advance(5 * 60_000)
    expect(await codeOf(identity.signIn.finish({ ceremony, response, source }))).toBe('challenge_expired')
  })

  test('refuses a key that is not registered', async () => {
    const { identity, owner } = await enrolled()
    const stranger = createSoftwareAuthenticator()
    stranger.create({ rp: { id: 'localhost', name: 'x' }, user: { id: Buffer.from(owner.person.id).toString('base64url'), name: 'x', displayName: 'x' }, challenge: 'AAAA', pubKeyCredParams: [{ alg: -7, type: 'public-key' }] }, url)
    const { ceremony, options } = await identity.signIn.begin()
    const response = stranger.get(options, url)
    expect(await codeOf(identity.signIn.finish({ ceremony, response, source }))).toBe('credential_unknown')
    expect(await codeOf(identity.signIn.finish({ ceremony, response: { ...response, id: owner.device.credentials()[0] ?? '' }, source }))).toBe('assertion_invalid')
  })

  test('refuses a key that was removed', async () => {
    const { identity, owner, world } = await enrolled()
    const { device, authenticator } = await addKey(world, owner)
    await revoke(world, owner, authenticator.id, authenticator.credential.id)
    expect(await codeOf(signIn(identity, device))).toBe('authenticator_revoked')
  })

  test('refuses a demonstration\'s key on a server that was not started for one, and so does the gate\'s list', async () => {
    const { owner, context, store } = await enrolled()
    const serious = await createIdentity({ ...context, settings: { ...context.settings, demonstration: false } }, { notice() {}, failure() {} })
    expect(await codeOf(signIn(serious, owner.device))).toBe('demonstration_key_refused')
    expect(await store.read((db) => serious.keys.usableBy(db, owner.person.id))).toEqual([])
    expect(await store.read((db) => serious.keys.find(db, owner.device.credentials()[0] ?? ''))).toBeNull()
  })

  test('refuses a key that says it belongs to somebody else', async () => {
    const { identity, owner } = await enrolled()
    const { ceremony, options } = await identity.signIn.begin()
    const answer = owner.device.get(options, url)
    const response = { ...answer, response: { ...answer.response, userHandle: Buffer.from('usr_other').toString('base64url') } }
    expect(await codeOf(identity.signIn.finish({ ceremony, response, source }))).toBe('wrong_person')
  })

  for (const [what, overrides] of Object.entries({ 'without user verification': { userVerified: false }, 'without user presence': { userPresent: false }, 'of another rpId': { rpId: 'evil.example' }, 'from inside another page': { crossOrigin: true }, 'of type create': { type: 'webauthn.create' }, 'that became eligible for backup': { backupEligible: true } }))
    test(`refuses an answer ${what}`, async () => {
      const { identity, owner } = await enrolled()
      const { ceremony, options } = await identity.signIn.begin()
      expect(await codeOf(identity.signIn.finish({ ceremony, response: owner.device.get(options, url, overrides), source }))).toBe('assertion_invalid')
    })

  test('refuses a counter that goes back, records it, and the answer is spent', async () => {
    const { identity, owner, leaves } = await enrolled()
    await signIn(identity, owner.device)
    const { ceremony, options } = await identity.signIn.begin()
    const response = owner.device.get(options, url, { counter: 1 })
    expect(await codeOf(identity.signIn.finish({ ceremony, response, source }))).toBe('counter_regressed')
    expect(leaves.at(-1)).toMatchObject({ type: 'authenticator.counter-regressed', ids: { person: owner.person.id }, details: { during: 'sign-in', counter: 1 } })
    expect(await codeOf(identity.signIn.finish({ ceremony, response, source }))).toBe('challenge_consumed')
  })
})

/** Neither kind of answer is worth anything as the other, whichever of them a thief obtained. */
describe('sign-in and countersigning are apart', () => {
  test('an answer given for sign-in does not sign a statement', async () => {
    const { identity, owner } = await enrolled()
    const { ceremony, options } = await identity.registration.begin(owner, { label: 'thief' })
    const device = createSoftwareAuthenticator()
    const created = await identity.registration.create(owner, { ceremony, response: device.create(options, url) })
    const signingIn = await identity.signIn.begin()
    const voucher = owner.device.get(signingIn.options, url)
    const possession = device.get(created.possession.options, url)
    expect(await codeOf(identity.registration.finish(owner, { ceremony, possession, voucher }))).toBe('challenge_mismatch')
  })

  test('a countersignature does not sign in', async () => {
    const { identity, owner } = await enrolled()
    const { ceremony, options } = await identity.registration.begin(owner, { label: 'thief' })
    const created = await identity.registration.create(owner, { ceremony, response: createSoftwareAuthenticator().create(options, url) })
    const signed = owner.device.get(created.voucher.options, url)
    const signingIn = await identity.signIn.begin()
    expect(await codeOf(identity.signIn.finish({ ceremony: signingIn.ceremony, response: signed, source }))).toBe('challenge_mismatch')
    expect(await codeOf(identity.signIn.finish({ ceremony, response: signed, source }))).toBe('challenge_unknown')
  })

  test('the challenges of both are made under different tags', async () => {
    const { identity, owner } = await enrolled()
    const { ceremony, options } = await identity.registration.begin(owner, { label: 'key' })
    const created = await identity.registration.create(owner, { ceremony, response: createSoftwareAuthenticator().create(options, url) })
    expect(created.voucher.options.challenge).toBe(await statementChallenge(created.subject, created.voucher.envelope))
    expect((await identity.signIn.begin()).options.challenge).not.toBe(created.voucher.options.challenge)
  })
})

describe('sessions', () => {
  const minutes = 60_000
  const alive = async ({ identity, owner }: { identity: World['identity']; owner: Owner }, cookie = owner.secret) => (await codeOf(identity.sessions.resolve(cookie))) === 'accepted'

  test('end after 15 minutes without a sign of life', async () => {
    const given = await enrolled()
    given.clock.advance(15 * minutes - 1)
    expect(await alive(given)).toBe(true)
    given.clock.advance(15 * minutes - 1)
    expect(await alive(given)).toBe(true)
    given.clock.advance(15 * minutes)
    expect(await alive(given)).toBe(false)
  })

  test('end after 12 hours, however busy', async () => {
    const given = await enrolled()
    for (let at = 10; at < 12 * 60; at += 10) {
      given.clock.advance(10 * minutes)
      expect(await alive(given)).toBe(true)
    }
    given.clock.advance(10 * minutes)
    expect(await alive(given)).toBe(false)
  })

  test('are worth nothing once ended, and only their own person can end them', async () => {
    const given = await enrolled()
    const { identity, owner } = given
    expect(await codeOf(identity.sessions.end({ id: owner.session.id, person: 'usr_other', why: 'ended-by-owner' }))).toBe('session_required')
    expect(await alive(given)).toBe(true)
    await identity.sessions.end({ id: owner.session.id, person: owner.person.id, why: 'signed-out' })
    expect(await alive(given)).toBe(false)
    expect(await codeOf(identity.sessions.end({ id: owner.session.id, person: owner.person.id, why: 'signed-out' }))).toBe('session_required')
  })

  test('rotate at sign-in: the cookie from before is worth nothing afterwards', async () => {
    const given = await enrolled()
    const second = await signIn(given.identity, given.owner.device, given.owner.secret)
    expect(second.secret).not.toBe(given.owner.secret)
    expect(await alive(given)).toBe(false)
    expect(await alive(given, second.secret)).toBe(true)
    expect(await given.identity.sessions.list(given.owner.person.id)).toMatchObject([{ id: second.session.id }])
  })

  test('are kept as hashes only', async () => {
    const { store, owner } = await enrolled()
    expect(JSON.stringify(await store.read((db) => db.selectFrom('session').selectAll().execute()))).not.toContain(owner.secret)
  })

  test('no cookie, an empty one and a foreign one are nobody', async () => {
    const { identity } = await enrolled()
    for (const cookie of [undefined, '', 'cs_se_none']) expect(await codeOf(identity.sessions.resolve(cookie))).toBe('session_required')
  })
})
