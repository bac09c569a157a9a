/** What the server hands out as evidence is verified offline by the library, and a change of one byte is not. */
import { parseTrust, verifyEvidence } from '@countersign/proof'
import { describe, expect, it } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { apply, countersigned } from '../support/sample-run.ts'
import { ownedServer, scratchServer } from '../support/scratch-server.ts'

/** A server with an ordinary key: one that does not say that it is the demonstration's. */
async function realServer() {
  const scratch = await scratchServer({ demonstration: false })
  const person = new SoftwarePerson(scratch.url, createSoftwareAuthenticator({ aaguid: '00000000-0000-0000-0000-000000000000' }))
  await person.setUp(scratch.server.setupLink ?? '', 'Ada Owner')
  return { ...scratch, person, terminal: await signInTerminal(scratch.url, (link) => person.allowTerminal(link)) }
}

async function appliedRun(owned: Awaited<ReturnType<typeof realServer>>) {
  const { run, start } = await countersigned(owned.person, owned.terminal)
  await apply(owned.terminal, run.id, start)
  const evidence = await owned.terminal.must('GET', `/api/v1/runs/${run.id}/evidence`)
  const trust = parseTrust(JSON.stringify(await owned.terminal.must('GET', '/api/v1/trust')))
  return { run, evidence, text: JSON.stringify(evidence), trust }
}

describe('evidence of a run', () => {
  it('is VALID with the pinned trust, and consistent without', async () => {
    const { text, trust } = await appliedRun(await realServer())
    const verdict = await verifyEvidence(text, trust)
    expect(verdict.message).toMatch(/./)
    expect(verdict).toMatchObject({ verdict: 'VALID', pinned: true })
    expect(await verifyEvidence(text, null)).toMatchObject({ verdict: 'CONSISTENT', pinned: false })
  })

  it('of a demonstration\'s key is never VALID', async () => {
    const { text, trust } = await appliedRun(await ownedServer())
    expect(await verifyEvidence(text, trust)).toMatchObject({ verdict: 'DEMONSTRATION' })
  })

  it('of another installation is refused', async () => {
    const { text } = await appliedRun(await realServer())
    const { trust } = await appliedRun(await realServer())
    expect(await verifyEvidence(text, trust)).toMatchObject({ verdict: 'INVALID' })
  })

  it('before the apply says that consent was given and nothing was done', async () => {
    const owned = await realServer()
    const { run } = await countersigned(owned.person, owned.terminal)
    const text = JSON.stringify(await owned.terminal.must('GET', `/api/v1/runs/${run.id}/evidence`))
    const trust = parseTrust(JSON.stringify(await owned.terminal.must('GET', '/api/v1/trust')))
    expect(await verifyEvidence(text, trust)).toMatchObject({ verdict: 'VALID', effect: { outcome: 'none' } })
  })

  it('with any one character changed is not VALID', async () => {
    const { text, trust } = await appliedRun(await realServer())
    const survivors: string[] = []
    for (let at = 1; at < text.length; at += 97) {
      const was = text[at] ?? ''
      const changed = text.slice(0, at) + (was === '0' ? '1' : was === 'a' ? 'b' : '0') + text.slice(at + 1)
      const { verdict } = await verifyEvidence(changed, trust)
      if (verdict === 'VALID') survivors.push(text.slice(Math.max(0, at - 30), at + 30))
    }
    expect(survivors).toEqual([])
  })
})
