/** The adversary writes to the database under a running server. What is not in the countersigned directory counts for nothing. */
import { describe, expect, test } from 'vitest'
import { StorageError } from '../../src/platform/store/errors.ts'
import { createIdentity, createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { verifyRegistration } from '../../src/identity/authenticators/registration.ts'
import { hashSecret } from '../../src/identity/secrets.ts'
import { addKey, codeOf, enrolOwner, openWorld, revoke, signIn, url, type Owner, type World } from './world.ts'

async function enrolled() {
  const world = await openWorld()
  return { ...world, owner: await enrolOwner(world), world }
}

/** A key of the thief's own, entered as a row under the owner's name. */
async function intrude({ store }: World, owner: Owner) {
  const device = createSoftwareAuthenticator()
  const challenge = Buffer.alloc(32, 1).toString('base64url')
  const user = { id: Buffer.from(owner.person.id).toString('base64url'), name: 'x', displayName: 'x' }
  const response = device.create({ rp: { id: 'localhost', name: 'x' }, user, challenge, pubKeyCredParams: [{ alg: -7, type: 'public-key' }] }, url)
  const { credential } = await verifyRegistration(response, { challenge, rpId: 'localhost', origins: [url], demonstration: true, now: Date.now() })
  const id = `aut_${'0'.repeat(32)}`
  await store.write(async (tx) => {
    const row = await tx.selectFrom('authenticator').selectAll().executeTakeFirstOrThrow()
    await tx.insertInto('authenticator').values({ ...row, id, credential_id: credential.id, public_key: credential.publicKey, alg: credential.alg, sign_count: 0 }).execute()
  })
  return { device, credential, id }
}

async function storageCodeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof StorageError) return error.code
    throw error
  }
}

describe('a row of a key that the directory does not know', () => {
  test('signs nobody in, is not usable at the gate, and is not shown', async () => {
    const { world, identity, owner, store } = await enrolled()
    const { device, credential } = await intrude(world, owner)
    expect(await codeOf(signIn(identity, device))).toBe('credential_unknown')
    expect(await store.read((db) => identity.keys.find(db, credential.id))).toBeNull()
    expect(await store.read((db) => identity.authenticators.find(db, credential.id))).toBeUndefined()
    const listed = [...(await store.read((db) => identity.keys.usableBy(db, owner.person.id))), ...(await identity.authenticators.of(owner.person.id))]
    expect(listed.map((key) => key.credential.id)).toEqual(Array.from({ length: 2 }, () => owner.device.credentials()[0]))
  })

  test('opens no session and no terminal that is written in beside it', async () => {
    const { world, identity, owner, store } = await enrolled()
    const { id } = await intrude(world, owner)
    await store.write((tx) => tx.updateTable('session').set({ authenticator: id, secret_hash: hashSecret('thief') }).execute())
    expect(await codeOf(identity.sessions.resolve('thief'))).toBe('session_required')
  })

  test('vouches for no other key', async () => {
    const { world, owner, store } = await enrolled()
    const { device, id } = await intrude(world, owner)
    await store.write((tx) => tx.updateTable('session').set({ authenticator: id }).execute())
    const session = { ...owner.session, authenticator: id }
    expect(await codeOf(addKey(world, { ...owner, session, device }))).toBe('voucher_invalid')
  })

  test('keeps nobody from being the last key', async () => {
    const { world, identity, owner, store } = await enrolled()
    await intrude(world, owner)
    const [key] = await identity.authenticators.of(owner.person.id)
    const removing = store.write((tx) => identity.authenticators.removable(tx, { person: owner.person.id, authenticator: key?.id ?? '' }))
    expect(await codeOf(removing)).toBe('last_authenticator')
  })
})

