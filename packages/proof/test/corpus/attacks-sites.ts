/** Attacks by way of the sites: a key at the wrong one, a site that was given up, and nobody left who could sign. */
import type { VerdictCode } from '../../src/index.ts'
import { authenticator } from '../support/authenticator.ts'
import { retireSite, settle } from '../support/people.ts'
import { alice, keys, type Story, tellRun } from '../support/scenario.ts'
import { daves } from '../support/team.ts'
import type { World } from '../support/world.ts'
import { after, type Attack } from './attack.ts'
import { alone } from './bases.ts'

const [first, second] = [['countersign.test', ['https://countersign.test']], ['countersign.example', ['https://countersign.example']]] as const
const aliceThere = authenticator(alice, 'at the second site')
const byAliceThere: Story = { signings: [{ by: aliceThere, role: 'self' }] }

const attempt = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  after(name, 'run', expect, () => alone(), work, story)

const add = (world: World, [rpId, origins]: readonly [string, readonly string[]] = second): Promise<void> => world.addSite(rpId, [...origins], keys.alice)
const retire = (world: World, [rpId, origins]: readonly [string, readonly string[]], by = keys.alice): Promise<void> => retireSite(world, rpId, [...origins], by)

/** Alice moves: a second site, a key there, the first one retired. */
async function moved(world: World): Promise<void> {
  await add(world)
  await world.registerEarly(aliceThere, keys.alice)
  await retire(world, first)
}

/** Alice signs at the first site, which is retired, with an envelope from when it was not. */
const lateEnvelope = (name: string, next: readonly [string, readonly string[]]): Attack => ({
  name,
  base: 'run',
  expect: 'envelope_origin',
  make: async () => {
    const world = await alone()
    await add(world, next)
    await world.registerEarly(aliceThere, keys.alice)
    const directory = { size: world.entries.length, head: world.heads.at(-1) ?? '' }
    await retire(world, first)
    return tellRun({ signings: [{ by: keys.alice, role: 'self', envelope: { directory } }] }, world)
  },
})

export const siteAttacks: Attack[] = [
  attempt('a key of the first site, where there is a second: nothing is wrong', 'valid', (world) => add(world)),
  attempt('a key of the second site, while the first one holds: nothing is wrong', 'valid', async (world) => {
    await add(world)
    await world.registerEarly(aliceThere, keys.alice)
  }, byAliceThere),
  attempt('a key of the second site, the first one retired: nothing is wrong', 'valid', moved, byAliceThere),
  attempt('a key of the first site at the second', 'envelope_origin', (world) => add(world), { signings: [{ by: keys.alice, role: 'self', envelope: { origin: 'https://countersign.example' } }] }),
  attempt('a key of the second site at the first', 'envelope_origin', async (world) => {
    await add(world)
    await world.registerEarly(aliceThere, keys.alice)
  }, { signings: [{ by: aliceThere, role: 'self', envelope: { origin: 'https://countersign.test' } }] }),
  attempt('a key of a site that was retired', 'envelope_origin', moved),
  lateEnvelope('a key of a site that was retired, with an envelope from before', second),
  lateEnvelope('the same, where another site has the same origin', [second[0], first[1]]),
  attempt('an origin that a site has now, with an envelope from before', 'envelope_origin', async (world) => {
    const directory = { size: world.entries.length, head: world.heads.at(-1) ?? '' }
    await add(world, [first[0], ['https://a.countersign.test']])
    await world.register(daves, keys.alice, {}, { voucher: { envelope: { directory, origin: 'https://a.countersign.test' } } })
  }),
  attempt('a site retired after the run: nothing is wrong', 'valid', async (world) => {
    await add(world)
    await world.registerEarly(aliceThere, keys.alice)
  }, { before: async (step, world) => (step === 'evidence' ? retire(world, first) : undefined) }),
  attempt('a registration for the older of two sites', 'directory_relying_party', async (world) => {
    await add(world)
    await world.register(daves, keys.alice, { rpId: first[0], origins: [...first[1]] })
  }),
  attempt('the last site is retired', 'directory_target', (world) => retire(world, first)),
  attempt('a site is retired for which alone an owner has a key', 'directory_target', async (world) => {
    await add(world)
    await retire(world, first)
  }),
  attempt('a site is retired for which alone an owner has a key, a member having one', 'directory_target', async (world) => {
    await add(world)
    await world.register(daves, keys.alice)
    await retire(world, first)
  }),
  attempt('a site that there never was is retired', 'directory_target', async (world) => {
    await add(world)
    await retire(world, ['other.example', ['https://other.example']])
  }),
  attempt('a site with other origins than it has is retired', 'directory_target', async (world) => {
    await add(world)
    await retire(world, [second[0], ['https://other.example']])
  }),
  attempt('a site that is retired twice', 'directory_target', async (world) => {
    await moved(world)
    await retire(world, first, aliceThere)
  }),
  attempt('a site that is there already is added', 'directory_target', async (world) => {
    await add(world)
    await add(world)
  }),
  attempt('a site is added again with other origins: nothing is wrong', 'valid', async (world) => {
    await add(world, [first[0], ['https://a.countersign.test']])
    world.siteOf.set(keys.alice.credential.id, { rpId: first[0], origins: ['https://a.countersign.test'] })
  }),
  attempt('an origin that a site no longer has', 'envelope_origin', (world) => add(world, [first[0], ['https://a.countersign.test']])),
  attempt('a site that was retired is added again: its keys count again', 'valid', async (world) => {
    await moved(world)
    world.tick(0)
    await world.addSite(first[0], [...first[1]], aliceThere)
    settle(world)
  }),
]
