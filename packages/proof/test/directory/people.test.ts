/** What the replayed directory says of people: whom a server may believe, and since when. What it refuses is in test/corpus. */
import { describe, expect, test } from 'vitest'
import { authorityAt, humanOf, idsOf, keysOf, onProbation, openRecovery, otherOwnerWithKey, probationLasts, recoveryLasts, recoveryWaits, relyingPartyAt, replayDirectory, rolesOf, siteAt, sitesAt, totpsOf } from '../../src/index.ts'
import { buildTrust } from '../../src/produce/index.ts'
import { addApp, link, recoverByHost, startRecovery, veto } from '../support/people.ts'
import { alice, bob, carol, keys, mallory } from '../support/scenario.ts'
import { alicesApp, bobsNew, dave, daves, davesNew, erin, mona, people, recovered, recoveredKey, team } from '../support/team.ts'
import { World } from '../support/world.ts'

describe('a directory of people', () => {
  test('says who is gone, and that nothing of theirs holds', async () => {
    const directory = await replayDirectory((await people()).entries)
    const removal = directory.gone.get(dave.id) ?? 0
    expect([...directory.gone.keys()]).toEqual([dave.id])
    expect(keysOf(directory, dave.id, removal - 1)).toHaveLength(1)
    expect(keysOf(directory, dave.id, removal)).toEqual([])
    expect(rolesOf(directory, dave.id, removal)).toEqual([])
  })

  test('says how recoveries ended, and lets the new key in alone', async () => {
    const directory = await replayDirectory((await people()).entries)
    expect(directory.recoveries.map(({ person, requester, end }) => [person, requester, end])).toEqual([
      [dave.id, mona.id, 'vetoed'],
      [dave.id, alice.id, 'used'],
    ])
    expect(directory.keys.get(daves.credential.id)?.until).toBe(directory.keys.get(davesNew.credential.id)?.from)
  })

  test('knows an open recovery from its entry to 30 days later, and none of anybody else', async () => {
    const world = await team()
    await startRecovery(world, bob, keys.alice)
    const directory = await replayDirectory(world.entries)
    const begun = directory.times.at(-1) ?? 0
    expect(directory.recoveries[0]?.startedAt).toBe(begun)
    expect([0, recoveryWaits, recoveryLasts].map((later) => openRecovery(directory, bob.id, begun + later) !== undefined)).toEqual([true, true, true])
    expect(openRecovery(directory, bob.id, begun + recoveryLasts + 1)).toBeUndefined()
    expect(openRecovery(directory, carol.id, begun)).toBeUndefined()
    const lapsed = await team()
    await startRecovery(lapsed, bob, keys.alice)
    lapsed.tick(recoveryLasts)
    await startRecovery(lapsed, bob, keys.alice)
    expect((await replayDirectory(lapsed.entries)).recoveries.map(({ end }) => end)).toEqual(['expired', 'open'])
    await veto(world, bob, keys.bob)
    expect(openRecovery(await replayDirectory(world.entries), bob.id, begun)).toBeUndefined()
  })

  test('puts a further key on probation for 48 hours from its entry, and a first key not', async () => {
    const world = await team()
    await world.register(bobsNew, keys.bob)
    const directory = await replayDirectory(world.entries)
    const added = directory.times.at(-1) ?? 0
    const [first, second] = keysOf(directory, bob.id, directory.size)
    if (first === undefined || second === undefined) throw new Error('two keys')
    expect([first.probationUntil, second.probationUntil]).toEqual([null, added + probationLasts])
    expect([added, added + probationLasts - 1, added + probationLasts].map((moment) => onProbation(second, moment))).toEqual([true, true, false])
    expect(directory.keys.get(daves.credential.id)?.probationUntil).toBeNull()
  })

  test('holds apps apart from keys, with who let them in', async () => {
    const world = await team()
    await addApp(world, alicesApp, keys.alice)
    const directory = await replayDirectory(world.entries)
    expect(totpsOf(directory, alice.id, directory.size)).toEqual([
      { from: directory.size, until: null, demonstration: false, person: alice.id, authenticator: alicesApp.id, label: 'phone', voucher: keys.alice.credential.id },
    ])
    expect(totpsOf(directory, alice.id, directory.size - 1)).toEqual([])
    expect(keysOf(directory, alice.id, directory.size)).toHaveLength(2)
  })

  test('joins ids to one human from the entry of the link on', async () => {
    const world = await team()
    await link(world, bob, carol, keys.alice)
    await link(world, mallory, carol, keys.alice)
    const directory = await replayDirectory(world.entries)
    const same = (size: number): boolean => humanOf(directory, bob.id, size) === humanOf(directory, mallory.id, size)
    expect([same(directory.size - 1), same(directory.size)]).toEqual([false, true])
    expect([...idsOf(directory, bob.id, directory.size)].sort()).toEqual([bob.id, carol.id, mallory.id].sort())
    expect(humanOf(directory, alice.id, directory.size)).toBe(alice.id)
  })

  test('says who may touch whom', async () => {
    const { entries } = await team()
    const directory = await replayDirectory(entries)
    const may = (actor: string, person: string, grant?: { role: string; scope: string }): string | undefined =>
      authorityAt(directory, actor, { person, ...(grant && { grant }) }, directory.size)?.role
    expect([may(alice.id, bob.id), may(alice.id, alice.id), may(bob.id, mallory.id)]).toEqual(['owner', 'owner', undefined])
    expect([may(mona.id, dave.id), may(mona.id, mallory.id), may(mona.id, erin.id), may(mona.id, alice.id), may(mona.id, mona.id)]).toEqual(['manager', 'manager', undefined, undefined, undefined])
    expect(may(mona.id, dave.id, { role: 'auditor', scope: 'payments/x' })).toBe('manager')
    expect(may(mona.id, dave.id, { role: 'auditor', scope: 'other' })).toBeUndefined()
    expect(may(mona.id, dave.id, { role: 'manager', scope: 'payments' })).toBeUndefined()
    expect([otherOwnerWithKey(directory, alice.id), otherOwnerWithKey(directory, bob.id)]).toEqual([false, true])
  })

  test('has several sites, keys of each, and the newest for new ones', async () => {
    const world = await team()
    await world.addSite('countersign.example', ['https://countersign.example'], keys.alice)
    await world.register(bobsNew, keys.bob)
    const directory = await replayDirectory(world.entries)
    expect(sitesAt(directory, directory.size).map(({ rpId }) => rpId)).toEqual(['countersign.test', 'countersign.example'])
    expect(relyingPartyAt(directory, directory.size)?.rpId).toBe('countersign.example')
    expect(siteAt(directory, 'countersign.test', directory.size)?.origins).toEqual(['https://countersign.test'])
    expect(keysOf(directory, bob.id, directory.size).map(({ rpId }) => rpId)).toEqual(['countersign.test', 'countersign.example'])
  })
})

