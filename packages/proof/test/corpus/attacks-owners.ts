/** Attacks on who owns the organisation: one owner of two who acts for both, makes a second self, or leaves nobody. */
import type { VerdictCode } from '../../src/index.ts'
import { authenticator, personOf } from '../support/authenticator.ts'
import { addApp, appOf, link, recoverByHost, retireSite, settle, startRecovery } from '../support/people.ts'
import { alice, bob, carol, keys, mallory, type Story, tellPolicy } from '../support/scenario.ts'
import { bobsNew, dave, erin, erins, mona, monas, recoveredKey, team } from '../support/team.ts'
import type { KeySigning, World } from '../support/world.ts'
import { after, type Attack } from './attack.ts'
import { alone, software } from './bases.ts'

const attempt = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  after(name, 'team', expect, team, work, story)

const nick = personOf('Nick')
const nicks = authenticator(nick, 'first')
const bobsSoftware = authenticator(bob, 'software', { aaguid: software.credential.aaguid })
const carolsNew = authenticator(carol, 'new')
const second = (by: KeySigning['by'], role: KeySigning['role'] = 'voucher') => ({ second: { by, role } })
const both = { also: [keys.bob] }

/** Alice and Bob own the organisation, and both have keys. */
const twoOwners = (world: World): Promise<void> => world.role(bob, 'owner', keys.alice)
/** And Nick does, who has none yet. */
async function thirdInvited(world: World): Promise<void> {
  await twoOwners(world)
  await world.role(nick, 'owner', keys.alice, {}, both)
}

const vouched = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  attempt(name, expect, async (world) => {
    await thirdInvited(world)
    await work(world)
  }, story)

const vouching: Attack[] = [
  vouched('the first key of a third owner, by both others: nothing is wrong', 'valid', (world) => world.register(nicks, keys.alice, {}, second(keys.bob))),
  vouched('the first key of a third owner, by one of the two others', 'directory_signers', (world) => world.register(nicks, keys.alice)),
  vouched('the same, by two keys of one of them', 'directory_voucher', (world) => world.register(nicks, keys.alice, {}, second(keys.aliceSecond))),
  vouched('the same, by one of them and a manager of the organisation', 'directory_voucher', async (world) => {
    await world.role(mona, 'manager', keys.alice)
    await world.register(nicks, keys.alice, {}, second(monas))
  }),
  vouched('the same, by two ids of one of them', 'directory_voucher', async (world) => {
    await world.role(carol, 'owner', keys.alice, {}, both)
    await link(world, alice, carol, keys.alice, {}, both)
    await world.register(nicks, keys.alice, {}, second(keys.carol))
  }),
  vouched('the same, by one of them and the new key itself', 'signer_unknown', (world) => world.register(nicks, keys.alice, {}, second(nicks))),
  vouched('the same, the second with a key of today', 'signer_on_probation', async (world) => {
    await world.register(bobsNew, keys.bob)
    await world.register(nicks, keys.alice, {}, second(bobsNew))
  }),
  vouched('the same, the second as an approver', 'envelope_role', (world) => world.register(nicks, keys.alice, {}, second(keys.bob, 'approver'))),
  vouched('the same, the second over another statement', 'assertion_challenge', (world) =>
    world.register(nicks, keys.alice, {}, { second: { by: keys.bob, role: 'voucher', touch: { challenge: new Uint8Array(32) } } })),
  vouched('the same, the second no owner any more', 'directory_voucher', async (world) => {
    await world.role(carol, 'owner', keys.alice, {}, both)
    const directory = { size: world.entries.length, head: world.heads.at(-1) ?? '' }
    await world.role(carol, 'owner', keys.alice, { change: 'remove' }, both)
    await world.register(nicks, keys.alice, {}, { second: { by: keys.carol, role: 'voucher', envelope: { directory } } })
  }),
  vouched('a run by a third owner, whom a software key let in as the second', 'demonstration', async (world) => {
    await world.registerEarly(bobsSoftware, keys.bob)
    await world.register(nicks, keys.alice, {}, second(bobsSoftware))
  }, { subject: { requester: nick.id }, signings: [{ by: nicks, role: 'self' }] }),
  vouched('an app of a third owner, by one of the two others', 'directory_voucher', (world) => addApp(world, appOf(nick), keys.alice)),
  attempt('two vouchers for somebody who is no owner', 'directory_signers', async (world) => {
    await twoOwners(world)
    await world.register(erins, keys.alice, {}, second(keys.bob))
  }),
  attempt('two vouchers for a further key of one\'s own', 'directory_signers', async (world) => {
    await twoOwners(world)
    await world.register(bobsNew, keys.bob, {}, second(keys.alice))
  }),
  attempt('the first key of the second owner, by the one there is: nothing is wrong', 'valid', async (world) => {
    await world.role(nick, 'owner', keys.alice)
    await world.register(nicks, keys.alice)
  }),
  attempt('the key of a recovered owner, by one of the two others', 'directory_signers', async (world) => {
    await twoOwners(world)
    await world.role(carol, 'owner', keys.alice, {}, both)
    await startRecovery(world, carol, keys.alice)
    settle(world)
    await world.register(carolsNew, keys.alice)
  }),
  attempt('the key of a recovered owner, by both others: nothing is wrong', 'valid', async (world) => {
    await twoOwners(world)
    await world.role(carol, 'owner', keys.alice, {}, both)
    await startRecovery(world, carol, keys.alice)
    settle(world)
    await world.register(carolsNew, keys.alice, {}, second(keys.bob))
  }),
]