describe('a row that says otherwise than the directory', () => {
  test('brings no revoked key back', async () => {
    const { world, identity, owner, store } = await enrolled()
    const { device, authenticator } = await addKey(world, owner)
    await revoke(world, owner, authenticator.id, authenticator.credential.id)
    await store.write((tx) => tx.updateTable('authenticator').set({ revoked_at: null }).execute())
    expect(await codeOf(signIn(identity, device))).toBe('authenticator_revoked')
    expect(await store.read((db) => identity.keys.find(db, authenticator.credential.id))).toBeNull()
    expect(await identity.authenticators.of(owner.person.id)).toHaveLength(1)
  })

  test('exchanges no public key, no algorithm, no owner and no id', async () => {
    for (const change of [{ public_key: 'AAAA' }, { alg: -8 }, { person: 'usr_other' }, { id: 'aut_other' }]) {
      const { identity, owner, store } = await enrolled()
      await store.write((tx) => tx.updateTable('authenticator').set(change).execute())
      expect(await codeOf(signIn(identity, owner.device))).toBe('credential_unknown')
      expect(await codeOf(identity.sessions.resolve(owner.secret))).toBe('session_required')
    }
  })

  test('makes no demonstration key a real one', async () => {
    const { context, owner, store } = await enrolled()
    await store.write((tx) => tx.updateTable('authenticator').set({ demonstration: 0 }).execute())
    const serious = await createIdentity({ ...context, settings: { ...context.settings, demonstration: false } }, { notice() {}, failure() {} })
    expect(await codeOf(signIn(serious, owner.device))).toBe('demonstration_key_refused')
  })
})

describe('a directory that was changed in the database', () => {
  async function two() {
    const world = await enrolled()
    return { ...world, added: await addKey(world.world, world.owner) }
  }
  const read = ({ store, identity }: World) => [
    store.read((db) => identity.directory.state(db)), store.read((db) => identity.directory.entries(db)), store.read((db) => identity.directory.head(db)),
  ]

  test('is refused when the text of an entry is another', async () => {
    const world = await two()
    await world.store.write(async (tx) => {
      const { entry } = await tx.selectFrom('directory_entry').select('entry').where('seq', '=', 0).executeTakeFirstOrThrow()
      await tx.updateTable('directory_entry').set({ entry: entry.replace('Ada', 'Eve') }).where('seq', '=', 0).execute()
    })
    for (const code of await Promise.all(read(world).map(storageCodeOf))) expect(code).toBe('database_damaged')
    expect(await storageCodeOf(signIn(world.identity, world.owner.device))).toBe('database_damaged')
  })

  test('is refused when a head is another, in the middle or at the end', async () => {
    for (const seq of [0, 1]) {
      const world = await two()
      await world.store.write((tx) => tx.updateTable('directory_entry').set({ head: 'ab'.repeat(32) }).where('seq', '=', seq).execute())
      for (const code of await Promise.all(read(world).map(storageCodeOf))) expect(code).toBe('database_damaged')
    }
  })

  test('is refused when it was cut, also to nothing; the newest entry brings it back', async () => {
    for (const from of [0, 1]) {
      const world = await two()
      const rows = await world.store.read((db) => db.selectFrom('directory_entry').selectAll().orderBy('seq').execute())
      await world.store.write((tx) => tx.deleteFrom('directory_entry').where('seq', '>=', from).execute())
      world.clock.advance(60_000)
      for (const code of await Promise.all(read(world).map(storageCodeOf))) expect(code).toBe('database_damaged')
      await world.store.write((tx) => tx.insertInto('directory_entry').values(rows.slice(from)).execute())
      expect(await world.store.read((db) => world.identity.directory.entries(db))).toHaveLength(2)
    }
  })

  test('is served as it is when an entry was rolled back', async () => {
    const { world, identity, owner, store, failure, clock } = await enrolled()
    failure.ledger = new Error('the ledger is full')
    await expect(addKey(world, owner)).rejects.toThrow('the ledger is full')
    failure.ledger = undefined
    clock.advance(60_000)
    expect(await store.read((db) => identity.directory.entries(db))).toHaveLength(1)
    await addKey(world, { ...owner, ...(await signIn(identity, owner.device)) })
    expect(await store.read((db) => identity.directory.entries(db))).toHaveLength(2)
  })
})
