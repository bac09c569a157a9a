/** What `countersign verify` shows of evidence about a state, and the exit code: of the bundles of the public corpus. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildFirst, terminal, type Terminal } from './terminal.ts'

buildFirst()

type Base = { bundle: { outcome: string; ledger: { leaves: unknown[] } }; trust: unknown }

async function verified(at: Terminal, name: string, change: (base: Base) => void = () => {}) {
  const base = JSON.parse(readFileSync(join(import.meta.dirname, '../../../proof/test/vectors/bases', `${name}.json`), 'utf8')) as Base
  change(base)
  writeFileSync(join(at.work, 'evidence.json'), JSON.stringify(base.bundle))
  writeFileSync(join(at.work, 'trust.json'), JSON.stringify(base.trust))
  const { code, stdout } = await at.run(['verify', 'evidence.json', '--trust', 'trust.json'])
  return { code, text: stdout.replaceAll(/ +/g, ' ') }
}

describe('evidence about a state', () => {
  it('shows action, workspace, versions, who, when, and what was recorded', async () => {
    const { code, text } = await verified(await terminal(), 'state')
    expect(code).toBe(0)
    for (const line of ['VALID', 'state.rollback in payments/billing-prod (prod)', 'current version 12, serial 41', 'about version 9, serial 38', 'asked by usr_', 'from 192.0.2.7 with the terminal key', 'who Alice', "the server's time", 'Effect: what the server recorded afterwards', 'used 2026-', 'state.rolled-back, version 13']) {
      expect(text).toContain(line)
    }
  })

  it('shows a lock by its digest, says whose word the rest is, and that no plan was signed', async () => {
    const { code, text } = await verified(await terminal(), 'state-write')
    expect(code).toBe(0)
    for (const line of ['state.write in payments/billing-prod', 'SHA-256 of its ID; the client says OperationTypeApply by alice@laptop', 'with the state credential stc_', 'is not part of what was countersigned: the lock comes before the plan', 'is the word of the client']) expect(text).toContain(line)
  })

  it('tells what the policy let pass, what was refused in the end, and what does not hold', async () => {
    const at = await terminal()
    expect(await verified(at, 'state-allowed')).toMatchObject({ code: 5, text: expect.stringContaining('ALLOWED') })
    expect(await verified(at, 'state-refused')).toMatchObject({ code: 0, text: expect.stringContaining('outcome failed') })
    expect(await verified(at, 'state', ({ bundle }) => { bundle.outcome = 'none' })).toMatchObject({ code: 5, text: expect.stringContaining('evidence_outcome') })
  })
})
