/** Attacks on who had to countersign, and when. */
import { authenticator } from '../support/authenticator.ts'
import { bob, byAlice, byBob, byCarol, installation, keys, mallory, type Story, tellPolicy, tellRun, twoApprovals } from '../support/scenario.ts'
import type { Signing, World } from '../support/world.ts'
import { after, type Attack, lie } from './attack.ts'
import { alone, software } from './bases.ts'

const bobSecond = authenticator(bob, 'second')
const byMallory: Signing = { by: keys.mallory, role: 'approver' }

const approved = (name: string, expect: Attack['expect'], story: Story, work: (world: World) => Promise<unknown> = async () => {}): Attack =>
  after(name, 'approved', expect, installation, work, { required: twoApprovals, ...story })

const quorum: Attack[] = [
  approved('one approval of two', 'requirement_approvals', { signings: [byAlice, byBob] }),
  approved('two approvals, and no step-up', 'requirement_self_step_up', { signings: [byBob, byCarol] }),
  approved('two approvals, where no step-up is asked for: nothing is wrong', 'valid', { signings: [byBob, byCarol], required: { ...twoApprovals, selfStepUp: false } }),
  approved('one approver twice', 'requirement_distinct', { signings: [byAlice, byBob, byBob] }),
  approved('one approver with two keys', 'requirement_distinct', { signings: [byAlice, byBob, { by: bobSecond, role: 'approver' }] }, (world) => world.registerEarly(bobSecond, keys.bob)),
  approved('the requester approves', 'requirement_requester_excluded', { signings: [byAlice, byBob, { ...byAlice, role: 'approver' }] }),
  approved('the requester approves with another key', 'requirement_requester_excluded', { signings: [byAlice, byBob, { by: keys.aliceSecond, role: 'approver' }] }),
  approved('a member without the role approves', 'requirement_role', { signings: [byAlice, byBob, byMallory] }),
  approved('an owner without the role approves', 'requirement_role', { signings: [byBob, byCarol, byAlice, { by: keys.aliceSecond, role: 'approver' }], required: { ...twoApprovals, excludeRequester: false } }),
  approved('an approver of another project', 'requirement_role', {
    signings: [byAlice, byBob, byCarol],
    subject: { workspace: { name: 'network/core', environment: 'prod', enforcement: 'advisory', backend: { type: 's3', cliWorkspace: 'default', location: 'a'.repeat(64) } } },
  }),
  approved("somebody else's step-up in place of the requester's", 'envelope_role', { signings: [{ ...byBob, role: 'self' }, byBob, byCarol] }),
  approved('an approver whose role had been taken away', 'requirement_role', { signings: [byAlice, byBob, byCarol] }, (world) => world.role(bob, 'approver', keys.alice, { change: 'remove' })),
  approved('an approver whose key had been revoked', 'signer_revoked', { signings: [byAlice, byBob, byCarol] }, (world) => world.revoke(keys.bob, keys.alice)),
  approved('an approver by his other key, the first being revoked: nothing is wrong', 'valid', { signings: [byAlice, { by: bobSecond, role: 'approver' }, byCarol] }, async (world) => {
    await world.registerEarly(bobSecond, keys.bob)
    await world.revoke(keys.bob, keys.alice)
  }),
  approved('a third approval by somebody who may: nothing is wrong', 'valid', { signings: [byAlice, byBob, byCarol, byMallory] }, (world) => world.role(mallory, 'approver', keys.alice)),
  approved('an approval that the ledger records and the bundle leaves out', 'leaf_mismatch', { signings: [byAlice, byBob, byCarol, byMallory], countersignatures: (made) => made.slice(0, 3) }, (world) => world.role(mallory, 'approver', keys.alice)),
  approved('a countersignature with an envelope that another one had', 'nonce_reused', { signings: [byAlice, { ...byBob, envelope: { nonce: 'A'.repeat(43) } }, { ...byCarol, envelope: { nonce: 'A'.repeat(43) } }] }),
]

