/** Attacks on what was asked of a state: a floor that is gone, a lock of somebody else, a grant used otherwise, records that are not its own. */
import type { StateSubject, VerdictCode } from '../../src/index.ts'
import { authenticator } from '../support/authenticator.ts'
import { alice, byAlice, byBob, installation, keys, stateWrite, statePlan, tellState } from '../support/scenario.ts'
import { alicesApp, withApp } from '../support/team.ts'
import { digestFor, type World } from '../support/world.ts'
import type { Attack } from './attack.ts'
import { allowedState, alone } from './bases.ts'

type Story = NonNullable<Parameters<typeof tellState>[0]>
const otherId = (prefix: string): string => `${prefix}_${'9'.repeat(32)}`

const on = (base: Attack['base'], name: string, expect: VerdictCode, story: Story, world: () => Promise<World> = () => alone()): Attack => ({
  name, base, expect, make: async () => tellState(story, await world()),
})
const lie = (name: string, expect: VerdictCode, story: Story, world?: () => Promise<World>): Attack => on('state', name, expect, story, world)
const writing = (name: string, expect: VerdictCode, story: Story): Attack => on('state-write', name, expect, { state: stateWrite, outcome: 'started', ...story })
const shaped = (name: string, state: Partial<StateSubject>, expect: VerdictCode = 'subject_invalid'): Attack => lie(name, expect, { state })

/** One member of the details of one type of leaf, told differently. */
const details = (name: string, expect: VerdictCode, type: string, member: string, value: string): Attack =>
  lie(name, expect, {
    details: (logged, own) => (logged === type ? { ...own, [member]: value } : own),
    ids: (logged, own) => (logged === type && member in own ? { ...own, [member]: value } : own),
  })

const none = { version: 0, lineage: '', serial: 0, digest: '' }
const named = (name: string): Partial<StateSubject> => ({ workspace: { name, environment: 'prod', enforcement: 'state-gated' } })
const unlocked = { digest: '', operation: '', who: '', info: '' }

const floors: Attack[] = [
  lie('a rollback that the policy is said to have let pass', 'countersignature_missing', { ...allowedState }),
  lie('a rollback for which nobody is required, and somebody else signed', 'requirement_self_step_up', { required: { selfStepUp: false, approvals: 1, approverRole: 'approver' }, signings: [byBob] }, installation),
  lie('a rollback with a touch that is older than the floor allows', 'requirement_freshness', { required: { freshSeconds: 3600 }, before: (step, world) => void (step === 'gate.redeemed' && world.tick(296_000)) }),
  ...(['import', 'delete', 'restore', 'accept', 'discard', 'force-unlock'] as const).map((what) => {
    const imported = { ...none, digest: digestFor('imported') }
    const state: Partial<StateSubject> = what === 'force-unlock'
      ? { ...stateWrite, executor: '', action: 'state.force-unlock' }
      : { action: `state.${what}`, ...(what === 'import' ? { target: imported } : {}) }
    return lie(`the same for ${what}`, 'countersignature_missing', { ...allowedState, state })
  }),
  on('state-allowed', 'a reading of the whole state that the policy let pass: it is allowed', 'allowed_by_policy', { ...allowedState, state: { action: 'state.read', target: none, tier: 'full' } }),
  lie('a word for an app, although no key is required', 'countersignature_type', { state: { action: 'state.credential', target: none, phase: 'plan', tier: 'full', lasts: 3600 }, required: { phishingResistant: false }, signings: [{ app: alicesApp, role: 'self' }] }, withApp),
]

const shapes: Attack[] = [
  shaped('a rollback that names no version', { target: none }),
  shaped('a rollback of the whole state', { whole: true, target: none }),
  shaped('a deletion of the whole state that names one version', { action: 'state.delete', whole: true }),
  shaped('a deletion that names neither', { action: 'state.delete', target: none }),
  shaped('a deletion of the whole state: nothing is wrong', { action: 'state.delete', whole: true, target: none }, 'valid'),
  shaped('an import with a number', { action: 'state.import' }),
  shaped('an import without a digest', { action: 'state.import', target: { ...none, serial: 3 } }),
  shaped('a version without a digest', { state: { version: 12, lineage: '', serial: 0, digest: '' } }),
  shaped('what is current without a number', { state: { ...none, digest: digestFor('state') } }),
  shaped('no state yet: nothing is wrong', { ...stateWrite, state: none }, 'valid'),
  shaped('a lock to write without a lock', { ...stateWrite, lock: unlocked }),
  shaped('words of a lock that is none', { lock: { ...unlocked, who: 'alice' } }),
  shaped('a credential without a phase', { action: 'state.credential', target: none }),
  shaped('a phase without a credential', { phase: 'plan' }),
  shaped('a credential that names a version', { action: 'state.credential', phase: 'plan' }),
  shaped('an executor that is neither a key nor a credential', { executor: `stc_${'A'.repeat(38)}` }),
  shaped('a thumbprint that begins like a credential: nothing is wrong', { executor: `stc_${'A'.repeat(39)}` }, 'valid'),
  shaped('an executor that is another id', { executor: otherId('usr') }),
  shaped('a protection that it does not have', { workspace: { name: 'payments/billing-prod', environment: 'prod', enforcement: 'credential-gated' as 'state-gated' } }),
  shaped('addresses that are not sorted', { changes: { added: 0, changed: 2, removed: 0, outputs: 0, omitted: 0, addresses: [{ address: 'b.b', change: 'changed' }, { address: 'a.a', change: 'changed' }] } }),
  shaped('an address named twice', { changes: { added: 0, changed: 2, removed: 0, outputs: 0, omitted: 0, addresses: [{ address: 'a.a', change: 'changed' }, { address: 'a.a', change: 'removed' }] } }),
  ...['payments', 'payments/', '/web', 'payments//web', 'payments/a/../b', 'payments/.', 'a b/web', 'payments/a\\b', 'payments/\u202egpj', 'payments/a\u200bb', 'payments/\u00ad', `payments/${'x'.repeat(201)}`, `${'p'.repeat(65)}/web`, 'payments/\ue000', 'payments/\u{e0041}', 'payments/\u2028'].map(
    (name) => shaped(`a workspace ${JSON.stringify(name).slice(0, 60)}`, named(name)),
  ),
  ...['payments/a/b', 'payments/\u540d\u524d', 'payments/a b', `payments/${'\u{1f600}'.repeat(200)}`, 'payments/e\u0301', 'payments/...'].map(
    (name) => shaped(`a workspace ${JSON.stringify(name).slice(0, 40)}: nothing is wrong`, named(name), 'valid'),
  ),
]

