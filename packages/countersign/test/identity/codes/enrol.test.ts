import { describe, expect, test } from 'vitest'
import { formatCode, shortCode, subjectDigest } from '@countersign/proof'
import { addKey, codeOf, revoke, signIn, url, type Owner, type World } from '../world.ts'
import { enrolled, invited, member, memberWithKey, ownApp, seedOf, shownBy, signInWith, step, vouch, withOwner } from './people.ts'

const mine = (owner: Owner) => ({ person: owner.person, session: owner.session.id })
const listed = (world: World, person: string) => world.store.read(async (db) => ({ apps: await world.identity.codes.of(db, person), pending: await world.identity.codes.pending(db, person) }))

describe('adding an authenticator app of one\'s own', () => {
  test('shows the seed once, takes two codes in a row, and waits for a key to vouch', async () => {
    const { world, owner, told, identity } = await withOwner()
    const { shown, pending } = await enrolled(world, mine(owner))
    expect(shown).toMatchObject({ secret: expect.stringMatching(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/), address: expect.stringMatching(/^otpauth:\/\/totp\/Countersign:ada\?/) })
    expect(pending).toMatchObject({ label: 'phone', kind: 'totp', fingerprint: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/) })
    expect(await listed(world, owner.person.id)).toMatchObject({ apps: [], pending: [pending] })
    // Not even sealed does the seed lie anywhere but with its app.
    const sealed = await world.store.read((db) => db.selectFrom('totp_authenticator').select('sealed_seed').where('id', '=', pending.id).executeTakeFirstOrThrow())
    expect(JSON.stringify(await world.store.read((db) => db.selectFrom('ceremony').selectAll().execute()))).not.toContain(sealed.sealed_seed)
    const app = await vouch(world, owner, pending.id)
    expect(await listed(world, owner.person.id)).toEqual({ apps: [app], pending: [] })
    const state = await world.store.read((db) => identity.directory.state(db))
    expect(state?.totps.get(app.id)).toMatchObject({ person: owner.person.id, label: 'phone', voucher: owner.device.credentials()[0] })
    expect(told).toMatchObject([{ kind: 'authenticator-added', person: owner.person.id }])
  })

  test('the statement names app, person and voucher, and its code is the one that is shown', async () => {
    const { world, owner } = await withOwner()
    const { pending } = await enrolled(world, mine(owner))
    const { subject, code, voucher } = await world.identity.codes.beginVouching(owner, { authenticator: pending.id })
    expect(JSON.parse(subject)).toMatchObject({ kind: 'totp', authenticator: pending.id, person: owner.person, label: 'phone', voucher: { person: owner.person.id, credential: owner.device.credentials()[0] } })
    expect(code).toBe(formatCode(shortCode(await subjectDigest(subject))))
    expect(JSON.parse(voucher.envelope)).toMatchObject({ role: 'voucher', person: owner.person.id })
  })

  test('takes the code that is shown a little later, too', async () => {
    const { world, owner } = await withOwner()
    const shown = await world.identity.codes.begin(mine(owner), { label: 'phone' })
    const seed = seedOf(shown.address)
    const codes = [shownBy(seed, world), shownBy(seed, world, 1)] as const
    world.clock.advance(2 * step)
    expect(await codeOf(world.identity.codes.confirm(mine(owner), { ceremony: shown.ceremony, codes }))).toBe('accepted')
  })

  const wrong: [what: string, pick: (shown: (ahead?: number) => string) => [string, string], code: string][] = [
    ['the same code twice', (shown) => [shown(), shown()], 'codes_not_consecutive'],
    ['two codes in the wrong order', (shown) => [shown(), shown(-1)], 'codes_not_consecutive'],
    ['two codes with one between them', (shown) => [shown(-1), shown(1)], 'codes_not_consecutive'],
    ['codes of an hour ago', (shown) => [shown(-121), shown(-120)], 'codes_not_consecutive'],
    ['one code and a guess', (shown) => [shown(-1), shown() === '000000' ? '000001' : '000000'], 'codes_not_consecutive'],
    ['a code with a space in it', (shown) => [shown(-1), `${shown().slice(0, 3)} ${shown().slice(3)}`], 'code_malformed'],
    ['a full-width code', (shown) => [shown(-1), shown().replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))], 'code_malformed'],
  ]
  for (const [what, pick, code] of wrong)
    test(`refuses ${what}, and then still takes the right two`, async () => {
      const { world, owner } = await withOwner()
      const { ceremony, address } = await world.identity.codes.begin(mine(owner), { label: 'phone' })
      const shown = (ahead = 0) => shownBy(seedOf(address), world, ahead)
      expect(await codeOf(world.identity.codes.confirm(mine(owner), { ceremony, codes: pick(shown) }))).toBe(code)
      expect(await codeOf(world.identity.codes.confirm(mine(owner), { ceremony, codes: [shown(-1), shown()] }))).toBe('accepted')
    })

  test('belongs to the session that began it, lasts ten minutes, and is finished once', async () => {
    const { world, owner, clock } = await withOwner()
    const other = await signIn(world.identity, owner.device)
    const begin = async () => {
      const { ceremony, address } = await world.identity.codes.begin(mine(owner), { label: 'phone' })
      return { ceremony, pair: (): [string, string] => [shownBy(seedOf(address), world, -1), shownBy(seedOf(address), world)] }
    }
    const one = await begin()
    const confirm = (who: { person: { id: string; name: string }; session: string }) => codeOf(world.identity.codes.confirm(who, { ceremony: one.ceremony, codes: one.pair() }))
    expect(await confirm({ person: owner.person, session: other.session.id })).toBe('wrong_person')
    expect(await confirm({ person: { id: 'usr_x', name: 'Eve' }, session: owner.session.id })).toBe('wrong_person')
    expect(await confirm(mine(owner))).toBe('accepted')
    expect(await confirm(mine(owner))).toBe('challenge_consumed')
    const late = await begin()
    clock.advance(10 * 60_000)
    expect(await codeOf(world.identity.codes.confirm(mine(owner), { ceremony: late.ceremony, codes: late.pair() }))).toBe('challenge_expired')
  })

  test('counts nowhere before a key has vouched, and after its person took it back', async () => {
    const { world, owner, identity } = await withOwner()
    const ben = await invited(world, owner)
    const who = { person: ben, session: 'the link' }
    const prepared = await identity.passwords.prepareFirst({ person: ben, password: 'seven geese by the mill' })
    await world.store.write((tx) => identity.passwords.keepFirst(tx, prepared))
    const { seed, pending } = await enrolled(world, who)
    world.clock.advance(step)
    expect(await codeOf(signInWith(identity, { login: 'ben', code: shownBy(seed, world) }))).toBe('sign_in_refused')
    await identity.codes.drop(who, { authenticator: pending.id })
    expect(await codeOf(vouch(world, owner, pending.id, pending.fingerprint))).toBe('pending_not_found')
  })

  test('refuses a sixth', async () => {
    const { world, owner } = await withOwner()
    for (let at = 0; at < 5; at++) await enrolled(world, mine(owner), `phone ${at}`)
    expect(await codeOf(world.identity.codes.begin(mine(owner), { label: 'one more' }))).toBe('too_many_authenticators')
  })
})

