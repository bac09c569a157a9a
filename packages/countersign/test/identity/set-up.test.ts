import { describe, expect, test } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { codeOf, enrolOwner, local, openWorld, policyDigest, source, url } from './world.ts'

async function begun() {
  const world = await openWorld()
  const { token } = await world.identity.setUp.issueToken()
  const device = createSoftwareAuthenticator()
  const { options } = await world.identity.setUp.begin({ token, name: 'Ada', label: 'key', from: local })
  return { ...world, setUp: world.identity.setUp, token, device, options }
}

describe('set-up', () => {
  test('makes the first owner, one directory entry, one key, one session, and pins the policy, all at once', async () => {
    const world = await openWorld()
    const owner = await enrolOwner(world)
    const { actor } = await world.identity.sessions.resolve(owner.secret)
    expect(actor).toMatchObject({ id: owner.person.id, name: 'Ada', roles: ['owner'], via: 'browser', executor: '' })
    expect(await world.identity.authenticators.of(owner.person.id)).toMatchObject([{ label: 'first key', via: 'genesis', demonstration: true, signCount: 1 }])
    expect(world.leaves.map((leaf) => leaf.type)).toEqual(['setup.offered', 'directory.appended', 'authenticator.registered', 'session.opened'])
    expect(world.pinned).toEqual([policyDigest])
    const state = await world.store.read((db) => world.identity.directory.state(db))
    expect(state?.policy).toBe(policyDigest)
  })

  test('is over for good once there is a genesis: neither the old link nor a new one', async () => {
    const { identity } = await openWorld().then(async (world) => (await enrolOwner(world), world))
    expect(await codeOf(identity.setUp.issueToken())).toBe('setup_done')
    expect(await codeOf(identity.setUp.begin({ token: 'cs_su_x', name: 'Eve', label: 'key', from: local }))).toBe('setup_done')
  })

  test('refuses a wrong token, one that expired, and one that a newer link has voided', async () => {
    const { identity, clock } = await openWorld()
    const { setUp } = identity
    const ask = (token: string) => codeOf(setUp.begin({ token, name: 'Ada', label: 'key', from: local }))
    expect(await ask('cs_su_none')).toBe('setup_token_invalid')
    const first = await setUp.issueToken()
    expect(await ask(`${first.token.slice(0, -1)}_`)).toBe('setup_token_invalid')
    const second = await setUp.issueToken()
    expect(await ask(first.token)).toBe('setup_token_invalid')
    expect(await ask(second.token)).toBe('accepted')
    clock.advance(15 * 60_000)
    expect(await ask(second.token)).toBe('setup_token_expired')
  })

  test('expires between its steps as well', async () => {
    const { setUp, token, device, options, clock } = await begun()
    const created = await setUp.create({ token, response: device.create(options, url), from: local })
    clock.advance(15 * 60_000)
    expect(await codeOf(setUp.finish({ token, response: device.get(created.options, url), from: local, source }))).toBe('setup_token_expired')
  })

  for (const from of [{ address: '192.0.2.7', forwarded: false }, { address: '::ffff:192.0.2.7', forwarded: false }, { address: '127.0.0.1', forwarded: true }, { address: '127.0.0.1.evil', forwarded: false }, { address: '', forwarded: false }])
    test(`refuses a browser that is not on this machine: ${JSON.stringify(from)}`, async () => {
      const { setUp, token, device, options } = await begun()
      expect(await codeOf(setUp.begin({ token, name: 'Eve', label: 'key', from }))).toBe('setup_not_local')
      expect(await codeOf(setUp.create({ token, response: device.create(options, url), from }))).toBe('setup_not_local')
    })

  for (const from of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
    test(`takes ${from} as this machine`, async () => {
      const { identity } = await openWorld()
      const { token } = await identity.setUp.issueToken()
      expect(await codeOf(identity.setUp.begin({ token, name: 'Ada', label: 'key', from: { address: from, forwarded: false } }))).toBe('accepted')
    })

  test('stores only the hash of the token', async () => {
    const { store, token } = await begun()
    const rows = await store.read(async (db) => [await db.selectFrom('setup_token').selectAll().execute(), await db.selectFrom('ceremony').selectAll().execute()])
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('refuses a credential made for another intent', async () => {
    const { setUp, token, device, options } = await begun()
    const other = Buffer.alloc(32, 7).toString('base64url')
    expect(await codeOf(setUp.create({ token, response: device.create(options, url, { challenge: other }), from: local }))).toBe('challenge_mismatch')
  })

  test('beginning anew with the same link makes the earlier intent worthless', async () => {
    const { setUp, token, device, options } = await begun()
    await setUp.begin({ token, name: 'Ada', label: 'another label', from: local })
    expect(await codeOf(setUp.create({ token, response: device.create(options, url), from: local }))).toBe('challenge_mismatch')
  })

  for (const [what, overrides] of Object.entries({ 'without user verification': { userVerified: false }, 'without user presence': { userPresent: false }, 'of another rpId': { rpId: 'evil.example' }, 'from inside another page': { crossOrigin: true }, 'of type get': { type: 'webauthn.get' } }))
    test(`refuses a credential ${what}`, async () => {
      const { setUp, token, device, options } = await begun()
      expect(await codeOf(setUp.create({ token, response: device.create(options, url, overrides), from: local }))).toBe('registration_invalid')
    })

  test('refuses a credential id that is not the one in the authenticator data', async () => {
    const { setUp, token, device, options } = await begun()
    const response = device.create(options, url)
    expect(await codeOf(setUp.create({ token, response: { ...response, id: 'b3RoZXI', rawId: 'b3RoZXI' }, from: local }))).toBe('registration_invalid')
  })

  test('refuses the software key of demonstrations unless the server was started for one', async () => {
    const { identity } = await openWorld({ demonstration: false })
    const { token } = await identity.setUp.issueToken()
    const { options } = await identity.setUp.begin({ token, name: 'Ada', label: 'key', from: local })
    expect(await codeOf(identity.setUp.create({ token, response: createSoftwareAuthenticator().create(options, url), from: local }))).toBe('demonstration_key_refused')
    const hardware = createSoftwareAuthenticator({ aaguid: 'ee882879-721c-4913-9775-3dfcce97072a' })
    expect(await codeOf(identity.setUp.create({ token, response: hardware.create(options, url), from: local }))).toBe('accepted')
  })

  test('refuses a genesis statement signed by another key', async () => {
    const { setUp, token, device, options } = await begun()
    const created = await setUp.create({ token, response: device.create(options, url), from: local })
    const other = createSoftwareAuthenticator()
    other.create(options, url)
    const response = other.get({ ...created.options, allowCredentials: [] }, url)
    expect(await codeOf(setUp.finish({ token, response, from: local, source }))).toBe('assertion_invalid')
    expect(await codeOf(setUp.finish({ token, response: { ...response, id: device.credentials()[0] ?? '' }, from: local, source }))).toBe('assertion_invalid')
  })

  test('refuses a genesis signature over another statement', async () => {
    const { setUp, token, device, options } = await begun()
    const created = await setUp.create({ token, response: device.create(options, url), from: local })
    const response = device.get(created.options, url, { challenge: Buffer.alloc(32, 9).toString('base64url') })
    expect(await codeOf(setUp.finish({ token, response, from: local, source }))).toBe('challenge_mismatch')
  })

  test('refuses the steps out of order, and each a second time', async () => {
    const { setUp, token, device, options } = await begun()
    const response = device.create(options, url)
    const created = await setUp.create({ token, response, from: local })
    expect(await codeOf(setUp.create({ token, response, from: local }))).toBe('challenge_consumed')
    const signed = device.get(created.options, url)
    await setUp.finish({ token, response: signed, from: local, source })
    expect(await codeOf(setUp.finish({ token, response: signed, from: local, source }))).toBe('setup_done')
  })

  test('of two that finish at once, one is the owner and the other is refused', async () => {
    const { setUp, token, device, options, store } = await begun()
    const created = await setUp.create({ token, response: device.create(options, url), from: local })
    const response = device.get(created.options, url)
    const answers = await Promise.all([1, 2].map(() => codeOf(setUp.finish({ token, response, from: local, source }))))
    expect(answers.sort()).toEqual(['accepted', 'setup_done'])
    expect(await store.read((db) => db.selectFrom('authenticator').selectAll().execute())).toHaveLength(1)
  })

  test('leaves nothing behind when the ledger cannot be written', async () => {
    const { identity, setUp, token, device, options, failure, store } = await begun()
    const created = await setUp.create({ token, response: device.create(options, url), from: local })
    failure.ledger = new Error('disk full')
    await expect(setUp.finish({ token, response: device.get(created.options, url), from: local, source })).rejects.toThrow('disk full')
    failure.ledger = undefined
    expect(await identity.setUp.done()).toBe(false)
    expect(await store.read((db) => identity.directory.state(db))).toBeNull()
    expect(await codeOf(setUp.finish({ token, response: device.get(created.options, url), from: local, source }))).toBe('accepted')
  })

  for (const name of ['', '   ', 'A'.repeat(81), 'Ada\u202Eevil', 'Ada\u0000', 'Ada\u200B'])
    test(`refuses the name ${JSON.stringify(name)}`, async () => {
      const { identity } = await openWorld()
      const { token } = await identity.setUp.issueToken()
      expect(await codeOf(identity.setUp.begin({ token, name, label: 'key', from: local }))).toBe('invalid_request')
    })
})
