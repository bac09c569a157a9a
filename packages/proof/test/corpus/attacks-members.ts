/** Attacks on who may touch whom: managers who reach too far, people who come back, two ids of one human. */
import type { VerdictCode } from '../../src/index.ts'
import { authenticator, personOf } from '../support/authenticator.ts'
import { addApp, appOf, link, remove, startRecovery } from '../support/people.ts'
import { alice, bob, byAlice, byBob, byCarol, carol, keys, mallory, type Story, tellPolicy, twoApprovals } from '../support/scenario.ts'
import { dave, daves, erin, erins, mona, monas, team } from '../support/team.ts'
import { policyRef, type World } from '../support/world.ts'
import { after, type Attack } from './attack.ts'
import { software } from './bases.ts'

const attempt = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  after(name, 'team', expect, team, work, story)

const nick = personOf('Nick')
const nicks = authenticator(nick, 'first')
/** A second owner, who has a key. */
async function withNick(world: World): Promise<void> {
  await world.register(nicks, keys.alice)
  await world.role(nick, 'owner', keys.alice)
}
const before = (world: World) => ({ envelope: { directory: { size: world.entries.length, head: world.heads.at(-1) ?? '' } } })

const roles: Attack[] = [
  attempt('a role that a manager gives within their scope: nothing is wrong', 'valid', (world) => world.role(mallory, 'operator', monas, { scope: 'payments/x' })),
  attempt('a role that a manager takes within their scope: nothing is wrong', 'valid', (world) => world.role(dave, 'approver', monas, { scope: 'payments/billing-prod', change: 'remove' })),
  attempt('a manager gives a role in another project', 'directory_authority', (world) => world.role(mallory, 'operator', monas, { scope: 'network' })),
  attempt('a manager gives a role in a project whose name begins alike', 'directory_authority', (world) => world.role(mallory, 'operator', monas, { scope: 'payments2' })),
  attempt('a manager of a project gives a role over the organisation', 'directory_authority', (world) => world.role(mallory, 'operator', monas)),
  attempt('a manager makes an owner', 'directory_authority', (world) => world.role(mallory, 'owner', monas, { scope: 'payments' })),
  attempt('a manager makes a manager', 'directory_authority', (world) => world.role(mallory, 'manager', monas, { scope: 'payments' })),
  attempt('a manager gives a role of a name that is not theirs to give', 'directory_authority', (world) => world.role(mallory, 'deployer', monas, { scope: 'payments' })),
  attempt('a manager gives a role to somebody with a role elsewhere', 'directory_authority', (world) => world.role(erin, 'operator', monas, { scope: 'payments' })),
  attempt('a manager gives a role to another manager', 'directory_authority', async (world) => {
    await world.role(nick, 'manager', keys.alice, { scope: 'payments' })
    await world.role(nick, 'approver', monas, { scope: 'payments' })
  }),
  attempt('a manager gives themself another role', 'directory_authority', (world) => world.role(mona, 'approver', monas, { scope: 'payments' })),
  attempt('a manager reaches an owner by the second id of the same human', 'directory_authority', async (world) => {
    await link(world, alice, mallory, keys.alice)
    await world.role(mallory, 'operator', monas, { scope: 'payments' })
  }),
  attempt('a manager no more, with an envelope from before', 'directory_authority', async (world) => {
    const old = before(world)
    await world.role(mona, 'manager', keys.alice, { scope: 'payments', change: 'remove' })
    await world.role(mallory, 'operator', monas, { scope: 'payments' }, old)
  }),
  attempt('a manager who became one after the envelope was made', 'directory_authority', async (world) => {
    const old = before(world)
    await world.role(carol, 'approver', keys.alice, { scope: 'payments', change: 'remove' })
    await world.role(carol, 'manager', keys.alice, { scope: 'payments' })
    await world.role(mallory, 'operator', keys.carol, { scope: 'payments' }, old)
  }),
  attempt('a manager of the whole organisation gives a role anywhere: nothing is wrong', 'valid', async (world) => {
    await world.role(mona, 'manager', keys.alice)
    await world.role(erin, 'operator', monas, { scope: 'payments' })
  }),
  attempt('a manager of two projects, somebody with a role in each', 'directory_authority', async (world) => {
    await world.role(mona, 'manager', keys.alice, { scope: 'network' })
    await world.role(dave, 'auditor', keys.alice, { scope: 'network' })
    await world.role(dave, 'operator', monas, { scope: 'network' })
  }),
]

