/** Each thought of an attacker, told in a world and answered. The corpus carries the same ones as files. */
import { describe, expect, test } from 'vitest'
import { verifyEvidence } from '../../src/index.ts'
import { hardwareAttacks } from './attacks-hardware.ts'
import { issuerAttacks } from './attacks-issuer.ts'
import { ledgerAttacks } from './attacks-ledger.ts'
import { memberAttacks } from './attacks-members.ts'
import { ownerAttacks } from './attacks-owners.ts'
import { quorumAttacks } from './attacks-quorum.ts'
import { recoveryAttacks } from './attacks-recovery.ts'
import { siteAttacks } from './attacks-sites.ts'
import { stateAttacks } from './attacks-state.ts'
import { touchAttacks } from './attacks-touch.ts'
import { wordAttacks } from './attacks-word.ts'

describe.each([
  ['touch', touchAttacks],
  ['quorum', quorumAttacks],
  ['ledger', ledgerAttacks],
  ['issuer', issuerAttacks],
  ['members', memberAttacks],
  ['owners', ownerAttacks],
  ['recovery', recoveryAttacks],
  ['sites', siteAttacks],
  ['state', stateAttacks],
  ['word', wordAttacks],
  ['hardware', hardwareAttacks],
])('%s', (_, attacks) => {
  test.each(attacks.map((attack) => [attack.name, attack] as const))('%s', async (_, { make, expect: code }) => {
    const { evidence, trust } = await make()
    const verdict = await verifyEvidence(JSON.stringify(evidence), trust)
    expect(verdict.code, verdict.message).toBe(code)
  })
})
