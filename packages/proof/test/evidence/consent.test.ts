/** Consent without a ledger: what a CLI asks before it applies, of a server that it does not believe. */
import { describe, expect, test } from 'vitest'
import { type ConsentInput, verifyConsent, verifyEvidence } from '../../src/index.ts'
import { codeOf } from '../support/code-of.ts'
import { byAlice, byBob, byCarol, installation, keys, tellRun, twoApprovals } from '../support/scenario.ts'

async function asked(signings = [byAlice, byBob, byCarol]): Promise<ConsentInput & { world: Awaited<ReturnType<typeof installation>> }> {
  const world = await installation()
  const { evidence, trust } = await tellRun({ required: twoApprovals, signings }, world)
  return { world, subject: evidence.subject, countersignatures: evidence.countersignatures, directory: world.entries, trust }
}

describe('consent', () => {
  test('says who agreed, how, and with which key', async () => {
    const { who, code, demonstration } = await verifyConsent(await asked())
    expect(who.map(({ person, how, recordedAt }) => [person.name, how, recordedAt])).toEqual([
      ['Alice', 'self step-up', null],
      ['Bob', 'approval', null],
      ['Carol', 'approval', null],
    ])
    expect(who[0]?.roles).toEqual(['owner'])
    expect(who[2]?.roles).toEqual(['approver@payments'])
    expect(who[0]?.key).toMatchObject({ type: 'webauthn', device: { claimed: true }, vouchedBy: 'genesis' })
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    expect(demonstration).toBe(false)
  })

  test('is refused when an approval is missing, whatever the server says', async () => {
    expect(await codeOf(verifyConsent(await asked([byAlice, byBob])))).toBe('requirement_approvals')
  })

  test('is refused over another subject than the one that was signed', async () => {
    const input = await asked()
    expect(await codeOf(verifyConsent({ ...input, subject: input.subject.replace('"serial":41', '"serial":42') }))).toBe('assertion_challenge')
  })

  test('is refused when a key has been revoked since', async () => {
    const input = await asked()
    await input.world.revoke(keys.bob, keys.alice)
    expect(await codeOf(verifyConsent({ ...input, directory: input.world.entries }))).toBe('signer_revoked')
  })

  test('is refused for another installation than the one pinned', async () => {
    const input = await asked()
    if (input.trust === null) throw new Error('no trust file')
    expect(await codeOf(verifyConsent({ ...input, trust: { ...input.trust, instance: 'ins-two' } }))).toBe('trust_instance')
  })

  test('is refused over a subject of another organisation or installation than the directory', async () => {
    for (const subject of [{ org: 'other' }, { instance: 'ins-two' }]) {
      const world = await installation()
      const { evidence } = await tellRun({ subject }, world)
      const { countersignatures, directory } = evidence
      expect(await codeOf(verifyConsent({ subject: evidence.subject, countersignatures, directory, trust: null }))).toBe('evidence_instance')
    }
  })

  test('is refused when it is used too late, counted from the envelope', async () => {
    const input = await asked([byAlice, byBob, byCarol])
    const begun = Math.min(...input.countersignatures.map(({ envelope }) => Date.parse((JSON.parse(envelope) as { notBefore: string }).notBefore)))
    expect(await codeOf(verifyConsent({ ...input, at: begun + 300_000 }))).toBe('verified')
    expect(await codeOf(verifyConsent({ ...input, at: begun + 300_001 }))).toBe('requirement_freshness')
  })

  test('under a trust file for demonstrations is a demonstration', async () => {
    const input = await asked()
    if (input.trust === null) throw new Error('no trust file')
    expect((await verifyConsent({ ...input, trust: { ...input.trust, demonstration: true } })).demonstration).toBe(true)
  })
})

describe('notes', () => {
  test('say when the server\'s times lie ahead of the verifier\'s clock', async () => {
    const { evidence, trust } = await tellRun()
    const at = (now: number) => verifyEvidence(JSON.stringify(evidence), trust, { now }).then(({ notes }) => notes.some((note) => note.includes('ahead')))
    expect(await at(Date.parse('2026-11-20T19:00:00.000Z'))).toBe(true)
    expect(await at(Date.parse('2026-11-22T20:00:00.000Z'))).toBe(false)
  })

  test('tell what is claimed, what is not pinned, and what was not reported', async () => {
    const { evidence } = await tellRun({ outcome: 'started' })
    const { notes } = await verifyEvidence(JSON.stringify(evidence), null)
    expect(notes.join('\n')).toMatch(/claimed/)
    expect(notes.join('\n')).toMatch(/anybody could have made/)
    expect(notes.join('\n')).toMatch(/No result is reported/)
  })
})
