import { describe, expect, test } from 'vitest'
import { parseTrust, replayDirectory, verifyEvidence } from '../../src/index.ts'
import { buildDirectoryEntry, buildEnvelope, buildSubject, buildTrust } from '../../src/produce/index.ts'
import { codeOf } from '../support/code-of.ts'
import { installation, keys, runSubject, tellRun } from '../support/scenario.ts'

describe('what is built', () => {
  test('a subject has its digest and its code', async () => {
    const world = await installation()
    const built = await buildSubject(runSubject(world))
    expect(built.shown.replaceAll('-', '')).toBe(built.code)
    const { challenge, text } = await buildEnvelope(built.digest, await world.envelope(keys.alice.person, 'self', { rpId: world.rpId, origins: world.origins }))
    expect(challenge.length).toBe(32)
    expect(JSON.parse(text)).toMatchObject({ role: 'self' })
  })

  test('is nothing that a verifier would refuse', async () => {
    const world = await installation()
    expect(await codeOf(buildSubject(runSubject(world, { commit: '\ud800' })))).toBe('statement_not_canonical')
    expect(await codeOf(buildSubject(runSubject(world, { executor: 'no thumbprint' })))).toBe('subject_invalid')
    expect(await codeOf(buildEnvelope('a'.repeat(64), { ...(await world.envelope(keys.alice.person, 'self', { rpId: world.rpId, origins: world.origins })), slot: 1.5 }))).toBe('statement_not_canonical')
    expect(() => buildDirectoryEntry({ v: 1, seq: 0, previous: 'x', time: 'now', subject: '', countersignatures: [] })).toThrow(/previous/)
  })

  test('a trust file pins the directory that it was made of', async () => {
    const { evidence, world, trust } = await tellRun()
    const built = buildTrust(await replayDirectory(world.entries))
    expect(parseTrust(JSON.stringify(built))).toEqual(trust)
    expect((await verifyEvidence(JSON.stringify(evidence), built)).verdict).toBe('VALID')
  })
})
