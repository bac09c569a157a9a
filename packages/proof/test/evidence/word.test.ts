/** What is said of countersignatures that are not all keys: who let them in, whose word it is, and when it counts. */
import { describe, expect, test } from 'vitest'
import { canonicalText, probationLasts, serverWordBytes, verifyConsent, verifyEvidence } from '../../src/index.ts'
import { authenticator } from '../support/authenticator.ts'
import { codeOf } from '../support/code-of.ts'
import { addApp, retireSite } from '../support/people.ts'
import { alice, byAlice, byBob, byCarol, installation, keys, runSubject, tellRun, twoApprovals } from '../support/scenario.ts'
import { alicesApp, recovered, recoveredKey, withApp } from '../support/team.ts'
import type { Signing, World } from '../support/world.ts'
import { allowedRun, lowRun } from '../corpus/bases.ts'

const byApp: Signing = { app: alicesApp, role: 'self' }

async function consentInput(world: World, signings: readonly Signing[], story: { subject?: object; required?: object } = {}) {
  const subject = canonicalText(runSubject(world, story.subject, story.required))
  const countersignatures = await world.countersignAll(subject, signings)
  return { subject, countersignatures, directory: world.entries, trust: await world.trust(keys.alice) }
}

describe('a verdict', () => {
  test('says who vouched for each key', async () => {
    const { evidence, trust } = await tellRun({ required: twoApprovals, signings: [byAlice, byBob, byCarol] })
    const { consent } = await verifyEvidence(JSON.stringify(evidence), trust)
    expect(consent?.who.map(({ key }) => key.vouchedBy)).toEqual(['genesis', alice, alice])
  })

  test('says that the host vouched', async () => {
    const { evidence, trust } = await tellRun({ signings: [{ by: recoveredKey, role: 'self' }] }, await recovered())
    const { verdict, consent, notes } = await verifyEvidence(JSON.stringify(evidence), trust)
    expect([verdict, consent?.who[0]?.key.vouchedBy]).toEqual(['VALID', 'host'])
    expect(notes.join('\n')).toMatch(/recovered with the key of the host/)
  })

  test("says whose word an app's is, and who let it in", async () => {
    const { evidence, trust } = await tellRun({ ...lowRun, signings: [byApp] }, await withApp())
    const { verdict, code, consent, notes } = await verifyEvidence(JSON.stringify(evidence), trust)
    expect([verdict, code, consent?.serversWord]).toEqual(['ATTESTED', 'servers_word', true])
    expect(consent?.who[0]?.key).toEqual({ type: 'totp', authenticator: alicesApp.id, label: 'phone', vouchedBy: alice, demonstration: false })
    expect(notes.join('\n')).toMatch(/server's word/)
  })

  test('says that nobody agreed, where the policy let it pass', async () => {
    const { evidence, trust } = await tellRun(allowedRun, await installation())
    const { verdict, code, consent, effect, notes } = await verifyEvidence(JSON.stringify(evidence), trust)
    expect([verdict, code, consent?.who, consent?.serversWord]).toEqual(['ALLOWED', 'allowed_by_policy', [], false])
    expect(effect?.outcome).toBe('applied')
    expect(notes.join('\n')).toMatch(/Nobody countersigned/)
  })

  test('of what nobody pinned, or a demonstration rests on, is that first', async () => {
    const allowed = await tellRun(allowedRun, await installation())
    const word = await tellRun({ ...lowRun, signings: [byApp] }, await withApp())
    for (const { evidence, trust } of [allowed, word]) {
      const bundle = JSON.stringify(evidence)
      expect((await verifyEvidence(bundle, null)).verdict).toBe('CONSISTENT')
      expect((await verifyEvidence(bundle, { ...trust, demonstration: true })).verdict).toBe('DEMONSTRATION')
    }
  })
})

describe('consent without a ledger', () => {
  test('by an app is named so', async () => {
    const consent = await verifyConsent(await consentInput(await withApp(), [byApp], lowRun))
    expect([consent.serversWord, consent.who[0]?.key.type]).toEqual([true, 'totp'])
  })

  test('of nobody is none, also where nobody was asked', async () => {
    const asked = { subject: allowedRun.subject ?? {}, required: allowedRun.required ?? {} }
    expect(await codeOf(verifyConsent(await consentInput(await installation(), [], asked)))).toBe('countersignature_missing')
  })

  test('measures probation at the moment of use, or else where the envelope begins, unless the own clock says earlier', async () => {
    const added = authenticator(alice, 'new')
    const world = await installation()
    await world.register(added, keys.alice)
    const input = await consentInput(world, [{ by: added, role: 'self' }])
    const entered = Date.parse((JSON.parse(world.entries.at(-1) ?? '') as { time: string }).time)
    expect(await codeOf(verifyConsent(input))).toBe('signer_on_probation')
    expect(await codeOf(verifyConsent({ ...input, at: entered + probationLasts - 1 }))).toBe('signer_on_probation')
    // no longer on probation, though the touch is far too old by then
    expect(await codeOf(verifyConsent({ ...input, at: entered + probationLasts }))).toBe('requirement_freshness')
    const later = { notBefore: new Date(entered + probationLasts).toISOString(), expires: new Date(entered + 2 * probationLasts).toISOString() }
    const lie = await consentInput(world, [{ by: added, role: 'self', envelope: later }])
    expect(await codeOf(verifyConsent(lie))).toBe('verified')
    expect(await codeOf(verifyConsent({ ...lie, now: entered + 60_000 }))).toBe('signer_on_probation')
    world.tick(probationLasts)
    expect(await codeOf(verifyConsent(await consentInput(world, [{ by: added, role: 'self' }])))).toBe('verified')
  })

  test('by a replaced ledger key, or at a site that was retired since, is refused', async () => {
    const word = await withApp()
    const given = await consentInput(word, [byApp], lowRun)
    await word.rotateLedgerKey('second', keys.alice)
    expect(await codeOf(verifyConsent(given))).toBe('signer_revoked')

    const world = await installation()
    const there = authenticator(alice, 'there')
    await addApp(world, alicesApp, keys.alice)
    await world.addSite('countersign.example', ['https://countersign.example'], keys.alice)
    await world.registerEarly(there, keys.alice)
    const input = await consentInput(world, [byAlice])
    expect(await codeOf(verifyConsent(input))).toBe('verified')
    await retireSite(world, 'countersign.test', ['https://countersign.test'], there)
    expect(await codeOf(verifyConsent(input))).toBe('envelope_origin')
  })
})

test('a word is bytes of its own kind, bound to app and challenge', () => {
  const challenge = new Uint8Array(32).fill(1)
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
  expect(text(serverWordBytes({ type: 'totp', authenticator: 'aut_1' }, challenge))).toBe(`countersign.totp.v1\n{"authenticator":"aut_1","challenge":"${'01'.repeat(32)}"}`)
  expect(text(serverWordBytes({ type: 'host' }, challenge))).toBe(`countersign.host.v1\n{"challenge":"${'01'.repeat(32)}"}`)
})