describe('an app that a terminal set up', () => {
  const thiefs = (owner: Owner) => ({ person: owner.person, session: 'tok_stolen', fromTerminal: 'countersign-cli (linux) at 192.0.2.9' })

  test('is let in by its own person with the code that the terminal showed, and with no other', async () => {
    const { world, owner, told } = await withOwner()
    const { pending } = await enrolled(world, thiefs(owner))
    for (const typed of [undefined, '', 'AAAA-AAAA-AAAA']) expect(await codeOf(vouch(world, owner, pending.id, typed))).toBe('fingerprint_mismatch')
    expect(told).toMatchObject([{ kind: 'authenticator-waits', person: owner.person.id, details: { from: 'countersign-cli (linux) at 192.0.2.9' } }])
    expect(world.leaves.map(({ type }) => type)).toContain('authenticator.enrolled')
    expect(JSON.stringify(world.leaves)).not.toContain(pending.fingerprint)
    expect(await codeOf(vouch(world, owner, pending.id, pending.fingerprint))).toBe('accepted')
  })

  test('waits one at a time, and takes none of the places that a person has', async () => {
    const { world, owner } = await withOwner()
    for (let at = 0; at < 7; at++) await enrolled(world, thiefs(owner), `thief ${at}`)
    expect((await listed(world, owner.person.id)).pending.map(({ label }) => label)).toEqual(['thief 6'])
    for (let at = 0; at < 5; at++) await enrolled(world, mine(owner), `phone ${at}`)
    expect((await listed(world, owner.person.id)).pending).toHaveLength(6)
  })
})

