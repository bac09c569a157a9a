import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createIdentity, type IdentityError } from '../../../src/identity/index.ts'
import { createHashing } from '../../../src/identity/passwords/hashing.ts'
import type { FreshProof } from '../../../src/identity/fresh/fresh.ts'
import { parsePassword } from '../../../src/identity/passwords/rules.ts'
import { groupedSeed } from '../../../src/identity/codes/one-time.ts'
import { codeOf, signIn, source, url, type Owner } from '../world.ts'
import { enrolled, freshTouch, invited, member, memberWithKey, ownApp, password, shownBy, signInWith, step, withOwner } from '../codes/people.ts'

async function ready() {
  const at = await withOwner()
  const ben = await member(at.world, at.owner)
  const tryWith = (given: { login?: string; password?: string; code?: string }) =>
    codeOf(signInWith(at.identity, { login: ben.login, code: shownBy(ben.seed, at.world), ...given }))
  return { ...at, ben, tryWith, shown: (ahead = 0) => shownBy(ben.seed, at.world, ahead) }
}

const other = (code: string): string => (code === '000000' ? '111111' : '000000')

describe('signing in with a password and a code', () => {
  test('opens a session that says how: aal2, by password and code', async () => {
    const { identity, ben, shown, leaves } = await ready()
    const { secret, session, person } = await signInWith(identity, { login: 'BEN', code: shown() })
    expect(person).toMatchObject({ id: ben.person.id, name: 'Ben' })
    expect(session).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp'], limitedTo: '' })
    expect((await identity.sessions.resolve(secret)).actor).toMatchObject({ id: ben.person.id, roles: ['operator'] })
    expect(leaves.findLast(({ type }) => type === 'session.opened')?.details).toMatchObject({ acr: 'aal2', amr: 'pwd otp' })
  })

  test('a key says another how', async () => {
    const { identity, owner } = await ready()
    expect((await signIn(identity, owner.device)).session).toMatchObject({ acr: 'aal2', amr: [expect.stringMatching(/^[hs]wk$/), 'user'] })
  })

  const refused: Record<string, (right: string) => { login?: string; password?: string; code?: string }> = {
    'a wrong password': () => ({ password: 'seven geese by the pond' }), 'a wrong code': (code) => ({ code: other(code) }), 'both wrong': (code) => ({ password: 'seven geese by the pond', code: other(code) }),
    'another name': () => ({ login: 'ada' }), 'a name that nobody has': () => ({ login: 'nobody' }), 'a name that nobody can have': () => ({ login: 'b e n' }), 'no password': () => ({ password: '' }),
    'the password in capitals': () => ({ password: password.toUpperCase() }), 'the password and a space': () => ({ password: `${password} ` }), 'the start of the password': () => ({ password: password.slice(0, -1) }), 'a password too long to be one': () => ({ password: password.repeat(20) }),
    'a name in letters that look alike': () => ({ login: 'bеn' }), 'a name with a Kelvin sign': () => ({ login: '\u212aen' }),
  }
  test(`is refused in the same words with ${Object.keys(refused).join(', ')}`, async () => {
    const { ben, world, identity, tryWith, shown } = await ready()
    const reference = await signInWith(identity, { login: 'nobody', code: shown() }).catch((error: unknown) => error) as IdentityError
    expect(reference.code).toBe('sign_in_refused')
    for (const [what, change] of Object.entries(refused)) {
      // Long enough for every wait to be over: what is refused here is refused for what was typed.
      world.clock.advance(3_600_000)
      const given = { login: ben.login, code: shown(), ...change(shown()) }
      await expect(signInWith(identity, given), what).rejects.toMatchObject({ code: 'sign_in_refused', message: reference.message, next: reference.next })
      world.clock.advance(step)
      expect(await tryWith({}), `after ${what}`).toBe('accepted')
    }
  })

  test('is refused without a code at all, and with every other spelling of it', async () => {
    const { tryWith, shown } = await ready()
    for (const code of ['', ' ', ` ${shown()}`, `${shown()}\n`, `${shown().slice(0, 3)} ${shown().slice(3)}`, shown().replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))]) expect(await tryWith({ code })).toBe('code_malformed')
    expect(await tryWith({})).toBe('accepted')
  })

  test('a code is not looked at, nor counted, where the password is wrong', async () => {
    const { tryWith, store, ben } = await ready()
    for (const at of [1, 2, 3]) expect(await tryWith({ password: `seven geese by the pond ${at}` })).toBe('sign_in_refused')
    expect(await store.read((db) => db.selectFrom('code_attempt').select('subject').where('subject', '=', `totp:${ben.person.id}`).execute())).toEqual([])
    expect(await tryWith({})).toBe('accepted')
  })

  test('a password alone opens nothing: not before the app is vouched for, and not after it is removed', async () => {
    const { world, owner, identity } = await withOwner()
    const person = await invited(world, owner, 'Cy')
    const prepared = await identity.passwords.prepareFirst({ person, password })
    await world.store.write((tx) => identity.passwords.keepFirst(tx, prepared))
    const { seed } = await enrolled(world, { person, session: 'x' })
    world.clock.advance(step)
    for (const code of ['000000', '123456', shownBy(seed, world)]) expect(await codeOf(signInWith(identity, { login: 'cy', code }))).toBe('sign_in_refused')
  })

  test('ends the session that the browser had before', async () => {
    const { identity, ben, shown, owner } = await ready()
    await identity.passwords.signIn({ login: ben.login, password, code: shown(), source, replaces: owner.secret })
    expect(await codeOf(identity.sessions.resolve(owner.secret))).toBe('session_required')
  })

  test('guessing waits after five failures under one name, there or not, and a key works all the same', async () => {
    const { world, identity, owner, tryWith, told, ben, leaves } = await ready()
    for (const login of [ben.login, 'nobody']) {
      const answers = []
      for (let at = 0; at < 7; at++) answers.push(await tryWith({ login, password: 'seven geese by the pond' }))
      expect(answers).toEqual([...Array.from({ length: 5 }, () => 'sign_in_refused'), 'too_many_attempts', 'too_many_attempts'])
    }
    expect(await tryWith({})).toBe('too_many_attempts')
    expect(told.filter(({ kind }) => kind === 'too-many-attempts')).toMatchObject([{ person: ben.person.id }])
    expect(leaves.filter(({ type }) => type === 'sign-in.slowed')).toHaveLength(1)
    const eve = await memberWithKey(world, owner, 'Eve', 'operator')
    await world.store.write((tx) => identity.profiles.set(tx, { person: eve.person.id, login: 'eve', email: '' }))
    for (let at = 0; at < 7; at++) await tryWith({ login: 'eve', password: 'x' })
    expect((await signIn(identity, eve.device)).person.name).toBe('Eve')
    world.clock.advance(step)
    expect(await tryWith({})).toBe('accepted')
  })
})

