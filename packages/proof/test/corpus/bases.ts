/** The good bundles that everything else in the corpus is a change of. */
import type { Evidence, RunSubject, TrustFile, VerdictCode, VerdictName } from '../../src/index.ts'
import { authenticator } from '../support/authenticator.ts'
import { alicesApp, people, recovered, recoveredKey, team, withApp } from '../support/team.ts'
import { alice, bob, byAlice, byBob, byCarol, keys, type Story, statePlan, stateWrite, tellPolicy, tellRun, tellState, type Told, twoApprovals } from '../support/scenario.ts'
import { digestFor, World } from '../support/world.ts'

export type Expect = { verdict: VerdictName; code: VerdictCode }
export type Base = { name: string; about: string; bundle: Evidence; trust: TrustFile | null; expect: Expect }

const valid: Expect = { verdict: 'VALID', code: 'valid' }
const demonstration: Expect = { verdict: 'DEMONSTRATION', code: 'demonstration' }

export const softwareAaguid = 'c0de51a7-0000-4000-8000-64656d6f6b65'
export const software = authenticator(alice, 'software', { aaguid: softwareAaguid })
export const lost = authenticator(alice, 'lost', { alg: -8 })

/** A small directory in which every kind of entry stands once. */
export async function history(): Promise<World> {
  const world = new World('history')
  await world.genesis(keys.alice)
  await world.registerEarly(keys.aliceSecond, keys.alice)
  await world.registerEarly(lost, keys.aliceSecond)
  await world.revoke(lost, keys.alice)
  await world.register(keys.bob, keys.alice)
  await world.role(bob, 'approver', keys.aliceSecond)
  await world.rotateLedgerKey('second', keys.alice)
  await world.addSite('countersign.example', ['https://countersign.example'], keys.alice)
  await world.log('server.started', {}, { version: '0.1.0' })
  return world
}

/** One owner with one key, as short as a directory can be. */
export async function alone(by = keys.alice, name = 'alone', demonstrationServer = false): Promise<World> {
  const world = new World(name)
  await world.genesis(by, { demonstration: demonstrationServer })
  return world
}

/** One owner with a hardware key: its attestation was verified to a root that the trust file names. */
export async function hardware(): Promise<World> {
  const world = new World('hardware')
  world.roots.set(keys.alice.credential.id, digestFor('root of the maker'))
  await world.genesis(keys.alice)
  return world
}

const low: Partial<RunSubject> = { risk: { level: 'low', reasons: [], reasonsOmitted: 0 } }

/** A run for which the policy asks for no security key. */
export const lowRun = { subject: low, required: { phishingResistant: false } }
/** A run that the policy lets pass. */
export const allowedRun: Story = { subject: low, required: { selfStepUp: false, phishingResistant: false, assurance: 'aal1' }, signings: [], decision: 'allow' }

/** What is asked of a state, and let pass. */
export const allowedState = { required: { selfStepUp: false, phishingResistant: false, assurance: 'aal1' }, signings: [], decision: 'allow' } as const

const base = (name: string, about: string, { evidence, trust }: Told, expect: Expect, pinned = true): Base => ({
  name,
  about,
  bundle: evidence,
  trust: pinned ? trust : null,
  expect,
})

export async function bases(): Promise<Base[]> {
  const small = () => alone()
  const demo = await alone(software, 'demo', true)
  const demoTold = await tellRun({ signings: [{ by: software, role: 'self' }] }, demo)
  const demoTrust = await demo.trust(software, { demonstration: true })
  return [
    base('run', 'a run, countersigned by its requester; applied', await tellRun({}, await small()), valid),
    base('approved', 'a run, countersigned by its requester and approved by two', await tellRun({ required: twoApprovals, signings: [byAlice, byBob, byCarol] }), valid),
    base('history', 'a run after a second key, a revocation, a role, a rotated ledger key and a second site', await tellRun({ required: { approvals: 1, approverRole: 'approver' }, signings: [byAlice, byBob] }, await history()), valid),
    base('team', 'a run where a manager has brought somebody in', await tellRun({}, await team()), valid),
    base('people', 'a run after every kind of entry about people: an app, a removal, a recovery vetoed and one made use of, a link, a site retired', await tellRun({}, await people()), valid),
    base('attested', "a run of low risk; the server's word for an authenticator app", await tellRun({ ...lowRun, signings: [{ app: alicesApp, role: 'self' }] }, await withApp()), { verdict: 'ATTESTED', code: 'servers_word' }),
    base('allowed', 'a run of low risk that the policy let pass', await tellRun(allowedRun, await small()), { verdict: 'ALLOWED', code: 'allowed_by_policy' }),
    base('recovered', 'a run by a sole owner whom the host had recovered, and whom the trust file names', await tellRun({ signings: [{ by: recoveredKey, role: 'self' }] }, await recovered()), valid),
    base('hardware', 'a run for which the policy asks for a hardware key, countersigned with one', await tellRun({ required: { assurance: 'aal3' } }, await hardware()), valid),
    base('state', 'a state that was rolled back', await tellState({}, await small()), valid),
    base('state-write', 'a lock to write a state, taken over the wire; what was written under it is not in the bundle', await tellState({ state: stateWrite, outcome: 'started' }, await small()), valid),
    base('state-allowed', 'a lock for a plan that the policy let pass', await tellState({ ...allowedState, state: statePlan, outcome: 'started' }, await small()), { verdict: 'ALLOWED', code: 'allowed_by_policy' }),
    base('state-refused', 'a rollback that was refused in the end: another version had become current', await tellState({ outcome: 'failed' }, await small()), valid),
    base('policy', 'a change of the policy file', await tellPolicy({}, await alone(keys.alice, 'policy')), valid),
    base('granted', 'a run that was granted and not applied yet', await tellRun({ outcome: 'none' }, await small()), valid),
    base('started', 'a run whose apply began and has not been reported', await tellRun({ outcome: 'started' }, await small()), valid),
    base('failed', 'a run whose apply failed', await tellRun({ outcome: 'failed' }, await small()), valid),
    base('unknown', 'a run whose apply has no known outcome', await tellRun({ outcome: 'unknown' }, await small()), valid),
    base('unpinned', 'the first run, without a trust file', await tellRun({}, await small()), { verdict: 'CONSISTENT', code: 'issuer_not_pinned' }, false),
    { ...base('demonstration', 'a run on a server for demonstrations', demoTold, demonstration), trust: demoTrust },
    base('demonstration-unpinned', 'the same without a trust file: it is a demonstration first', demoTold, demonstration, false),
  ]
}
