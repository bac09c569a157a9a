import { describe, expect, test } from 'vitest'
import { verifyEvidence } from '../../src/index.ts'
import { byAlice, byBob, byCarol, tellPolicy, tellRun, twoApprovals } from '../support/scenario.ts'

describe('good evidence', () => {
  test('of a run with a self step-up is VALID', async () => {
    const { evidence, trust } = await tellRun()
    const verdict = await verifyEvidence(JSON.stringify(evidence), trust)
    expect(verdict).toMatchObject({ verdict: 'VALID', code: 'valid', pinned: true })
    expect(verdict.consent?.who.map(({ how, person }) => [how, person.name])).toEqual([['self step-up', 'Alice']])
    expect(verdict.effect).toMatchObject({ outcome: 'applied', stateSerial: 42 })
  })

  test('of a run with two approvals is VALID, and approvals are not shown as step-ups', async () => {
    const { evidence, trust } = await tellRun({ required: twoApprovals, signings: [byAlice, byBob, byCarol] })
    const verdict = await verifyEvidence(JSON.stringify(evidence), trust)
    expect(verdict).toMatchObject({ verdict: 'VALID' })
    expect(verdict.consent?.who.map(({ how }) => how)).toEqual(['self step-up', 'approval', 'approval'])
    expect(verdict.consent?.who.map(({ key }) => key.type === 'webauthn' && key.alg)).toEqual(['ES256', 'RS256', 'ES256'])
  })

  test('of a policy change is VALID', async () => {
    const { evidence, trust } = await tellPolicy()
    expect(await verifyEvidence(JSON.stringify(evidence), trust)).toMatchObject({ verdict: 'VALID' })
  })

  test('without a trust file is CONSISTENT and not pinned', async () => {
    const { evidence } = await tellRun()
    expect(await verifyEvidence(JSON.stringify(evidence), null)).toMatchObject({ verdict: 'CONSISTENT', code: 'issuer_not_pinned', pinned: false })
  })
})