describe('setting a password', () => {
    test('takes a fresh touch of a key, ends what the old one opened, and is told', async () => {
    const at = await withOwner()
    const { world, identity, owner, told } = at
    await identity.passwords.set(owner, { password, proof: await freshTouch(at, owner, 'password') })
    const { seed } = await ownApp(world, owner)
    const old = await signInWith(identity, { login: 'ada', code: shownBy(seed, world) })
    await identity.passwords.set(owner, { password: 'nine herons on the weir', proof: await freshTouch(at, owner, 'password') })
    expect(await codeOf(identity.sessions.resolve(old.secret))).toBe('session_required')
    expect(await codeOf(identity.sessions.resolve(owner.secret))).toBe('accepted')
    world.clock.advance(step)
    expect(await codeOf(signInWith(identity, { login: 'ada', code: shownBy(seed, world) }))).toBe('sign_in_refused')
    expect(await codeOf(signInWith(identity, { login: 'ada', password: 'nine herons on the weir', code: shownBy(seed, world) }))).toBe('accepted')
    expect(told.filter(({ kind }) => kind === 'password-changed')).toHaveLength(2)
  })

  test('is refused without a proof, with one for another thing, of another session, of another key, twice, and with a code by who has a key', async () => {
    const at = await withOwner()
    const { world, identity, owner } = at
    const { seed } = await ownApp(world, owner)
    const set = (proof: FreshProof, by: Owner = owner) => codeOf(identity.passwords.set(by, { password, proof }))
    const { ceremony } = await identity.beginFresh(owner, 'password')
    expect(await set({ ceremony })).toBe('fresh_proof_required')
    expect(await set({ ceremony, code: shownBy(seed, world) })).toBe('fresh_proof_required')
    expect(await set(await freshTouch(at, owner, 'recovery-codes'))).toBe('fresh_proof_required')
    expect(await set({ ceremony: 'cs_ce_none' })).toBe('challenge_unknown')
    const elsewhere: Owner = { ...(await signIn(identity, owner.device)), person: owner.person, device: owner.device }
    expect(await set(await freshTouch(at, elsewhere, 'password'))).toBe('wrong_person')
    const eve = await memberWithKey(world, owner, 'Eve', 'operator')
    const begun = await identity.beginFresh(owner, 'password')
    if (begun.options === null) throw new Error('the owner has a key')
    expect(await set({ ceremony: begun.ceremony, response: eve.device.get({ ...begun.options, allowCredentials: [] }, url) })).toBe('fresh_proof_required')
    const signInAnswer = await identity.signIn.begin()
    const again = await identity.beginFresh(owner, 'password')
    expect(await set({ ceremony: again.ceremony, response: owner.device.get(signInAnswer.options, url) })).toBe('challenge_mismatch')
    const proof = await freshTouch(at, owner, 'password')
    expect(await set(proof)).toBe('accepted')
    expect(await set(proof)).toBe('challenge_consumed')
  })

  test('by who has no key it takes a code, which is used up by that', async () => {
    const { world, identity, ben } = await ready()
    const { session } = await signInWith(identity, { login: ben.login, code: shownBy(ben.seed, world) })
    const by = { session, person: ben.person }
    world.clock.advance(step)
    const { ceremony, options } = await identity.beginFresh(by, 'password')
    expect(options).toBeNull()
    const code = shownBy(ben.seed, world)
    expect(await codeOf(identity.passwords.set(by, { password: 'nine herons on the weir', proof: { ceremony, code } }))).toBe('accepted')
    expect(await codeOf(signInWith(identity, { login: ben.login, password: 'nine herons on the weir', code }))).toBe('sign_in_refused')
  })

  test('over a link is for those who have no app that counts', async () => {
    const { identity, store, ben } = await ready()
    const prepared = await identity.passwords.prepareFirst({ person: ben.person, password: 'nine herons on the weir' })
    expect(await codeOf(store.write((tx) => identity.passwords.keepFirst(tx, prepared)))).toBe('fresh_proof_required')
  })
})