const vouching: Attack[] = [
  attempt('a manager vouches for the first key of somebody with a role elsewhere', 'directory_voucher', (world) => world.register(erins, monas)),
  attempt('a manager vouches for the first key of an owner', 'directory_voucher', async (world) => {
    await world.role(nick, 'owner', keys.alice)
    await world.register(nicks, monas)
  }),
  attempt('a manager vouches for a manager', 'directory_voucher', async (world) => {
    await world.role(nick, 'manager', keys.alice, { scope: 'payments/x' })
    await world.register(nicks, monas)
  }),
  attempt('a manager ends the key of somebody of theirs without a veto being possible', 'directory_authority', (world) => world.revoke(daves, monas)),
  attempt('a manager replaces the ledger key', 'directory_authority', (world) => world.rotateLedgerKey('second', monas)),
  attempt('a manager adds a site', 'directory_authority', (world) => world.addSite('evil.example', ['https://evil.example'], monas)),
  attempt('a manager says that two ids are one human', 'directory_authority', (world) => link(world, dave, mallory, monas)),
]

const removals: Attack[] = [
  attempt('somebody removed by an owner: nothing is wrong', 'valid', (world) => remove(world, erin, keys.alice)),
  attempt('a manager removes somebody with a role elsewhere', 'directory_authority', (world) => remove(world, bob, monas)),
  attempt('a manager removes an owner', 'directory_authority', async (world) => {
    await world.register(nicks, keys.alice)
    await world.role(nick, 'owner', keys.alice)
    await remove(world, nick, monas)
  }),
  attempt('a manager of the whole organisation removes an owner', 'directory_authority', async (world) => {
    await world.role(mona, 'manager', keys.alice)
    await world.register(nicks, keys.alice)
    await world.role(nick, 'owner', keys.alice)
    await remove(world, nick, monas)
  }),
  attempt('a member removes somebody', 'directory_authority', (world) => remove(world, dave, keys.mallory)),
  attempt('a removal that nobody countersigned', 'countersignature_missing', (world) => world.enter({ ...world.common, kind: 'removal', action: 'member.remove', request: world.requestId(), person: dave.id, requester: alice.id, policy: policyRef() }, [])),
  attempt('somebody whom nobody knows is removed', 'directory_target', (world) => remove(world, nick, keys.alice)),
  attempt('somebody is removed twice', 'directory_person', async (world) => {
    await remove(world, dave, keys.alice)
    await remove(world, dave, keys.alice)
  }),
  attempt('the last owner removes themself', 'directory_target', (world) => remove(world, alice, keys.alice)),
  attempt('the last owner who has a key removes themself', 'directory_target', async (world) => {
    await world.role(nick, 'owner', keys.alice)
    await remove(world, alice, keys.alice)
  }),
  attempt('one owner of two is removed by both: nothing is wrong', 'valid', async (world) => {
    await withNick(world)
    await remove(world, alice, keys.alice, {}, { also: [nicks] })
  }, { subject: { requester: nick.id }, signings: [{ by: nicks, role: 'self' }] }),
  attempt('one owner of two removes themself alone', 'directory_authority', async (world) => {
    await withNick(world)
    await remove(world, alice, keys.alice)
  }),
  attempt('one owner of two removes the other alone', 'directory_authority', async (world) => {
    await withNick(world)
    await remove(world, nick, keys.alice)
  }),
  attempt('the key of somebody who was removed', 'signer_revoked', (world) => remove(world, bob, keys.alice), { required: twoApprovals, signings: [byAlice, byBob, byCarol] }),
  ...(
    [
      ['a role', (world) => world.role(dave, 'auditor', keys.alice)],
      ['a key', (world) => world.register(authenticator(dave, 'again'), keys.alice)],
      ['an app', (world) => addApp(world, appOf(dave, 'again'), keys.alice)],
      ['a recovery', (world) => startRecovery(world, dave, keys.alice)],
      ['a link', (world) => link(world, mallory, dave, keys.alice)],
      ['a link, the other way round,', (world) => link(world, dave, mallory, keys.alice)],
    ] satisfies [string, (world: World) => Promise<void>][]
  ).map(([what, work]) =>
    attempt(`${what} for somebody who was removed`, 'directory_person', async (world) => {
      await remove(world, dave, keys.alice)
      await work(world)
    }),
  ),
]

