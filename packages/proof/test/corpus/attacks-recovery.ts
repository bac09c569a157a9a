/** Attacks by way of "somebody has lost their keys": too early, too late, against a veto; by the host; and what a new key may do. */
import type { JsonObject, VerdictCode } from '../../src/index.ts'
import { authenticator, personOf } from '../support/authenticator.ts'
import { addApp, appOf, link, recoverByHost, remove, retireSite, said, settle, startRecovery, veto } from '../support/people.ts'
import { alice, bob, byAlice, byBob, keys, mallory, type Story, tellPolicy, tellRun } from '../support/scenario.ts'
import { alicesApp, bobsApp, bobsNew, dave, daves, davesNew, erin, erins, monas, recovered, recoveredKey, team } from '../support/team.ts'
import type { Lies, Signing, World } from '../support/world.ts'
import { after, type Attack, withTrust } from './attack.ts'
import { alone, lowRun } from './bases.ts'

const attempt = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  after(name, 'team', expect, team, work, story)

const hour = 3_600_000
/** From the entry of a recovery to the next entry that a test makes, a second passes for each of both. */
const wait = (world: World, milliseconds: number): void => world.tick(milliseconds - 2000)
const oneApproval: Story = { required: { approvals: 1, approverRole: 'approver' } }

/** Bob's recovery, and a new key of his so much later. */
const recoverBob = (name: string, expect: VerdictCode, milliseconds: number, between: (world: World) => Promise<unknown> = async () => {}, by = keys.alice): Attack =>
  attempt(name, expect, async (world) => {
    await startRecovery(world, bob, keys.alice)
    await between(world)
    wait(world, milliseconds)
    await world.register(bobsNew, by)
  })

const recoveries: Attack[] = [
  recoverBob('a key 48 hours after the recovery began: nothing is wrong', 'valid', 48 * hour),
  recoverBob('a key a millisecond too early', 'directory_recovery', 48 * hour - 1),
  recoverBob('a key 30 days after the recovery began: nothing is wrong', 'valid', 720 * hour),
  recoverBob('a key a millisecond too late', 'directory_recovery', 720 * hour + 1),
  recoverBob('a key after a veto by the old one', 'directory_recovery', 49 * hour, (world) => veto(world, bob, keys.bob)),
  recoverBob('a key after a veto by an owner', 'directory_recovery', 49 * hour, (world) => veto(world, bob, keys.alice)),
  recoverBob('a veto by somebody who is nobody to him', 'directory_authority', 49 * hour, (world) => veto(world, bob, keys.mallory)),
  recoverBob('a veto by a manager of another project', 'directory_authority', 49 * hour, (world) => veto(world, bob, monas)),
  recoverBob('a key under the recovery of somebody else', 'directory_recovery', 49 * hour, async (world) => {
    await veto(world, bob, keys.bob)
    await startRecovery(world, dave, keys.alice)
  }),
  recoverBob("a key vouched for by a manager under an owner's recovery", 'directory_voucher', 49 * hour, async () => {}, monas),
  recoverBob('a key that somebody else recovers themself with', 'directory_voucher', 49 * hour, async () => {}, keys.mallory),
  attempt('the old key, after the recovery', 'signer_revoked', async (world) => {
    await startRecovery(world, bob, keys.alice)
    settle(world)
    await world.register(bobsNew, keys.alice)
  }, { ...oneApproval, signings: [byAlice, byBob] }),
  attempt('the old app, after the recovery', 'signer_revoked', async (world) => {
    await addApp(world, bobsApp, keys.bob)
    await startRecovery(world, bob, keys.alice)
    settle(world)
    await world.register(bobsNew, keys.alice)
  }, { subject: lowRun.subject, required: { ...lowRun.required, ...oneApproval.required }, signings: [byAlice, { app: bobsApp, role: 'approver' }] }),
  attempt('a second key under one recovery', 'directory_recovery', async (world) => {
    await startRecovery(world, bob, keys.alice)
    settle(world)
    await world.register(bobsNew, keys.alice)
    await world.register(authenticator(bob, 'newer'), keys.alice)
  }),
  attempt('a recovery that was left over when it was not needed', 'directory_recovery', async (world) => {
    await startRecovery(world, bob, keys.alice)
    await world.revoke(keys.bob, keys.bob)
    await world.register(bobsNew, keys.alice)
    settle(world)
    await world.register(authenticator(bob, 'newer'), keys.alice)
  }),
  attempt('a veto after use', 'directory_target', async (world) => {
    await startRecovery(world, bob, keys.alice)
    settle(world)
    await world.register(bobsNew, keys.alice)
    await veto(world, bob, bobsNew)
  }),
  attempt('a veto of nothing', 'directory_target', (world) => veto(world, bob, keys.bob)),
  attempt('a veto of a recovery that lapsed', 'directory_target', async (world) => {
    await startRecovery(world, bob, keys.alice)
    wait(world, 720 * hour + 1)
    await veto(world, bob, keys.bob)
  }),
  attempt('a recovery of somebody who has one', 'directory_target', async (world) => {
    await startRecovery(world, bob, keys.alice)
    await startRecovery(world, bob, keys.alice)
  }),
  attempt('a recovery after one that lapsed: nothing is wrong', 'valid', async (world) => {
    await startRecovery(world, bob, keys.alice)
    wait(world, 720 * hour + 1)
    await startRecovery(world, bob, keys.alice)
    await veto(world, bob, keys.bob)
  }),
  attempt('a recovery of oneself', 'directory_authority', (world) => startRecovery(world, alice, keys.alice)),
  attempt('a recovery of oneself by another id', 'directory_authority', async (world) => {
    await world.role(mallory, 'owner', keys.alice)
    await link(world, alice, mallory, keys.alice, {}, { also: [keys.mallory] })
    await startRecovery(world, alice, keys.mallory)
  }),
  attempt('a recovery laid by for somebody who has no key yet', 'directory_target', (world) => startRecovery(world, erin, keys.alice)),
  attempt('a recovery by a member', 'directory_authority', (world) => startRecovery(world, bob, keys.mallory)),
  attempt('a recovery of somebody with a role elsewhere, by a manager', 'directory_authority', (world) => startRecovery(world, bob, monas)),
  attempt('a recovery of somebody whom nobody knows', 'directory_target', (world) => startRecovery(world, personOf('Nick'), keys.alice)),
  attempt('a recovery by a manager, of somebody of theirs: nothing is wrong', 'valid', async (world) => {
    await startRecovery(world, dave, monas)
    settle(world)
    await world.register(davesNew, monas)
  }),
  attempt("a manager's recovery of somebody who became an owner meanwhile", 'directory_voucher', async (world) => {
    await startRecovery(world, dave, monas)
    await world.role(dave, 'owner', keys.alice)
    settle(world)
    await world.register(davesNew, monas)
  }),
  attempt('an app under a recovery', 'directory_voucher', async (world) => {
    await startRecovery(world, bob, keys.alice)
    settle(world)
    await addApp(world, bobsApp, keys.alice)
  }),
]