const owning: Attack[] = [
  attempt('an owner made by one of two', 'directory_authority', async (world) => {
    await twoOwners(world)
    await world.role(nick, 'owner', keys.alice)
  }),
  attempt('an owner made by one of two, and a manager', 'directory_authority', async (world) => {
    await twoOwners(world)
    await world.role(nick, 'owner', keys.alice, {}, { also: [monas] })
  }),
  attempt('the role of an owner, taken by one of two', 'directory_authority', async (world) => {
    await twoOwners(world)
    await world.role(bob, 'owner', keys.alice, { change: 'remove' })
  }),
  attempt('the role of an owner, taken by both: nothing is wrong', 'valid', async (world) => {
    await twoOwners(world)
    await world.role(bob, 'owner', keys.alice, { change: 'remove' }, both)
  }),
  attempt('another role, given by one owner of two: nothing is wrong', 'valid', async (world) => {
    await twoOwners(world)
    await world.role(mallory, 'operator', keys.alice)
  }),
  attempt('the role of the last owner is taken', 'directory_target', (world) => world.role(alice, 'owner', keys.alice, { change: 'remove' })),
  attempt('the role of the last owner who has a key is taken', 'directory_target', async (world) => {
    await world.role(nick, 'owner', keys.alice)
    await world.role(alice, 'owner', keys.alice, { change: 'remove' })
  }),
  attempt('the role of an owner of one project is taken from the last owner: nothing is wrong', 'valid', async (world) => {
    await world.role(alice, 'owner', keys.alice, { scope: 'payments' })
    await world.role(alice, 'owner', keys.alice, { scope: 'payments', change: 'remove' })
  }),
  attempt('two ids, one of them an owner, linked by one owner of two', 'directory_authority', async (world) => {
    await twoOwners(world)
    await link(world, bob, dave, keys.alice)
  }),
  attempt('two ids of whom none is an owner, linked by one owner of two: nothing is wrong', 'valid', async (world) => {
    await twoOwners(world)
    await link(world, mallory, dave, keys.alice)
  }),
  attempt('a site added by one owner of two', 'directory_authority', async (world) => {
    await twoOwners(world)
    await world.addSite('evil.example', ['https://evil.example'], keys.alice)
  }),
  attempt('the ledger key replaced by one owner of two', 'directory_authority', async (world) => {
    await twoOwners(world)
    await world.rotateLedgerKey('second', keys.alice)
  }),
  {
    name: 'a policy changed by the one owner who has a key, another being invited: nothing is wrong',
    base: 'policy',
    expect: 'valid',
    make: async () => {
      const world = await alone(keys.alice, 'policy')
      await world.role(bob, 'owner', keys.alice)
      return tellPolicy({}, world)
    },
  },
]

const elsewhere = ['countersign.example', ['https://countersign.example']] as const
const aliceThere = authenticator(alice, 'at the second site')

/** Alice and Bob own it, and Alice alone has a key of the site that is left. */
async function bobStranded(world: World): Promise<void> {
  await world.register(keys.bob, keys.alice)
  await world.role(bob, 'owner', keys.alice)
  const { rpId, origins } = world
  await world.addSite(elsewhere[0], [...elsewhere[1]], keys.alice, {}, both)
  await world.registerEarly(aliceThere, keys.alice)
  await retireSite(world, rpId, origins, aliceThere, {}, both)
}
const byAliceThere: Story = { signings: [{ by: aliceThere, role: 'self' }] }

const stranded: Attack[] = [
  after('the host recovers the only owner whose key is of a site that holds: nothing is wrong', 'recovered', 'valid', () => alone(keys.alice, 'recovered'), async (world) => {
    await bobStranded(world)
    await recoverByHost(world, recoveredKey)
    settle(world)
  }, { signings: [{ by: recoveredKey, role: 'self' }] }),
  after('the role of the last owner whose key is of a site that holds is taken', 'run', 'directory_target', () => alone(), async (world) => {
    await bobStranded(world)
    await world.role(alice, 'owner', aliceThere, { change: 'remove' })
  }, byAliceThere),
  after('an owner made by the only one whose key is of a site that holds: nothing is wrong', 'run', 'valid', () => alone(), async (world) => {
    await bobStranded(world)
    await world.role(nick, 'owner', aliceThere)
    await world.register(nicks, aliceThere)
  }, byAliceThere),
]

const byErin: Story = { subject: { requester: erin.id }, signings: [{ by: erins, role: 'self' }] }
const low: Story = { ...byErin, subject: { requester: erin.id, risk: { level: 'low', reasons: [], reasonsOmitted: 0 } } }
const withErinsApp = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  attempt(name, expect, async (world) => {
    await addApp(world, appOf(erin), keys.alice)
    await work(world)
  }, story)
async function recoverErin(world: World, late: number): Promise<void> {
  await startRecovery(world, erin, keys.alice)
  world.tick(late)
  await world.register(erins, keys.alice)
}

const apps: Attack[] = [
  withErinsApp('a first key, at once, for somebody who has an app', 'directory_recovery', (world) => world.register(erins, keys.alice)),
  withErinsApp('a first key under a recovery of a day, for somebody who has an app', 'directory_recovery', (world) => recoverErin(world, 86_400_000)),
  withErinsApp('a first key 48 hours after a recovery, for somebody who had an app: nothing is wrong', 'valid', (world) => recoverErin(world, 172_800_000), low),
  withErinsApp('the same key on a run of high risk', 'signer_on_probation', (world) => recoverErin(world, 172_800_000), byErin),
  withErinsApp('a second app by another, for somebody who has one: nothing is wrong', 'valid', (world) => addApp(world, appOf(erin, 'tablet'), keys.alice)),
]

export const ownerAttacks: Attack[] = [...vouching, ...owning, ...stranded, ...apps]
