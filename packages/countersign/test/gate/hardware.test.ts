/** Where the policy asks for aal3, hardware keys countersign whose makers are trusted, and no others: from the policy to the evidence. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyEvidence } from '@countersign/proof'
import type { TrustFile } from '@countersign/proof'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '../../src/identity/index.ts'
import { createMaker, model, type Maker } from '../support/attestation.ts'
import { apply, ask, measuredOf, runBody, show } from '../support/sample-run.ts'
import { scratchFolder, scratchServer } from '../support/scratch-server.ts'
import { recruit, terminalOf } from '../support/team.ts'

const policy = `version: 1
environments:
  - name: dev
    workspaces: ["*/dev"]
rules:
  - name: hardware in dev
    when: { action: run.apply, environment: dev }
    then: countersign
    require: { assurance: aal3 }
  - name: a key elsewhere
    when: { action: run.apply }
    then: countersign
`

const plain = (): SoftwareAuthenticator => createSoftwareAuthenticator({ aaguid: model })
const harmless = () => runBody({ workspace: 'payments/dev', actions: ['update'] })
type Shown = { label: string; claimed: boolean; attestedBy: string }

async function rootsFile(maker: Maker): Promise<string> {
  const path = join(await scratchFolder('roots'), 'roots.pem')
  writeFileSync(path, maker.pem)
  return path
}

/** Ada owns a server that knows the maker; her first key is one of its keys. */
async function owned() {
  const maker = await createMaker()
  const scratch = await scratchServer({ demonstration: false, attestationRoots: await rootsFile(maker) })
  const ada = new SoftwarePerson(scratch.url, maker.key())
  await ada.setUp(scratch.server.setupLink ?? '', 'Ada')
  const { code } = await ada.must('POST', '/api/v1/policy/changes', { yaml: policy })
  await ada.countersign(String(code))
  return { ...scratch, maker, ada, terminal: await terminalOf(ada) }
}

const offered = (begun: Record<string, unknown>): string[] => (begun['options'] as { allowCredentials: { id: string }[] }).allowCredentials.map(({ id }) => id)

describe('a run for which the policy asks for hardware', () => {
  it('is countersigned with an attested key, and the evidence says so to whoever trusts the root', async () => {
    const { maker, ada, terminal } = await owned()
    const body = harmless()
    const { id, code } = await ask(terminal, body)
    await ada.countersign(code)
    const run = await show(terminal, id)
    await apply(terminal, id, { grant: run.grant?.id ?? '', measured: measuredOf(body) })
    const bundle = JSON.stringify(await terminal.must('GET', `/api/v1/runs/${id}/evidence`))
    const trust = (await ada.must('GET', '/api/v1/trust')) as TrustFile
    expect(trust.attestationRoots).toEqual([maker.digest])
    expect(await verifyEvidence(bundle, trust)).toMatchObject({
      verdict: 'VALID', consent: { requirement: { assurance: 'aal3' }, who: [{ key: { device: { claimed: false, attestedBy: maker.digest, aaguid: model } } }] },
    })
    expect(await verifyEvidence(bundle, { ...trust, attestationRoots: [] })).toMatchObject({ verdict: 'INVALID', code: 'requirement_assurance' })
  })

  it('takes no other key: it is not offered, and refused by name', async () => {
    const { maker, ada, terminal } = await owned()
    const [second, synced] = [plain(), maker.key({ backupEligible: true, backedUp: true })]
    expect((await ada.addKey(second, 'drawer')).status).toBe(200)
    expect((await ada.addKey(synced, 'in the cloud')).status).toBe(200)
    const { authenticators } = (await ada.must('GET', '/api/v1/authenticators')) as { authenticators: Shown[] }
    expect(authenticators.map(({ label, claimed, attestedBy }) => [label, claimed, attestedBy])).toEqual([
      ['software key', false, 'Test Maker Root'], ['drawer', true, ''], ['in the cloud', false, 'Test Maker Root'],
    ])
    const { code } = await ask(terminal, harmless())
    const begun = await ada.begin(code)
    expect(offered(begun)).toEqual(ada.key.credentials())
    for (const [key, label] of [[second, 'drawer'], [synced, 'in the cloud']] as const) {
      const options = { ...(begun['options'] as Parameters<SoftwareAuthenticator['get']>[0]), allowCredentials: [] }
      const answer = await ada.finish(code, begun['ceremony'], key.get(options, ada.url))
      expect(answer).toMatchObject({ status: 403, body: { code: 'hardware_key_required' } })
      expect(answer.body['detail']).toContain(`"${label}"`)
    }
    const elsewhere = await ask(terminal, runBody({ workspace: 'payments/billing-prod', actions: ['update'] }))
    expect(offered(await ada.begin(elsewhere.code))).toContain(second.credentials()[0])
    await ada.countersign(code)
  })

  it('cannot be begun by somebody who has no such key; who was invited with one can', async () => {
    const { maker, ada } = await owned()
    const { person: ben } = await recruit(ada, 'Ben', 'operator', '', plain())
    const { code } = await ask(await terminalOf(ben), harmless())
    expect(await ben.call('POST', `/api/v1/ceremonies/${code}/begin`, {})).toMatchObject({ status: 403, body: { code: 'hardware_key_required' } })
    const { person: cleo } = await recruit(ada, 'Cleo', 'operator', '', maker.key())
    await cleo.countersign((await ask(await terminalOf(cleo), harmless())).code)
  })
})

describe('the one owner who comes back through the host', () => {
  it('has an attested key when the new one is', async () => {
    const { server, url, maker } = await owned()
    const { token } = await server.parts.identity.hostRecovery.issue()
    const anew = new SoftwarePerson(url, maker.key())
    await anew.recover(`${url}/recover#${token}`)
    expect(await anew.must('GET', '/api/v1/authenticators')).toMatchObject({ authenticators: [{ claimed: false, attestedBy: 'Test Maker Root' }] })
  })
})

describe('a server', () => {
  it('that knows no roots refuses a policy that asks for aal3, and does not start with one', async () => {
    const { server } = await scratchServer()
    const ada = new SoftwarePerson(server.url)
    await ada.setUp(server.setupLink ?? '', 'Ada')
    const refused = await ada.call('POST', '/api/v1/policy/changes', { yaml: policy })
    expect(refused).toMatchObject({ body: { code: 'policy_invalid' } })
    expect(refused.body['detail']).toContain('aal3')

    const { dataDir, server: hardware, port } = await owned()
    await hardware.close()
    await expect(scratchServer({ dataDir, port, demonstration: false })).rejects.toMatchObject({ code: 'policy_invalid' })
  })

  it('does not start when the file with the roots is not there', async () => {
    const missing = join(await scratchFolder('roots'), 'none.pem')
    await expect(scratchServer({ attestationRoots: missing })).rejects.toMatchObject({ code: 'attestation_roots_unusable' })
  })

  it('that is started with other roots calls the key claimed, and offers it no more where hardware is asked for', async () => {
    const { dataDir, server, port, url, ada } = await owned()
    await server.close()
    await scratchServer({ dataDir, port, url, demonstration: false, attestationRoots: await rootsFile(await createMaker('Another Root')) })
    const again = new SoftwarePerson(url, ada.key)
    await again.signIn()
    expect(await again.must('GET', '/api/v1/authenticators')).toMatchObject({ authenticators: [{ claimed: true, attestedBy: '' }] })
    const { code } = await ask(await terminalOf(again), harmless())
    expect(await again.call('POST', `/api/v1/ceremonies/${code}/begin`, {})).toMatchObject({ body: { code: 'hardware_key_required' } })
  })
})