describe('whoever has the database', () => {
  const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? files(join(folder, name)) : [join(folder, name)]))

  test('finds no seed, password, code or recovery code in it, in any spelling', async () => {
    const { world, identity, owner, ben, shown, dataDir, store } = await ready()
    await signInWith(identity, { login: ben.login, code: shown() })
    const codes = await identity.recoveryCodes.make(owner, { proof: await freshTouch(world, owner, 'recovery-codes') })
    const begun = await identity.codes.begin({ person: owner.person, session: owner.session.id }, { label: 'never finished' })
    const secrets = [ben.seed].flatMap((seed) => [Buffer.from(seed).toString('latin1'), Buffer.from(seed).toString('hex'), Buffer.from(seed).toString('base64url'), Buffer.from(seed).toString('base64'), groupedSeed(seed), groupedSeed(seed).replaceAll(' ', '')])
    const canaries = [...secrets, begun.secret, begun.secret.replaceAll(' ', ''), password, ...codes, ...codes.map((code) => code.replaceAll('-', ''))]
    const tables = ['ceremony', 'totp_authenticator', 'password', 'recovery_code', 'code_attempt', 'person_profile', 'session'] as const
    const rows = JSON.stringify(await store.read(async (db) => Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()))))
    // The keys' folder is not the database; everything else in the data folder is searched as bytes.
    const bytes = files(dataDir).filter((file) => !file.includes('/keys/')).map((file) => readFileSync(file).toString('latin1'))
    for (const canary of canaries) for (const text of [rows, ...bytes]) expect(text.includes(canary)).toBe(false)
    expect(rows).toContain(ben.person.id)
    world.clock.advance(step)
  })

  test('and swaps rows, gets nobody in with an app of their own', async () => {
    const { world, store, identity, owner, ben } = await ready()
    const eve = await member(world, owner, 'Eve')
    const rows = await store.read((db) => db.selectFrom('totp_authenticator').selectAll().execute())
    const [bens, eves] = [ben, eve].map(({ person }) => rows.find((row) => row.person === person.id))
    await store.write((tx) => tx.updateTable('totp_authenticator').set({ sealed_seed: eves?.sealed_seed ?? '' }).where('id', '=', bens?.id ?? '').execute())
    await expect(signInWith(identity, { login: ben.login, code: shownBy(eve.seed, world) })).rejects.toMatchObject({ code: 'sealed_elsewhere' })
    await store.write(async (tx) => {
      await tx.updateTable('totp_authenticator').set({ person: ben.person.id }).where('id', '=', eves?.id ?? '').execute()
      await tx.deleteFrom('totp_authenticator').where('id', '=', bens?.id ?? '').execute()
    })
    expect(await codeOf(signInWith(identity, { login: ben.login, code: shownBy(eve.seed, world) }))).toBe('sign_in_refused')
  })

  test('and puts a password hash of their own there, still needs the key that it is made with', async () => {
    const { world, store, identity, ben, shown } = await ready()
    const hash = await createHashing(new Uint8Array(32)).hash(parsePassword(password, []))
    await store.write((tx) => tx.updateTable('password').set({ hash }).where('person', '=', ben.person.id).execute())
    expect(await codeOf(signInWith(identity, { login: ben.login, code: shown() }))).toBe('sign_in_refused')
    expect(world.failures).toEqual([])
  })
})

