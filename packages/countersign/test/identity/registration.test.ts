import { describe, expect, test } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { addKey, codeOf, enrolOwner, openWorld, revoke, signIn, url, type Owner, type World } from './world.ts'

async function enrolled() {
  const world = await openWorld()
  return { world, ...world, owner: await enrolOwner(world), registration: world.identity.registration }
}

async function created(world: World, owner: Owner, device = createSoftwareAuthenticator()) {
  const { registration } = world.identity
  const { ceremony, options } = await registration.begin(owner, { label: 'second key' })
  return { device, ceremony, options, ...(await registration.create(owner, { ceremony, response: device.create(options, url) })) }
}

describe('adding a key', () => {
  test('takes the touch of the new key and of the one that the person signed in with', async () => {
    const { world, identity, owner, leaves } = await enrolled()
    const { device, authenticator } = await addKey(world, owner)
    expect(authenticator).toMatchObject({ label: 'second key', via: 'registration', person: owner.person.id })
    const { person } = await signIn(identity, device)
    expect(person.id).toBe(owner.person.id)
    const state = await world.store.read((db) => identity.directory.state(db))
    expect(state?.keys.get(authenticator.credential.id)).toMatchObject({ person: owner.person.id, voucher: owner.device.credentials()[0], demonstration: true })
    expect(leaves.map((leaf) => leaf.type)).toContain('authenticator.registered')
  })

  test('both signatures are over one statement, in envelopes of their own', async () => {
    const { world, owner } = await enrolled()
    const { subject, possession, voucher } = await created(world, owner)
    expect(JSON.parse(subject)).toMatchObject({ kind: 'registration', voucher: { person: owner.person.id, credential: owner.device.credentials()[0] } })
    expect(JSON.parse(possession.envelope)).toMatchObject({ role: 'possession', person: owner.person.id, directory: { size: 1 } })
    expect(JSON.parse(voucher.envelope)).toMatchObject({ role: 'voucher', person: owner.person.id })
    expect(possession.options.challenge).not.toBe(voucher.options.challenge)
  })

  test('refuses the credential of another intent', async () => {
    const { owner, registration } = await enrolled()
    const [one, two] = [await registration.begin(owner, { label: 'one' }), await registration.begin(owner, { label: 'two' })]
    const response = createSoftwareAuthenticator().create(one.options, url)
    expect(await codeOf(registration.create(owner, { ceremony: two.ceremony, response }))).toBe('challenge_mismatch')
  })

  test('refuses possession signed by another key, under its own id and under the new one', async () => {
    const { world, owner, registration } = await enrolled()
    const { ceremony, device, possession, voucher } = await created(world, owner)
    const wrong = owner.device.get({ ...possession.options, allowCredentials: [] }, url)
    const vouched = owner.device.get(voucher.options, url)
    expect(await codeOf(registration.finish(owner, { ceremony, possession: wrong, voucher: vouched }))).toBe('assertion_invalid')
    expect(await codeOf(registration.finish(owner, { ceremony, possession: { ...wrong, id: device.credentials()[0] ?? '' }, voucher: vouched }))).toBe('assertion_invalid')
  })

  test('a new key cannot vouch for itself', async () => {
    const { world, owner, registration } = await enrolled()
    const { ceremony, device, possession, voucher } = await created(world, owner)
    const itself = device.get({ ...voucher.options, allowCredentials: [] }, url)
    expect(await codeOf(registration.finish(owner, { ceremony, possession: device.get(possession.options, url), voucher: itself }))).toBe('voucher_invalid')
    expect(await codeOf(registration.finish(owner, { ceremony, possession: device.get(possession.options, url), voucher: { ...itself, id: owner.device.credentials()[0] ?? '' } }))).toBe('assertion_invalid')
  })

  test('the two signatures cannot stand in for one another', async () => {
    const { world, owner, registration } = await enrolled()
    const { ceremony, device, possession } = await created(world, owner)
    const voucher = owner.device.get({ ...possession.options, allowCredentials: [] }, url)
    expect(await codeOf(registration.finish(owner, { ceremony, possession: device.get(possession.options, url), voucher }))).toBe('challenge_mismatch')
  })

  test('refuses the voucher of another key than the statement names', async () => {
    const { world, owner, registration } = await enrolled()
    const second = await addKey(world, owner)
    const { ceremony, device, possession, voucher } = await created(world, owner)
    const other = second.device.get({ ...voucher.options, allowCredentials: [] }, url)
    expect(await codeOf(registration.finish(owner, { ceremony, possession: device.get(possession.options, url), voucher: other }))).toBe('voucher_invalid')
  })

  test('refuses the voucher of a key that was removed meanwhile', async () => {
    const { world, identity, owner, registration } = await enrolled()
    const second = await addKey(world, owner)
    const by: Owner = { ...(await signIn(identity, second.device)), person: owner.person, device: second.device }
    const { ceremony, device, possession, voucher } = await created(world, by)
    const answers = { ceremony, possession: device.get(possession.options, url), voucher: second.device.get(voucher.options, url) }
    await revoke(world, owner, second.authenticator.id, second.authenticator.credential.id)
    expect(await codeOf(registration.finish(by, answers))).toBe('session_required')
    expect(await codeOf(registration.finish({ ...owner }, answers))).toBe('wrong_person')
    // even with the session kept alive by hand, the key itself vouches for nothing
    await world.store.write((tx) => tx.updateTable('session').set({ ended_at: null }).where('id', '=', by.session.id).execute())
    expect(await codeOf(registration.finish(by, answers))).toBe('voucher_invalid')
  })

  test('refuses a ceremony of another session or person', async () => {
    const { world, identity, owner, registration } = await enrolled()
    const other: Owner = { ...owner, ...(await signIn(identity, owner.device)), person: owner.person }
    const { ceremony, options } = await registration.begin(owner, { label: 'key' })
    const response = createSoftwareAuthenticator().create(options, url)
    expect(await codeOf(registration.create(other, { ceremony, response }))).toBe('wrong_person')
    expect(await codeOf(registration.create({ ...owner, person: { id: 'usr_eve', name: 'Eve' } }, { ceremony, response }))).toBe('wrong_person')
    expect(await world.identity.authenticators.of(owner.person.id)).toHaveLength(1)
  })

  test('refuses each step a second time, and steps that come late', async () => {
    const { world, owner, registration, clock } = await enrolled()
    const one = await created(world, owner)
    const answers = { ceremony: one.ceremony, possession: one.device.get(one.possession.options, url), voucher: owner.device.get(one.voucher.options, url) }
    expect(await codeOf(registration.finish(owner, answers))).toBe('accepted')
    expect(await codeOf(registration.finish(owner, answers))).toBe('challenge_consumed')
    const two = await created(world, owner)
    clock.advance(10 * 60_000)
    const late = { ceremony: two.ceremony, possession: two.device.get(two.possession.options, url), voucher: owner.device.get(two.voucher.options, url) }
    expect(await codeOf(registration.finish(owner, late))).toBe('challenge_expired')
  })

  test('refuses signatures made after their envelope expired', async () => {
    const { world, owner, registration, clock } = await enrolled()
    const one = await created(world, owner)
    clock.advance(6 * 60_000)
    await world.identity.sessions.resolve(owner.secret)
    const late = { ceremony: one.ceremony, possession: one.device.get(one.possession.options, url), voucher: owner.device.get(one.voucher.options, url) }
    expect(await codeOf(registration.finish(owner, late))).toBe('challenge_expired')
  })

  test('refuses a key that is registered already: the browser is told, and the server checks', async () => {
    const { owner, registration } = await enrolled()
    const { ceremony, options } = await registration.begin(owner, { label: 'again' })
    expect(options.excludeCredentials?.map((credential) => credential.id)).toEqual(owner.device.credentials())
    expect(() => owner.device.create(options, url)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
    const twin = createSoftwareAuthenticator({ seed: 'twin' })
    const first = await created({ identity: { registration } } as World, owner, twin)
    await registration.finish(owner, { ceremony: first.ceremony, possession: twin.get(first.possession.options, url), voucher: owner.device.get(first.voucher.options, url) })
    const again = createSoftwareAuthenticator({ seed: 'twin' })
    expect(await codeOf(registration.create(owner, { ceremony, response: again.create({ ...options, excludeCredentials: [] }, url) }))).toBe('authenticator_known')
  })

  test('refuses a voucher whose counter goes back, records it, and spends the ceremony', async () => {
    const { world, owner, registration, leaves } = await enrolled()
    const { ceremony, device, possession, voucher } = await created(world, owner)
    const answers = { ceremony, possession: device.get(possession.options, url), voucher: owner.device.get(voucher.options, url, { counter: 1 }) }
    expect(await codeOf(registration.finish(owner, answers))).toBe('counter_regressed')
    expect(leaves.at(-1)).toMatchObject({ type: 'authenticator.counter-regressed', details: { during: 'registration' } })
    expect(await codeOf(registration.finish(owner, answers))).toBe('challenge_consumed')
    expect(await world.identity.authenticators.of(owner.person.id)).toHaveLength(1)
  })
})

describe('removing a key', () => {
  test('makes it unusable, and ends the sessions that it opened and no others', async () => {
    const { world, identity, owner } = await enrolled()
    const { device, authenticator } = await addKey(world, owner)
    const opened = await signIn(identity, device)
    await revoke(world, owner, authenticator.id, authenticator.credential.id)
    expect(await codeOf(identity.sessions.resolve(opened.secret))).toBe('session_required')
    expect(await codeOf(identity.sessions.resolve(owner.secret))).toBe('accepted')
    expect(await world.store.read((db) => identity.keys.find(db, authenticator.credential.id))).toBeNull()
    expect(await codeOf(revoke(world, owner, authenticator.id, authenticator.credential.id))).toBe('authenticator_not_found')
  })

  test('does not remove the last key', async () => {
    const { world, identity, owner } = await enrolled()
    const [key] = await identity.authenticators.of(owner.person.id)
    expect(await codeOf(revoke(world, owner, key?.id ?? '', key?.credential.id ?? ''))).toBe('last_authenticator')
  })

  test('refuses a statement that names another credential, or another person', async () => {
    const { world, owner } = await enrolled()
    const { authenticator } = await addKey(world, owner)
    expect(await codeOf(revoke(world, owner, authenticator.id, owner.device.credentials()[0] ?? ''))).toBe('authenticator_not_found')
    expect(await codeOf(revoke(world, owner, authenticator.id, authenticator.credential.id, { person: `usr_${'0'.repeat(32)}` }))).toBe('authenticator_not_found')
  })
})

describe('the directory', () => {
  test('refuses an entry whose countersignatures do not replay, and stores nothing of it', async () => {
    const { world, identity, owner } = await enrolled()
    const { subject } = await created(world, owner)
    const before = await world.store.read((db) => identity.directory.head(db))
    expect(await codeOf(world.store.write((tx) => identity.directory.append(tx, subject, [])))).toBe('directory_refused')
    expect(await world.store.read((db) => identity.directory.head(db))).toEqual(before)
  })

  test('an append that is rolled back leaves nothing that can be read', async () => {
    const { world, identity, owner } = await enrolled()
    const { authenticator } = await addKey(world, owner)
    const roll = new Error('rolled back')
    const { ports } = world.context
    const append = ports.ledger.append
    ports.ledger.append = async (tx, entry) => {
      if (entry.type === 'authenticator.revoked') throw roll
      return await append(tx, entry)
    }
    await expect(revoke(world, owner, authenticator.id, authenticator.credential.id)).rejects.toBe(roll)
    const state = await world.store.read((db) => identity.directory.state(db))
    expect(state?.size).toBe(2)
    expect(state?.keys.get(authenticator.credential.id)?.until).toBeNull()
  })

  test('every append is a leaf with the head it made', async () => {
    const { world, identity, owner, leaves } = await enrolled()
    await addKey(world, owner)
    const { size, head } = await world.store.read((db) => identity.directory.head(db))
    expect(leaves.filter((leaf) => leaf.type === 'directory.appended').at(-1)).toEqual({ type: 'directory.appended', ids: { head }, details: { seq: size - 1, head } })
  })
})
