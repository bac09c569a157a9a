import { describe, expect, test } from 'vitest'
import { createPublicKey, verify } from 'node:crypto'
import { canonicalText, challengeFor, serverWordBytes, subjectDigest } from '@countersign/proof'
import { createIdentity, type Identity } from '../../../src/identity/index.ts'
import { parseTyped } from '../../../src/identity/codes/typed.ts'
import { openKeyFiles } from '../../../src/platform/key-files.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { never, ruleOf, waitAfter } from '../../../src/identity/codes/attempts.ts'
import { join } from 'node:path'
import { codeOf, signIn, type World } from '../world.ts'
import { member, ownApp, shownBy, signInWith, step, withOwner, type Seed } from './people.ts'

/** As the gate uses it: the attempt first, then the code in the transaction of the effect. */
async function use({ store }: Pick<World, 'store'>, { codes }: Identity, person: string, code: string) {
  const attempt = await codes.attempt({ person, code })
  return await store.write((tx) => codes.verify(tx, attempt))
}

async function ready() {
  const at = await withOwner()
  const { seed, app } = await ownApp(at.world, at.owner)
  const person = at.owner.person.id
  /** Another server over the same database. */
  const other = await createIdentity(at.context, { notice() {}, failure() {} })
  const tryCode = (code: string, identity: Identity = at.identity) => codeOf(use(at, identity, person, code))
  return { ...at, seed, app, person, other, tryCode, shown: (ahead = 0) => shownBy(seed, at.world, ahead) }
}

const wrongCode = (seed: Seed, world: World): string =>
  ['000000', '000001', '000002', '000003'].find((guess) => ![-1, 0, 1].some((ahead) => shownBy(seed, world, ahead) === guess)) ?? ''