test('a key of the folder that was lost is told at the start; keys still sign in, and an app opens nothing', async () => {
  const { identity, context, ben, shown, owner, dataDir } = await ready()
  expect(await codeOf(signInWith(identity, { login: ben.login, code: shown() }))).toBe('accepted')
  rmSync(join(dataDir, 'keys', 'sealing.secret'))
  const failures: unknown[] = []
  const again = await createIdentity(context, { notice() {}, failure: (error) => failures.push(error) })
  expect(failures).toMatchObject([{ code: 'sealing_key_unknown' }])
  expect((await signIn(again, owner.device)).person.id).toBe(owner.person.id)
  expect(await codeOf(signInWith(again, { login: ben.login, code: shown(1) }))).toBe('sign_in_refused')
})

test('what the server knows of a person goes with them, and their sign-in name is free', async () => {
  const { world, identity, store, ben, shown } = await ready()
  await store.write((tx) => identity.profiles.forget(tx, ben.person.id))
  expect(await codeOf(signInWith(identity, { login: ben.login, code: shown() }))).toBe('sign_in_refused')
  expect(await codeOf(store.write((tx) => identity.profiles.set(tx, { person: 'usr_1', login: 'ada', email: '' })))).toBe('login_taken')
  expect(await codeOf(store.write((tx) => identity.profiles.set(tx, { person: 'usr_1', login: 'BEN', email: 'x@example.com' })))).toBe('accepted')
  expect(await codeOf(store.write((tx) => identity.profiles.set(tx, { person: 'usr_1', login: 'ben', email: 'x@example.com\nBcc: y@example.com' })))).toBe('invalid_request')
  expect(world.failures).toEqual([])
})