const bothApprove: Story = { required: twoApprovals, signings: [byAlice, byBob, byCarol] }

const links: Attack[] = [
  attempt('two approvers who are one human', 'requirement_distinct', (world) => link(world, bob, carol, keys.alice), bothApprove),
  attempt('two approvers who are one human by way of a third id', 'requirement_distinct', async (world) => {
    await link(world, bob, mallory, keys.alice)
    await link(world, carol, mallory, keys.alice)
  }, bothApprove),
  attempt('an approver who is the requester by another id', 'requirement_requester_excluded', (world) => link(world, alice, bob, keys.alice), bothApprove),
  attempt("the requester's touch by another id of theirs: nothing is wrong", 'valid', (world) => link(world, bob, alice, keys.alice), { signings: [{ ...byBob, role: 'self' }] }),
  attempt("the requester's touch by another id, which a software key linked", 'demonstration', async (world) => {
    await world.registerEarly(software, keys.alice)
    await link(world, bob, alice, software)
  }, { signings: [{ ...byBob, role: 'self' }] }),
  attempt('a step-up by two ids of the requester', 'requirement_distinct', (world) => link(world, bob, alice, keys.alice), { signings: [byAlice, { ...byBob, role: 'self' }] }),
  attempt('approvers who were linked after the run: nothing is wrong', 'valid', async () => {}, {
    ...bothApprove,
    before: async (step, world) => {
      if (step === 'evidence') await link(world, bob, carol, keys.alice)
    },
  }),
  attempt('approvers who were linked between the one and the other', 'requirement_distinct', async () => {}, {
    ...bothApprove,
    before: async (step, world) => {
      const signed = world.logged.filter(({ leaf }) => leaf.includes('gate.countersigned')).length
      if (step === 'touch' && signed === 2) await link(world, bob, carol, keys.alice)
    },
  }),
  attempt('an id that is linked to itself', 'directory_target', (world) => link(world, bob, bob, keys.alice)),
  attempt('ids that are linked already', 'directory_target', async (world) => {
    await link(world, bob, carol, keys.alice)
    await link(world, carol, bob, keys.alice)
  }),
  attempt('an id that nobody knows is linked', 'directory_target', (world) => link(world, bob, nick, keys.alice)),
  attempt('a link by a member', 'directory_authority', (world) => link(world, bob, carol, keys.mallory)),
  {
    name: 'a policy changed by two ids of one owner, where there is another',
    base: 'policy',
    expect: 'directory_authority',
    make: async () => {
      const world = await team()
      await world.role(bob, 'owner', keys.alice)
      await world.role(carol, 'owner', keys.alice, {}, { also: [keys.bob] })
      await link(world, alice, bob, keys.alice, {}, { also: [keys.carol] })
      return tellPolicy({ signings: [byAlice, byBob], required: { approvals: 1, approverRole: 'owner', excludeRequester: false } }, world)
    },
  },
  {
    name: 'a policy changed by the one owner there is, under one of two ids: nothing is wrong',
    base: 'policy',
    expect: 'valid',
    make: async () => {
      const world = await team()
      await world.role(bob, 'owner', keys.alice)
      await link(world, alice, bob, keys.alice, {}, { also: [keys.bob] })
      return tellPolicy({}, world)
    },
  },
]

const afterwards: Attack = {
  name: 'a policy changed by the one owner who is left: nothing is wrong',
  base: 'policy',
  expect: 'valid',
  make: async () => {
    const world = await team()
    await world.role(bob, 'owner', keys.alice)
    await remove(world, bob, keys.alice, {}, { also: [keys.bob] })
    return tellPolicy({}, world)
  },
}

export const memberAttacks: Attack[] = [...roles, ...vouching, ...removals, afterwards, ...links]
