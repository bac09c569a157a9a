/** The good bundles that everything else in the corpus is a change of. */
import type { Evidence, TrustFile, VerdictCode, VerdictName } from '../../src/index.ts'
import { authenticator } from '../support/authenticator.ts'
import { alice, bob, byAlice, byBob, byCarol, keys, tellPolicy, tellRun, type Told, twoApprovals } from '../support/scenario.ts'
import { World } from '../support/world.ts'

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
  await world.register(keys.aliceSecond, keys.alice)
  await world.register(lost, keys.aliceSecond)
  await world.revoke(lost, keys.alice)
  await world.register(keys.bob, keys.alice)
  await world.role(bob, 'approver', keys.aliceSecond)
  await world.rotateLedgerKey('second', keys.alice)
  await world.moveSite('countersign.example', ['https://countersign.example'], keys.alice)
  await world.log('server.started', {}, { version: '0.1.0' })
  return world
}

/** One owner with one key, as short as a directory can be. */
export async function alone(by = keys.alice, name = 'alone', demonstrationServer = false): Promise<World> {
  const world = new World(name)
  await world.genesis(by, { demonstration: demonstrationServer })
  return world
}

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
    base('history', 'a run after a second key, a revocation, a role, a rotated ledger key and a moved site', await tellRun({ required: { approvals: 1, approverRole: 'approver' }, signings: [byAlice, byBob] }, await history()), valid),
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
