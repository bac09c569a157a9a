/** Attacks on aal3: a key that is no hardware key, or whose maker nobody trusts, where one is demanded. */
import type { JsonObject, VerdictCode } from '../../src/index.ts'
import { authenticator } from '../support/authenticator.ts'
import { alice, bob, byAlice, byBob, keys, type Story, tellRun } from '../support/scenario.ts'
import { addApp } from '../support/people.ts'
import { alicesApp } from '../support/team.ts'
import { digestFor, policyRef, type World } from '../support/world.ts'
import { after, type Attack, withTrust } from './attack.ts'
import { hardware } from './bases.ts'

const aal3: Story = { required: { assurance: 'aal3' } }
const root = digestFor('root of the maker')
const plain = authenticator(alice, 'without an attestation')

const attempt = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>, story: Story = {}): Attack =>
  after(name, 'hardware', expect, hardware, work, { ...aal3, ...story })

const trusting = (name: string, expect: VerdictCode, attestationRoots: string[] | null, story: Story = aal3): Attack => ({
  name,
  base: 'hardware',
  expect,
  make: async () => withTrust(await tellRun(story, await hardware()), attestationRoots === null ? null : { attestationRoots }),
})

const second = (world: World, of: string): Promise<void> => {
  if (of !== '') world.roots.set(keys.aliceSecond.credential.id, of)
  return world.registerEarly(keys.aliceSecond, keys.alice)
}
const bySecond: Story = { signings: [{ by: keys.aliceSecond, role: 'self' }] }

async function withBob(world: World, of: string): Promise<void> {
  if (of !== '') world.roots.set(keys.bob.credential.id, of)
  await world.register(keys.bob, keys.alice)
  await world.role(bob, 'approver', keys.alice)
}
const approved: Story = { required: { assurance: 'aal3', approvals: 1, approverRole: 'approver' }, signings: [byAlice, byBob] }

const malformed = (name: string, of: unknown): Attack =>
  attempt(name, 'subject_invalid', (world) => {
    const { attestation, ...rest } = world.enrolment(keys.bob)
    const subject: JsonObject = { ...rest, kind: 'registration', voucher: { person: alice.id, credential: keys.alice.credential.id }, attestation: { ...attestation, root: of as string } }
    return world.enter(subject, [{ by: keys.bob, role: 'possession' }, { by: keys.alice, role: 'voucher' }])
  })

export const hardwareAttacks: readonly Attack[] = [
  attempt('a key whose attestation nobody verified', 'requirement_assurance', (world) => world.registerEarly(plain, keys.alice), { signings: [{ by: plain, role: 'self' }] }),
  attempt('a key that can be synced, although it is attested', 'requirement_assurance', (world) => second(world, root), bySecond),
  attempt('an app', 'requirement_assurance', (world) => addApp(world, alicesApp, keys.alice), { required: { assurance: 'aal3', phishingResistant: false }, subject: { risk: { level: 'low', reasons: [], reasonsOmitted: 0 } }, signings: [{ app: alicesApp, role: 'self' }] }),
  attempt('an approver without a hardware key', 'requirement_assurance', (world) => withBob(world, ''), approved),
  attempt('an approver with a hardware key: nothing is wrong', 'valid', (world) => withBob(world, digestFor('another maker')), approved),
  trusting('a root that the verifier does not trust', 'requirement_assurance', [digestFor('another maker')]),
  trusting('a verifier who trusts no root', 'requirement_assurance', []),
  trusting('a verifier who trusts no root, where aal2 is enough: nothing is wrong', 'valid', [], {}),
  trusting('without a trust file the root is believed, and the issuer is not pinned', 'issuer_not_pinned', null),
  trusting('a trust file that names a root that is no digest', 'trust_invalid', ['']),
  malformed('a root that is no digest', 'root'),
  malformed('a root that is null', null),
  attempt('a role, where aal3 is demanded and the key is not attested', 'requirement_assurance', async (world) => {
    await second(world, '')
    await world.role(bob, 'approver', keys.aliceSecond, { policy: policyRef({ assurance: 'aal3' }) })
  }),
  attempt('a role, where aal3 is demanded, by a hardware key: nothing is wrong', 'valid', (world) => world.role(alice, 'approver', keys.alice, { policy: policyRef({ assurance: 'aal3' }) })),
]