describe('a trust file', () => {
  test('names every site there was, the newest last, and no recovery where there was none', async () => {
    const { sites, recoveries } = buildTrust(await replayDirectory((await people()).entries))
    expect(sites.map(({ rpId }) => rpId)).toEqual(['countersign.test', 'countersign.example'])
    expect(recoveries).toEqual([])
  })

  test('names a site that came again once, as the newest', async () => {
    const world = new World('again')
    await world.genesis(keys.alice)
    await world.addSite('countersign.test', ['https://a.countersign.test'], keys.alice)
    world.siteOf.set(keys.alice.credential.id, { rpId: 'countersign.test', origins: ['https://a.countersign.test'] })
    await world.addSite('countersign.test', ['https://countersign.test'], keys.alice)
    const { sites } = buildTrust(await replayDirectory(world.entries))
    expect(sites.map(({ origins }) => origins)).toEqual([['https://a.countersign.test'], ['https://countersign.test']])
  })

  test('names the heads after recoveries by the host, each of which it takes to be believed', async () => {
    const world = await recovered()
    const trust = buildTrust(await replayDirectory(world.entries))
    expect(trust.recoveries).toEqual([world.heads[3]])
    await expect(replayDirectory(world.entries, { trust })).resolves.toMatchObject({ hostRecoveries: [3] })
    await recoverByHost(world, { ...recoveredKey, id: `${recoveredKey.id.slice(0, -1)}0`, credential: keys.aliceSecond.credential, key: keys.aliceSecond.key })
    await expect(replayDirectory(world.entries, { trust })).rejects.toMatchObject({ code: 'trust_recovery' })
  })
})