const spellings: Record<string, (code: string) => string> = {
  'a space inside': (code) => `${code.slice(0, 3)} ${code.slice(3)}`, 'a space before': (code) => ` ${code}`, 'a space after': (code) => `${code} `, 'a tab after': (code) => `${code}\t`, 'a line feed after': (code) => `${code}\n`,
  'a no-break space inside': (code) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`, 'a no-break space after': (code) => `${code}\u00a0`, 'a zero-width space': (code) => `${code}\u200b`,
  'full-width digits': (code) => code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  'Arabic-Indic digits': (code) => code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
  'a zero before': (code) => `0${code}`, 'a null after': (code) => `${code}\0`,
}

describe('a code', () => {
  test('is accepted once, and says which app it was', async () => {
    const { world, identity, person, app, shown, store } = await ready()
    expect(await use(world, identity, person, shown())).toMatchObject({ authenticator: app.id, label: 'phone' })
    const [listed] = await store.read((db) => identity.codes.of(db, person))
    expect(listed?.lastUsedAt).toBe(world.clock.at)
  })

  for (const [what, spell] of Object.entries(spellings))
    test(`that was used is not accepted again with ${what}; nor is a fresh one`, async () => {
      const { tryCode, shown, clock } = await ready()
      const code = shown()
      expect(await tryCode(code)).toBe('accepted')
      expect(await tryCode(spell(code))).toBe('code_malformed')
      clock.advance(step)
      expect(await tryCode(spell(shown()))).toBe('code_malformed')
      expect(await tryCode(shown())).toBe('accepted')
    })

  test('of the last step is accepted once, and the one of this step after it, once', async () => {
    const { tryCode, shown } = await ready()
    // The last step was used to enrol: one further on, it is fresh.
    const answers = []
    for (const ahead of [-1, 0, 0, -1]) answers.push(await tryCode(shown(ahead)))
    expect(answers).toEqual(['code_used', 'accepted', 'code_used', 'code_used'])
  })

  test('of the next step is accepted once, and then neither it nor any earlier one', async () => {
    const { tryCode, shown, clock } = await ready()
    const next = shown(1)
    expect(await tryCode(next)).toBe('accepted')
    expect(await tryCode(next)).toBe('code_used')
    expect(await tryCode(shown())).toBe('code_used')
    clock.advance(step)
    expect(await tryCode(next)).toBe('code_used')
    expect(await tryCode(shown(1))).toBe('accepted')
  })

  test('that was used stays used when the clock goes back', async () => {
    const { tryCode, shown, clock } = await ready()
    const code = shown()
    expect(await tryCode(code)).toBe('accepted')
    clock.advance(-step)
    expect(await tryCode(code)).toBe('code_used')
    expect(await tryCode(shown())).toBe('code_used')
  })

  test('that one server accepted, another refuses', async () => {
    const { tryCode, shown, other } = await ready()
    const code = shown()
    expect(await tryCode(code)).toBe('accepted')
    expect(await tryCode(code, other)).toBe('code_used')
  })

  test('of two servers at once, one accepts it', async () => {
    const { tryCode, shown, other, identity } = await ready()
    const code = shown()
    const answers = await Promise.all([identity, other, identity, other].map((server) => tryCode(code, server)))
    expect(answers.toSorted()).toEqual(['accepted', 'code_used', 'code_used', 'code_used'])
  })

  test('of two apps of one person, within one step, one is accepted', async () => {
    const { world, owner, tryCode, shown } = await ready()
    const second = await ownApp(world, owner)
    expect(await tryCode(shown())).toBe('accepted')
    expect(await tryCode(shownBy(second.seed, world))).toBe('code_used')
    expect(await tryCode(shownBy(second.seed, world, 1))).toBe('accepted')
  })

  test('used to sign in is not a code to countersign with, and the other way round', async () => {
    const { world, owner, identity, clock } = await ready()
    const ben = await member(world, owner)
    const code = shownBy(ben.seed, world)
    await signInWith(identity, { login: ben.login, code })
    expect(await codeOf(use(world, identity, ben.person.id, code))).toBe('code_used')
    clock.advance(step)
    const next = shownBy(ben.seed, world)
    expect(await codeOf(use(world, identity, ben.person.id, next))).toBe('accepted')
    expect(await codeOf(signInWith(identity, { login: ben.login, code: next }))).toBe('sign_in_refused')
  })

  test('of somebody else is not mine', async () => {
    const { world, owner, identity, tryCode } = await ready()
    const ben = await member(world, owner)
    expect(await tryCode(shownBy(ben.seed, world))).toBe('code_wrong')
    expect(await codeOf(use(world, identity, ben.person.id, shownBy(ben.seed, world)))).toBe('accepted')
  })

  test('is not used up by an effect that fails, but its attempt is', async () => {
    const { identity, person, shown, store, tryCode } = await ready()
    for (let at = 0; at < 4; at++) {
      const attempt = await identity.codes.attempt({ person, code: shown() })
      await expect(store.write(async (tx) => {
        await identity.codes.verify(tx, attempt)
        throw new Error('the effect did not happen')
      })).rejects.toThrow('the effect did not happen')
    }
    expect(await tryCode(shown())).toBe('accepted')
    expect(await tryCode(shown())).toBe('code_used')
  })

  test('an attempt is for one code, and for the person for whom it was taken', async () => {
    const { world, owner, identity, person, store, shown, seed } = await ready()
    const attempt = await identity.codes.attempt({ person, code: wrongCode(seed, world) })
    const verify = (typed: typeof attempt.typed) => store.write((tx) => identity.codes.verify(tx, { person, typed }))
    expect(await codeOf(verify(attempt.typed))).toBe('code_wrong')
    await expect(verify({ ...attempt.typed, code: parseTyped(shown()) })).rejects.toThrow(TypeError)
    const ben = await member(world, owner)
    const mine = await identity.codes.attempt({ person, code: shown() })
    await expect(verify({ ...mine.typed, person: ben.person.id })).rejects.toThrow(TypeError)
    expect(await codeOf(verify(mine.typed))).toBe('accepted')
    expect(await codeOf(verify(mine.typed))).toBe('code_used')
  })
})

describe('guessing', () => {
  test('ends after five failures in a row, waits longer each time, is recorded and told', async () => {
    const { world, tryCode, seed, clock, leaves, told, shown } = await ready()
    const guess = () => tryCode(wrongCode(seed, world))
    const first = []
    for (let at = 0; at < 7; at++) first.push(await guess())
    expect(first).toEqual(['code_wrong', 'code_wrong', 'code_wrong', 'code_wrong', 'code_wrong', 'too_many_attempts', 'too_many_attempts'])
    expect(await tryCode(shown())).toBe('too_many_attempts')
    for (const seconds of [30, 60, 120]) {
      clock.advance(seconds * 1000 - 1)
      expect(await tryCode(shown())).toBe('too_many_attempts')
      clock.advance(1)
      expect(await guess()).toBe('code_wrong')
    }
    clock.advance(240_000)
    expect(await tryCode(shown())).toBe('accepted')
    expect(leaves.filter(({ type }) => type === 'sign-in.slowed').map(({ details }) => details)).toMatchObject([5, 6, 7, 8, 9].map((failures) => ({ failures })))
    expect(told.filter(({ kind }) => kind === 'too-many-attempts')).toHaveLength(5)
  })

  test('says how long to wait', async () => {
    const { world, identity, person, seed, tryCode } = await ready()
    for (let at = 0; at < 5; at++) await tryCode(wrongCode(seed, world))
    await expect(identity.codes.attempt({ person, code: '123456' })).rejects.toMatchObject({ code: 'too_many_attempts', headers: { 'Retry-After': '30' } })
  })

  test('a success begins the count anew', async () => {
    const { world, tryCode, seed, clock, shown } = await ready()
    for (let at = 0; at < 4; at++) await tryCode(wrongCode(seed, world))
    expect(await tryCode(shown())).toBe('accepted')
    clock.advance(step)
    for (let at = 0; at < 4; at++) expect(await tryCode(wrongCode(seed, world))).toBe('code_wrong')
    expect(await tryCode(shown())).toBe('accepted')
  })

  test('is counted over all servers and endpoints together', async () => {
    const { world, owner, identity, other } = await ready()
    const ben = await member(world, owner)
    const guess = wrongCode(ben.seed, world)
    for (const at of [0, 1, 2]) expect(await codeOf(use(world, at === 1 ? other : identity, ben.person.id, guess))).toBe('code_wrong')
    for (const server of [identity, other]) expect(await codeOf(signInWith(server, { login: ben.login, code: guess }))).toBe('sign_in_refused')
    expect(await codeOf(use(world, other, ben.person.id, shownBy(ben.seed, world)))).toBe('too_many_attempts')
    expect(await codeOf(signInWith(identity, { login: ben.login, code: shownBy(ben.seed, world) }))).toBe('sign_in_refused')
  })

  test('of somebody else\'s codes keeps nobody from using their key', async () => {
    const { world, tryCode, seed, identity, owner } = await ready()
    for (let at = 0; at < 9; at++) await tryCode(wrongCode(seed, world))
    expect(await tryCode('123456')).toBe('too_many_attempts')
    expect((await signIn(identity, owner.device)).person.id).toBe(owner.person.id)
  })

  test('what is no code is refused without being counted', async () => {
    const { tryCode, shown } = await ready()
    for (let at = 0; at < 20; at++) expect(await tryCode(` ${shown()}`)).toBe('code_malformed')
    expect(await tryCode(shown())).toBe('accepted')
  })

  test('waits double from half a minute to an hour, and the hundredth failure of codes is the last', () => {
    const waits = (kind: 'totp' | 'password', failures: number[]) => failures.map((count) => waitAfter(ruleOf(kind), count) / 1000)
    expect(waits('totp', [1, 4, 5, 6, 7, 11, 12, 13, 99, 100])).toEqual([0, 0, 30, 60, 120, 1920, 3600, 3600, 3600, Infinity])
    expect(waits('password', [4, 5, 9, 10, 11, 1000])).toEqual([0, 30, 480, 900, 900, 900])
    expect(new Date(never).getTime()).toBe(never)
  })

  test('a hundred failures in a row end the app for good; a new one, vouched for, begins anew', async () => {
    const { world, owner, tryCode, store, person, shown, clock } = await ready()
    await store.write((tx) => tx.insertInto('code_attempt').values({ subject: `totp:${person}`, failures: 99, last_at: 0, blocked_until: 0 }).execute())
    expect(await tryCode('000000')).toMatch(/^code_(wrong|used)$/)
    clock.advance(365 * 24 * 3600_000)
    expect(await tryCode(shown())).toBe('too_many_attempts')
    const again = await world.identity.signIn.begin()
    const { session } = await world.identity.signIn.finish({ ceremony: again.ceremony, response: owner.device.get(again.options, 'http://localhost:7420'), source: { address: '::1', client: 'x' } })
    const fresh = await ownApp(world, { ...owner, session })
    expect(await tryCode(shownBy(fresh.seed, world))).toBe('accepted')
  })
})

describe('in parallel', () => {
  const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
  const atOnce = 1_000

  async function inParallel(many: number, one: (at: number) => Promise<string>): Promise<Record<string, number>> {
    const answers: Record<string, number> = {}
    for (let from = 0; from < many; from += atOnce)
      for (const answer of await Promise.all(Array.from({ length: atOnce }, (_, at) => one(from + at)))) answers[answer] = (answers[answer] ?? 0) + 1
    return answers
  }

  // In a short run PostgreSQL, where every attempt waits for the disk, gets fewer.
  const attempts = long || process.env['COUNTERSIGN_TEST_DATABASE'] !== 'postgres' ? 10_000 : 2_000
  test(`${attempts} attempts with one right code and its other spellings, on two servers, succeed once`, async () => {
    const many = attempts
    const { tryCode, shown, identity, other } = await ready()
    const variants = [(code: string) => code, ...Object.values(spellings)]
    const answers = await inParallel(many, (at) => tryCode(variants[at % variants.length]?.(shown()) ?? '', at % 2 === 0 ? identity : other))
    expect(answers['accepted']).toBe(1)
    expect((answers['code_used'] ?? 0) + (answers['code_malformed'] ?? 0) + (answers['too_many_attempts'] ?? 0)).toBe(many - 1)
    // The success begins the count anew: it and four more before it, then five.
    expect(answers['code_used']).toBeLessThanOrEqual(9)
  })

  const many = long ? 10_000 : 1_000
  test(`${many} guesses get five tries`, async () => {
    const { tryCode, world, seed, identity, other } = await ready()
    const right = new Set([-1, 0, 1].map((ahead) => shownBy(seed, world, ahead)))
    const guesses = Array.from({ length: many + 3 }, (_, at) => String(at * 97).padStart(6, '0')).filter((guess) => !right.has(guess))
    const answers = await inParallel(many, (at) => tryCode(guesses[at] ?? '', at % 2 === 0 ? identity : other))
    expect(answers).toEqual({ code_wrong: 5, too_many_attempts: many - 5 })
  })
})

describe('the server\'s word', () => {
  test('is signed by the ledger key over this challenge and app, and over nothing else', async () => {
    const { world, identity, person, shown, app, dataDir } = await ready()
    const signer = await (await openKeyFiles(join(dataDir, 'keys'), systemRandom)).createSigner('ledger')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(signer.publicKey).toString('base64url') }, format: 'jwk' })
    const verified = await use(world, identity, person, shown())
    const subject = canonicalText({ kind: 'for this test' })
    const envelope = canonicalText({ nonce: 'one' })
    const challenge = await challengeFor(await subjectDigest(subject), envelope)
    const word = await identity.codes.attest({ verified, envelope, challenge })
    expect(word).toMatchObject({ type: 'totp', envelope, authenticator: app.id })
    const holds = (authenticator: string, over: Uint8Array) => verify(null, serverWordBytes({ type: 'totp', authenticator }, over), key, Buffer.from(word.signature, 'base64url'))
    expect(holds(app.id, challenge)).toBe(true)
    expect(holds('aut_00000000000000000000000000000000', challenge)).toBe(false)
    expect(holds(app.id, await challengeFor(await subjectDigest(subject), canonicalText({ nonce: 'two' })))).toBe(false)
  })
})