const effects: Attack[] = [
  details('the grant that was used is for another subject', 'leaf_mismatch', 'gate.redeemed', 'subjectDigest', digestFor('another')),
  details('another grant was used', 'leaf_mismatch', 'gate.redeemed', 'grant', otherId('grt')),
  writing('the grant is for another credential', 'leaf_mismatch', { details: (type, own) => (type === 'gate.granted' ? { ...own, executor: otherId('stc') } : own) }),
  lie('the grant was used twice', 'leaf_repeated', { twice: ['gate.redeemed'] }),
  lie('the grant was used after it had expired', 'grant_expired', { before: (step, world) => void (step === 'gate.redeemed' && world.tick(900_000)) }),
  lie('a use that is left out', 'leaf_order', { skip: ['gate.redeemed'] }),
  lie('a grant that is left out', 'leaf_missing', { skip: ['gate.granted'] }),
  lie('a decision that is left out', 'leaf_missing', { skip: ['gate.decided'] }),
  lie('a use of which the bundle says nothing', 'evidence_outcome', { outcome: 'failed', skip: ['state.refused'] }),
  { ...lie('a refusal told as if it had happened', 'evidence_outcome', {}), make: async () => {
    const told = await tellState({ outcome: 'failed' }, await alone())
    return { trust: told.trust, evidence: { ...told.evidence, outcome: 'applied' } }
  } },
  writing('an outcome that there is not', 'evidence_outcome', { outcome: 'unknown' }),
  lie('a record of another request', 'leaf_mismatch', { ids: (type, own) => (type === 'state.rolled-back' ? { ...own, ref: otherId('sta') } : own) }),
  lie('a record of no request', 'leaf_mismatch', { ids: (type, { ref: _, ...own }) => (type === 'state.rolled-back' ? own : { ...own, ...(_ === undefined ? {} : { ref: _ }) }) }),
]


const aliceNew = authenticator(alice, 'new')
/** Alice adds a key, and does something with it at once. */
const early = (name: string, expect: VerdictCode, state: Partial<StateSubject>): Attack => ({
  name, base: 'state', expect,
  make: async () => {
    const world = await alone()
    await world.register(aliceNew, keys.alice)
    return tellState({ state, signings: [{ by: aliceNew, role: 'self' }], outcome: 'none' }, world)
  },
})

const probation: Attack[] = [
  early('a new key on a rollback', 'signer_on_probation', {}),
  early('a new key on a lock to write', 'signer_on_probation', stateWrite),
  early('a new key on a reading of everything', 'signer_on_probation', { action: 'state.read', target: none, tier: 'full' }),
  early('a new key on a reading without secrets: nothing is wrong', 'valid', { action: 'state.read-redacted', target: none, tier: 'redacted' }),
  early('a new key on a credential: nothing is wrong', 'valid', { action: 'state.credential', target: none, phase: 'plan', tier: 'full', lasts: 3600 }),
]

const others: Attack[] = [
  lie('signed by somebody else than who asked', 'envelope_role', { signings: [{ by: keys.bob, role: 'self' }] }, installation),
  lie('approved by one of two', 'requirement_approvals', { required: { approvals: 2, approverRole: 'approver' }, signings: [byAlice, byBob] }, installation),
  lie('approved by one who may: nothing is wrong', 'valid', { required: { approvals: 1, approverRole: 'approver' }, signings: [byAlice, byBob] }, installation),
  writing('a lock to write that was not used yet: nothing is wrong', 'valid', { outcome: 'none' }),
  on('state-allowed', 'a plan that is let pass, with a decision that was none', 'countersignature_missing', { ...allowedState, state: statePlan, outcome: 'started', decision: 'step-up' }),
  lie('another installation', 'evidence_instance', { state: { instance: 'ins-other' } }),
]

export const stateAttacks: readonly Attack[] = [...floors, ...shapes, ...effects, ...probation, ...others]