describe('vouching for an app', () => {
  test('for somebody without a key it is done by an owner, with the code that the person told, however they said it', async () => {
    const { world, owner, identity, told } = await withOwner()
    const ben = await invited(world, owner)
    const { pending } = await enrolled(world, { person: ben, session: 'the link' })
    expect(await world.store.read((db) => identity.codes.waiting(db))).toEqual([{ id: pending.id, person: ben.id, label: 'phone', kind: 'totp', createdAt: pending.createdAt }])
    await vouch(world, owner, pending.id, pending.fingerprint.toLowerCase().replaceAll('-', ' '))
    const state = await world.store.read((db) => identity.directory.state(db))
    expect(state?.totps.get(pending.id)).toMatchObject({ person: ben.id })
    expect(told).toMatchObject([{ kind: 'authenticator-added', person: ben.id }])
  })

  for (const told of [undefined, '', 'AAAA-AAAA-AAAA', 'nonsense'])
    test(`refuses another's without the code that is on their page (${String(told)})`, async () => {
      const { world, owner } = await withOwner()
      const { pending } = await enrolled(world, { person: await invited(world, owner), session: 'the link' })
      expect(await codeOf(vouch(world, owner, pending.id, told))).toBe('fingerprint_mismatch')
    })

  for (const [role, answer] of [['operator', 'directory_refused'], ['approver', 'directory_refused'], ['auditor', 'directory_refused'], ['manager', 'accepted']] as const)
    test(`by ${role === 'auditor' ? 'an' : 'a'} ${role} is ${answer === 'accepted' ? 'taken by the directory' : 'refused by the directory, whatever they were told'}`, async () => {
      const { world, owner } = await withOwner()
      const somebody = await memberWithKey(world, owner, 'Eve', role)
      const { pending } = await enrolled(world, { person: await invited(world, owner), session: 'the link' })
      expect(await codeOf(vouch(world, somebody, pending.id, pending.fingerprint))).toBe(answer)
    })

  test('takes the key of the session that began it, and no other', async () => {
    const { world, owner, identity } = await withOwner()
    const eve = await memberWithKey(world, owner, 'Eve', 'owner')
    const { pending } = await enrolled(world, { person: await invited(world, owner), session: 'the link' })
    const given = { authenticator: pending.id, fingerprint: pending.fingerprint }
    const { ceremony, voucher } = await identity.codes.beginVouching(owner, given)
    const hers = eve.device.get({ ...voucher.options, allowCredentials: [] }, url)
    const finish = (response: typeof hers) => codeOf(identity.codes.finishVouching(owner, { authenticator: pending.id, ceremony, response }))
    expect(await finish(hers)).toBe('voucher_invalid')
    expect(await finish({ ...hers, id: owner.device.credentials()[0] ?? '' })).toBe('assertion_invalid')
    expect(await codeOf(identity.codes.beginVouching({ session: owner.session, person: eve.person }, given))).toBe('voucher_invalid')
  })

  test('for somebody who has a key is that person\'s alone, and a key of theirs that is new does not do', async () => {
    const { world, owner, identity, clock } = await withOwner()
    const eve = await memberWithKey(world, owner, 'Eve', 'operator')
    const hers = await enrolled(world, { person: eve.person, session: eve.session.id })
    expect(await codeOf(vouch(world, owner, hers.pending.id, hers.pending.fingerprint))).toBe('directory_refused')
    expect(await codeOf(vouch(world, eve, hers.pending.id))).toBe('accepted')
    const { device } = await addKey(world, owner)
    const second: Owner = { ...(await signIn(identity, device)), person: owner.person, device }
    const { pending } = await enrolled(world, mine(owner))
    clock.advance(step)
    expect(await codeOf(vouch(world, second, pending.id))).toBe('directory_refused')
    expect(await codeOf(vouch(world, owner, pending.id))).toBe('accepted')
  })

  test('is the answer of one session, once, and to the app that it names', async () => {
    const { world, owner, identity } = await withOwner()
    const one = await enrolled(world, mine(owner), 'one')
    const two = await enrolled(world, mine(owner), 'two')
    const other: Owner = { ...(await signIn(identity, owner.device)), person: owner.person, device: owner.device }
    const { ceremony, voucher } = await identity.codes.beginVouching(owner, { authenticator: one.pending.id })
    const response = owner.device.get(voucher.options, url)
    const finish = (by: Owner, authenticator = one.pending.id) => codeOf(identity.codes.finishVouching(by, { authenticator, ceremony, response }))
    expect(await finish(other)).toBe('wrong_person')
    expect(await finish(owner, two.pending.id)).toBe('pending_not_found')
    expect(await finish(owner)).toBe('accepted')
    expect(await finish(owner)).toBe('challenge_consumed')
  })

  test('leaves nothing when the ledger cannot be written', async () => {
    const { world, owner, failure, identity } = await withOwner()
    const { pending } = await enrolled(world, mine(owner))
    failure.ledger = new Error('the ledger is gone')
    await expect(vouch(world, owner, pending.id)).rejects.toThrow('the ledger is gone')
    failure.ledger = undefined
    expect(await world.store.read((db) => identity.codes.of(db, owner.person.id))).toEqual([])
    expect(await codeOf(vouch(world, owner, pending.id))).toBe('accepted')
  })
})