/** A sole owner and the host: `work` is done to an installation of Alice alone, who is recovered and signs. */
const byHost = (name: string, expect: VerdictCode, over: JsonObject, lies: Lies & { accepted?: boolean } = {}, work: (world: World) => Promise<unknown> = async () => {}): Attack =>
  after(name, 'recovered', expect, () => alone(keys.alice, 'recovered'), async (world) => {
    await work(world)
    await recoverByHost(world, recoveredKey, over, lies)
    settle(world)
  }, { signings: [{ by: recoveredKey, role: 'self' }] })

const bySelf = (by: Signing): Story => ({ signings: [by] })

const host: Attack[] = [
  byHost('a recovery by the host, of a sole owner: nothing is wrong', 'valid', {}),
  byHost('a recovery by the host that the trust file does not name', 'trust_recovery', {}, { accepted: false }),
  { name: 'a trust file that names another recovery', base: 'recovered', expect: 'trust_recovery', make: async () => withTrust(await tellRun(bySelf({ by: recoveredKey, role: 'self' }), await recovered()), { recoveries: ['a'.repeat(64)] }) },
  { name: 'a recovery by the host, and nobody to say otherwise', base: 'recovered', expect: 'issuer_not_pinned', make: async () => withTrust(await tellRun(bySelf({ by: recoveredKey, role: 'self' }), await recovered()), null) },
  byHost('the host recovers one owner of two', 'directory_voucher', {}, {}, async (world) => {
    await world.register(keys.bob, keys.alice)
    await world.role(bob, 'owner', keys.alice)
  }),
  byHost('the host recovers the only owner who has a key: nothing is wrong', 'valid', {}, {}, (world) => world.role(bob, 'owner', keys.alice)),
  after('the host recovers somebody who is no owner', 'recovered', 'directory_voucher', () => alone(keys.alice, 'recovered'), async (world) => {
    await world.register(keys.bob, keys.alice)
    await recoverByHost(world, bobsNew)
  }),
  after('the host recovers a member, where the owner has no key left', 'recovered', 'directory_voucher', () => alone(keys.alice, 'recovered'), async (world) => {
    await world.register(keys.bob, keys.alice)
    await world.revoke(keys.alice, keys.alice)
    await recoverByHost(world, bobsNew)
  }),
  after('the host makes somebody a member', 'recovered', 'directory_voucher', () => alone(keys.alice, 'recovered'), (world) => recoverByHost(world, keys.mallory)),
  byHost('the host vouches in the name of a key', 'directory_voucher', { voucher: { person: alice.id, credential: keys.alice.credential.id } }),
  byHost('the host vouches in the name of another', 'directory_voucher', { voucher: { person: bob.id, credential: '' } }),
  byHost('the host vouches for another than the envelope names', 'directory_voucher', {}, { envelope: { person: bob.id } }),
  byHost("the host's word by a ledger key that is not the one that holds", 'word_signature', {}, { ledger: 'second' }),
  byHost("the host's word said of an app", 'countersignature_type', {}, { after: said({ type: 'totp', authenticator: alicesApp.id }) }),
  byHost("the host's word in another role", 'envelope_role', {}, { envelope: { role: 'possession' } }),
  byHost("the host's word at another origin", 'envelope_origin', {}, { envelope: { origin: 'https://evil.example' } }),
  after('a key that vouches, and names none', 'recovered', 'directory_voucher', () => alone(keys.alice, 'recovered'), (world) => world.register(recoveredKey, keys.alice, { voucher: { person: alice.id, credential: '' } })),
  after('the old key of the owner whom the host recovered', 'recovered', 'signer_revoked', recovered, async () => {}),
  after('the old app of the owner whom the host recovered', 'recovered', 'signer_revoked', recovered, async () => {}, { ...lowRun, ...bySelf({ app: alicesApp, role: 'self' }) }),
  after('the new key of the owner whom the host recovered, the same day', 'recovered', 'signer_on_probation', () => recovered(false), async () => {}, bySelf({ by: recoveredKey, role: 'self' })),
]

