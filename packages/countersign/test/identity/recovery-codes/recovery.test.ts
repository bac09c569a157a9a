import { describe, expect, test } from 'vitest'
import { canonicalRecoveryCode, newRecoveryCode, shownRecoveryCode } from '../../../src/identity/recovery-codes/format.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { codeOf, signIn, source, type Owner } from '../world.ts'
import { enrolled, freshTouch, member, shownBy, signInWith, step, vouch, withOwner } from '../codes/people.ts'

async function made(at: Awaited<ReturnType<typeof withOwner>>, by: Owner = at.owner): Promise<string[]> {
  return await at.identity.recoveryCodes.make(by, { proof: await freshTouch(at, by, 'recovery-codes') })
}

async function ready() {
  const at = await withOwner()
  const codes = await made(at)
  const use = (code: string, login = 'ada') => codeOf(at.identity.recoveryCodes.use({ login, code, source }))
  return { ...at, codes, use, first: codes[0] ?? '' }
}

describe('recovery codes', () => {
  test('are ten, of 80 random bits each, all different, kept as hashes', async () => {
    const { codes, store, owner, identity } = await ready()
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
    const rows = await store.read((db) => db.selectFrom('recovery_code').selectAll().execute())
    expect(rows.map((row) => row.hash)).toEqual(rows.map(() => expect.stringMatching(/^[0-9a-f]{64}$/) as string))
    expect(await store.read((db) => identity.recoveryCodes.remaining(db, owner.person.id))).toBe(10)
  })

  test('have one form, however they are typed', () => {
    const code = newRecoveryCode(systemRandom)
    const shown = shownRecoveryCode(code)
    for (const typed of [shown, shown.toLowerCase(), shown.replaceAll('-', ''), shown.replaceAll('-', ' '), shown.replaceAll('0', 'o').replaceAll('1', 'l')]) expect(canonicalRecoveryCode(typed)).toBe(code)
    for (const typed of ['', shown.slice(1), `${shown}0`, `${shown}\n`, shown.replaceAll('-', '\u00a0'), shown.replaceAll('-', '\u2010'), `Ｋ${shown.slice(1)}`, `\u212a${shown.slice(1)}`]) expect(canonicalRecoveryCode(typed)).toBeNull()
    expect(canonicalRecoveryCode('0000-0000-0000-000U')).toBeNull()
  })

  test('every bit of the ten bytes shows', () => {
    const of = (bytes: number[]) => newRecoveryCode({ bytes: () => Uint8Array.from(bytes) })
    expect(of([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toBe('0000000000000000')
    expect(of([255, 255, 255, 255, 255, 255, 255, 255, 255, 255])).toBe('ZZZZZZZZZZZZZZZZ')
    expect(of([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toBe('0000000000000001')
    expect(of([128, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toBe('G000000000000000')
  })

  test('each opens one session that can add an authenticator and nothing else; the others stay; everybody is told', async () => {
    const { identity, first, codes, use, told, owner, store } = await ready()
    const { session, person, secret } = await identity.recoveryCodes.use({ login: 'ADA', code: first, source })
    expect(person.id).toBe(owner.person.id)
    expect(session).toMatchObject({ acr: 'aal1', amr: ['otp'], limitedTo: 'enrolment', authenticator: '' })
    expect((await identity.sessions.resolve(secret)).session.limitedTo).toBe('enrolment')
    expect(told.at(-1)).toMatchObject({ kind: 'recovery-code-used', person: owner.person.id, details: { left: 9 } })
    for (const again of [first, first.toLowerCase(), first.replaceAll('-', '')]) expect(await use(again)).toBe('sign_in_refused')
    expect(await use(codes[1] ?? '')).toBe('accepted')
    expect(await store.read((db) => identity.recoveryCodes.remaining(db, owner.person.id))).toBe(8)
  })

  test('whoever writes to the database and takes the limit away has no session at all', async () => {
    const { identity, first, store } = await ready()
    const { secret, session } = await identity.recoveryCodes.use({ login: 'ada', code: first, source })
    expect(await codeOf(identity.sessions.resolve(secret))).toBe('accepted')
    await store.write((tx) => tx.updateTable('session').set({ limited_to: '' }).where('id', '=', session.id).execute())
    expect(await codeOf(identity.sessions.resolve(secret))).toBe('session_required')
  })

  test('of two uses at once, one is the first', async () => {
    const { use, first } = await ready()
    expect((await Promise.all([use(first), use(first), use(first)])).toSorted()).toEqual(['accepted', 'sign_in_refused', 'sign_in_refused'])
  })

  test('are of one person: under another name they open nothing, and a row that is moved does not either', async () => {
    const { world, owner, store, use, first, codes } = await ready()
    const ben = await member(world, owner)
    expect(await use(first, ben.login)).toBe('sign_in_refused')
    await store.write((tx) => tx.updateTable('recovery_code').set({ person: ben.person.id }).execute())
    expect(await use(codes[1] ?? '', ben.login)).toBe('sign_in_refused')
  })

  test('new ones end the old ones', async () => {
    const at = await ready()
    const again = await made(at)
    expect(await at.use(at.first)).toBe('sign_in_refused')
    expect(await at.use(again[0] ?? '')).toBe('accepted')
    expect(at.told.filter(({ kind }) => kind === 'recovery-codes-made')).toHaveLength(2)
  })

  test('making them takes a fresh proof for just that', async () => {
    const at = await ready()
    const { identity, owner } = at
    const make = (proof: Parameters<typeof identity.recoveryCodes.make>[1]['proof']) => codeOf(identity.recoveryCodes.make(owner, { proof }))
    const { ceremony } = await identity.beginFresh(owner, 'recovery-codes')
    expect(await make({ ceremony })).toBe('fresh_proof_required')
    expect(await make(await freshTouch(at, owner, 'password'))).toBe('fresh_proof_required')
    expect(await at.use(at.first)).toBe('accepted')
  })

  test('a guess is as good as an unknown name, and after five of either there is a wait; a key works all the same', async () => {
    const { use, first, identity, owner, clock } = await ready()
    for (const login of ['ada', 'nobody']) {
      const answers = []
      for (let at = 0; at < 6; at++) answers.push(await use('0000-0000-0000-0000', login))
      expect(answers).toEqual([...Array.from({ length: 5 }, () => 'sign_in_refused'), 'too_many_attempts'])
    }
    expect(await use(first)).toBe('too_many_attempts')
    expect((await signIn(identity, owner.device)).person.id).toBe(owner.person.id)
    clock.advance(step)
    expect(await use(first)).toBe('accepted')
  })

  test('open the way back for somebody who lost the only app: a new one waits for whoever vouches', async () => {
    const at = await ready()
    const { world, owner, identity } = at
    const ben = await member(world, owner)
    const benSession = await signInWith(identity, { login: ben.login, code: shownBy(ben.seed, world) })
    world.clock.advance(step)
    const by = { session: benSession.session, person: ben.person }
    const { ceremony } = await identity.beginFresh(by, 'recovery-codes')
    const [code = ''] = await identity.recoveryCodes.make(by, { proof: { ceremony, code: shownBy(ben.seed, world) } })
    world.clock.advance(step)
    const { session } = await identity.recoveryCodes.use({ login: ben.login, code, source })
    const { seed, pending } = await enrolled(world, { person: ben.person, session: session.id }, 'new phone')
    await vouch(world, owner, pending.id, pending.fingerprint)
    world.clock.advance(step)
    expect(await codeOf(signInWith(identity, { login: ben.login, code: shownBy(seed, world) }))).toBe('accepted')
  })
})