/** An old envelope, from before something was taken away, that a lying server hands to whoever lost it. */
const lateEnvelope = (name: string, expect: Attack['expect'], signings: (envelope: object) => Signing[], work: (world: World) => Promise<unknown>): Attack => ({
  name,
  base: 'approved',
  expect,
  make: async () => {
    const world = await installation()
    const directory = { size: world.entries.length, head: world.heads.at(-1) ?? '' }
    await work(world)
    return tellRun({ required: twoApprovals, signings: signings({ envelope: { directory } }) }, world)
  },
})

const moments: Attack[] = [
  lateEnvelope('a revoked key with an envelope from before', 'signer_revoked', (old) => [byAlice, { ...byBob, ...old }, byCarol], (world) => world.revoke(keys.bob, keys.alice)),
  lateEnvelope('a role taken away, with an envelope from before', 'requirement_role', (old) => [byAlice, { ...byBob, ...old }, byCarol], (world) => world.role(bob, 'approver', keys.alice, { change: 'remove' })),
  lateEnvelope('a role given after the envelope was made', 'requirement_role', (old) => [byAlice, byBob, { ...byMallory, ...old }], (world) => world.role(mallory, 'approver', keys.alice)),
  lateEnvelope('an envelope from before a change that does not matter: nothing is wrong', 'valid', (old) => [byAlice, { ...byBob, ...old }, byCarol], (world) => world.role(mallory, 'auditor', keys.alice)),
  approved('a key revoked after the run: nothing is wrong', 'valid', {
    signings: [byAlice, byBob, byCarol],
    before: async (step, world) => {
      if (step === 'evidence') await world.revoke(keys.bob, keys.alice)
    },
  }),
  lie('a touch older than the requirement allows at apply', 'requirement_freshness', {
    before: (step, world) => {
      if (step === 'run.apply-started') world.tick(300_000)
    },
  }),
  lie('a touch older than the requirement allows at the grant, not applied', 'requirement_freshness', {
    outcome: 'none',
    before: (step, world) => {
      if (step === 'gate.granted') world.tick(300_000)
    },
  }),
  lie('an apply after the grant had expired', 'grant_expired', {
    required: { freshSeconds: 3600 },
    before: (step, world) => {
      if (step === 'run.apply-started') world.tick(901_000)
    },
  }),
]

const policy = (name: string, expect: Attack['expect'], story: Parameters<typeof tellPolicy>[0], work: (world: World) => Promise<unknown> = async () => {}): Attack => ({
  name,
  base: 'policy',
  expect,
  make: async () => {
    const world = await alone(keys.alice, 'policy')
    await work(world)
    return tellPolicy(story, world)
  },
})

const secondOwner = async (world: World): Promise<void> => {
  await world.register(keys.bob, keys.alice)
  await world.role(bob, 'owner', keys.alice)
}

const policies: Attack[] = [
  policy('a policy changed by one owner of two', 'directory_authority', {}, secondOwner),
  policy('a policy changed by both owners: nothing is wrong', 'valid', { signings: [byAlice, byBob], required: { approvals: 1, approverRole: 'owner' } }, secondOwner),
  policy('a policy changed by a member, with a requirement made to fit', 'directory_authority', { policy: { requester: mallory.id }, signings: [{ by: keys.mallory, role: 'self' }] }, (world) => world.register(keys.mallory, keys.alice)),
  policy('a policy changed by two owners, one of whom a software key made', 'demonstration', { policy: { requester: mallory.id }, signings: [{ by: keys.mallory, role: 'self' }, { ...byAlice, role: 'approver' }], required: { approvals: 1, approverRole: 'owner' } }, async (world) => {
    await world.registerEarly(software, keys.alice)
    await world.register(keys.mallory, keys.alice)
    await world.role(mallory, 'owner', software)
  }),
  policy('a policy change said to be applied', 'leaf_missing', { outcome: 'applied' }),
  policy('a policy change without a grant: nothing is wrong', 'valid', { skip: ['gate.granted'] }),
]

export const quorumAttacks: Attack[] = [...quorum, ...moments, ...policies]