const aliceNew = authenticator(alice, 'new')
const byNew: Signing = { by: aliceNew, role: 'self' }
/** Alice adds a key, and does something with it at once. */
const early = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  attempt(name, expect, async (world) => {
    await world.register(aliceNew, keys.alice)
    await work(world)
  }, story)

const probation: Attack[] = [
  early('a new key on a run of high risk', 'signer_on_probation', async () => {}, { signings: [byNew] }),
  early('a new key on a run of critical risk', 'signer_on_probation', async () => {}, { signings: [byNew], subject: { risk: { level: 'critical', reasons: [], reasonsOmitted: 0 } } }),
  early('a new key on a run of medium risk: nothing is wrong', 'valid', async () => {}, { signings: [byNew], subject: { risk: { level: 'medium', reasons: [], reasonsOmitted: 0 } } }),
  // a touch is recorded 31.2 seconds after the world was left alone
  early('a key of 48 hours less a millisecond on a run of high risk', 'signer_on_probation', async (world) => world.tick(48 * hour - 31_201), { signings: [byNew] }),
  early('a key of 48 hours on a run of high risk: nothing is wrong', 'valid', async (world) => world.tick(48 * hour - 31_200), { signings: [byNew] }),
  attempt('a first key that somebody vouched for, on a run of high risk: nothing is wrong', 'valid', (world) => world.register(erins, keys.alice), { signings: [{ by: erins, role: 'self' }], subject: { requester: erin.id } }),
  attempt('a key after all others were revoked, on a run of high risk', 'signer_on_probation', async (world) => {
    await world.revoke(keys.bob, keys.alice)
    await world.register(bobsNew, keys.alice)
  }, { ...oneApproval, signings: [byAlice, { by: bobsNew, role: 'approver' }] }),
  attempt('a key after a recovery, on a run of high risk', 'signer_on_probation', async (world) => {
    await startRecovery(world, bob, keys.alice)
    settle(world)
    await world.register(bobsNew, keys.alice)
  }, { ...oneApproval, signings: [byAlice, { by: bobsNew, role: 'approver' }] }),
  early('a new key gives a role', 'signer_on_probation', (world) => world.role(mallory, 'auditor', aliceNew)),
  early('a new key removes somebody', 'signer_on_probation', (world) => remove(world, dave, aliceNew)),
  early('a new key starts a recovery', 'signer_on_probation', (world) => startRecovery(world, bob, aliceNew)),
  early('a new key links two ids', 'signer_on_probation', (world) => link(world, bob, mallory, aliceNew)),
  early('a new key replaces the ledger key', 'signer_on_probation', (world) => world.rotateLedgerKey('second', aliceNew)),
  early('a new key adds a site', 'signer_on_probation', (world) => world.addSite('evil.example', ['https://evil.example'], aliceNew)),
  early('a new key retires a site', 'signer_on_probation', async (world) => {
    const { rpId, origins } = world
    await world.addSite('countersign.example', ['https://countersign.example'], keys.alice)
    await world.register(authenticator(alice, 'there'), keys.alice)
    await retireSite(world, rpId, origins, aliceNew)
  }),
  early('a new key vouches for another of its owner', 'signer_on_probation', (world) => world.register(authenticator(alice, 'newer'), aliceNew)),
  early('a new key vouches for somebody', 'signer_on_probation', (world) => world.register(erins, aliceNew)),
  early('a new key vouches for an app', 'signer_on_probation', (world) => addApp(world, appOf(alice, 'tablet'), aliceNew)),
  early('a new key ends a key: nothing is wrong', 'valid', (world) => world.revoke(daves, aliceNew, { reason: 'vetoed' })),
  early('a new key vetoes a recovery: nothing is wrong', 'valid', async (world) => {
    await startRecovery(world, bob, keys.alice)
    await veto(world, bob, aliceNew)
  }),
  {
    name: 'a new key changes the policy',
    base: 'policy',
    expect: 'signer_on_probation',
    make: async () => {
      const world = await alone(keys.alice, 'policy')
      await world.register(aliceNew, keys.alice)
      return tellPolicy({ signings: [byNew] }, world)
    },
  },
]

export const recoveryAttacks: Attack[] = [...recoveries, ...host, ...probation]