describe('removing an app', () => {
  test('is a countersigned revocation without a credential; it ends the app, its sessions and its seed, and everybody is told', async () => {
    const { world, owner, identity, told, store } = await withOwner()
    const ben = await member(world, owner)
    const second = await enrolled(world, { person: ben.person, session: 'x' }, 'tablet')
    await vouch(world, owner, second.pending.id, second.pending.fingerprint)
    world.clock.advance(step)
    const { secret } = await signInWith(identity, { login: ben.login, code: shownBy(second.seed, world) })
    const remove = (authenticator: string) => revoke(world, owner, authenticator, '', { person: ben.person.id })
    await remove(second.pending.id)
    expect(await codeOf(identity.sessions.resolve(secret))).toBe('session_required')
    world.clock.advance(step)
    expect(await codeOf(signInWith(identity, { login: ben.login, code: shownBy(second.seed, world) }))).toBe('sign_in_refused')
    expect(await codeOf(signInWith(identity, { login: ben.login, code: shownBy(ben.seed, world) }))).toBe('accepted')
    expect(await store.read((db) => db.selectFrom('totp_authenticator').select('sealed_seed').where('id', '=', second.pending.id).executeTakeFirst())).toEqual({ sealed_seed: '' })
    expect(told.at(-1)).toMatchObject({ kind: 'authenticator-removed', person: ben.person.id })
  })

  test('the last authenticator of a person stays; one beside a key goes', async () => {
    const { world, owner } = await withOwner()
    const ben = await member(world, owner)
    const [app] = await world.store.read((db) => world.identity.codes.of(db, ben.person.id))
    expect(await codeOf(revoke(world, owner, app?.id ?? '', '', { person: ben.person.id }))).toBe('last_authenticator')
    const own = await ownApp(world, owner)
    expect(await codeOf(revoke(world, owner, own.app.id, ''))).toBe('accepted')
    expect(await codeOf(revoke(world, owner, own.app.id, ''))).toBe('authenticator_not_found')
  })
})
