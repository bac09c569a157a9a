/** Consent and effect: what a run changed in the state, against what was countersigned for it. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ask, countersigned, measuredOf, runBody } from '../support/sample-run.ts'
import { ownedServer } from '../support/scratch-server.ts'
import { asking, askState, done, importState, lockInfo, named, sha256, stateText, WireClient } from '../support/states.ts'
import { judgeEnded } from '../../src/doors/state/reconcile.ts'
import type { IssuedCredential } from '../../src/doors/state/views.ts'
import { terminalOf } from '../support/team.ts'

const workspace = 'payments/billing-prod'
const api = `/api/v1/state/workspaces/${named(workspace)}`

type Owned = Awaited<ReturnType<typeof ownedServer>>

const location = (address: string): string => createHash('sha256').update('countersign.location.v1\n').update(JSON.stringify(['http', ['address', address]])).digest('hex')

/** Asked, countersigned and started, over the state as it is. The plan deletes `terraform_data.database`. */
async function started(owned: Owned, serial: number, text: string) {
  const backend = { type: 'http', cliWorkspace: 'default', location: location(`${owned.url}/state/v1/payments/billing-prod`) }
  const one = await countersigned(owned.person, owned.terminal, runBody({ workspace, claims: { state: { lineage: 'lineage-1', serial, digest: sha256(text) }, workspace: { name: workspace, backend } } }))
  const { lease } = (await owned.terminal.must('POST', `/api/v1/runs/${one.run.id}/apply-start`, one.start)) as { lease: string }
  return { ...one, lease }
}

async function runCredential(owned: Owned, run: string, lease: string): Promise<WireClient> {
  const asked = await owned.terminal.must('POST', '/api/v1/state/requests', { action: 'state.run-credential', workspace, run, lease })
  return new WireClient((await owned.terminal.must('POST', `/api/v1/state/requests/${String(asked['id'])}/redeem`)) as IssuedCredential)
}

async function report(owned: Owned, run: string, lease: string, result: 'applied' | 'failed' = 'applied'): Promise<void> {
  await owned.terminal.must('POST', `/api/v1/runs/${run}/outcome`, { lease, result, summary: '', state: { lineage: 'lineage-1', serial: 2, digest: 'd'.repeat(64) }, treeUnchanged: true })
}

const effectOf = async (owned: Owned, run: string): Promise<unknown> => (await owned.terminal.must('GET', `/api/v1/runs/${run}`))['effect']

const before = stateText({ serial: 1, resources: { database: '1', other: '1' } })

describe('a run whose state is kept here', () => {
  it('gets one credential without a prompt, is state-gated, and its effect agrees with its consent', async () => {
    const owned = await ownedServer()
    await importState(owned, workspace, { serial: 1, resources: { database: '1', other: '1' } })
    const { run, lease } = await started(owned, 1, before)
    expect(await owned.terminal.must('GET', `/api/v1/runs/${run.id}`)).toMatchObject({ enforcement: { level: 'state-gated' }, effect: null })
    expect(JSON.parse(run.subject)).toMatchObject({ workspace: { enforcement: 'state-gated' } })
    const asking = (body: Record<string, unknown>, terminal = owned.terminal) => terminal.call('POST', '/api/v1/state/requests', { action: 'state.run-credential', workspace, run: run.id, lease, ...body })
    expect((await asking({ lease: 'cs_ls_guessed' })).body).toMatchObject({ code: 'credential_scope' })
    expect((await asking({ workspace: 'payments/other' })).body).toMatchObject({ code: 'credential_scope' })
    expect((await asking({}, await terminalOf(owned.person))).body).toMatchObject({ code: 'credential_scope' })
    const twice = await Promise.all([1, 2].map(async () => String((await asking({})).body['id'])))
    const got = await Promise.all(twice.map((id) => owned.terminal.call('POST', `/api/v1/state/requests/${id}/redeem`)))
    expect(got.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409])
    const client = new WireClient(got.find(({ status }) => status === 200)?.body as IssuedCredential)
    const lock = lockInfo()
    expect((await client.lock(lock)).status).toBe(200)
    expect((await client.send('GET')).text).toBe(before)
    expect((await client.write(lock, stateText({ serial: 2, resources: { other: '1' } }))).status).toBe(200)
    expect((await client.unlock(lock)).status).toBe(200)
    expect(await effectOf(owned, run.id)).toBe(null)
    await report(owned, run.id, lease)
    await expect.poll(() => effectOf(owned, run.id)).toEqual({ agrees: true, version: 2, unexpected: 0, missing: 0, addresses: { unexpected: [], missing: [] } })
    expect(await owned.terminal.must('GET', api)).toMatchObject({ frozen: null, version: 2 })
    expect(await owned.terminal.must('GET', `${api}/versions/2`)).toMatchObject({ run: run.id })
  })

  it('whose effect differs freezes the workspace at the unlock already, until a person accepts it', async () => {
    const owned = await ownedServer()
    await importState(owned, workspace, { serial: 1, resources: { database: '1', other: '1' } })
    const { run, lease } = await started(owned, 1, before)
    const client = await runCredential(owned, run.id, lease)
    const lock = lockInfo()
    await client.lock(lock)
    await client.write(lock, stateText({ serial: 2, resources: { other: 'changed', evil: '1' } }))
    await client.unlock(lock)
    await expect.poll(() => effectOf(owned, run.id)).toEqual({
      agrees: false, version: 2, unexpected: 2, missing: 0,
      addresses: { unexpected: [{ address: 'terraform_data.evil', change: 'added' }, { address: 'terraform_data.other', change: 'changed' }], missing: [] },
    })
    expect(await owned.terminal.must('GET', api)).toMatchObject({ frozen: { why: 'what a run changed is not what was countersigned' }, version: 2, quarantined: 0 })
    expect(JSON.stringify(await owned.person.must('GET', '/api/v1/notices'))).toContain('2 changes that nobody countersigned')
    await report(owned, run.id, lease)
    expect(await done(owned.person, owned.person, { action: 'state.accept', workspace, version: 2 })).toMatchObject({ status: 'done' })
    expect(await owned.terminal.must('GET', api)).toMatchObject({ frozen: null, version: 2 })
  })

  it('that reports success without its effect differs; one that failed half-way does not', async () => {
    const owned = await ownedServer()
    await importState(owned, workspace, { serial: 1, resources: { database: '1', other: '1' } })
    const first = await started(owned, 1, before)
    await runCredential(owned, first.run.id, first.lease)
    await report(owned, first.run.id, first.lease, 'failed')
    await expect.poll(() => effectOf(owned, first.run.id)).toMatchObject({ agrees: true })
    // A server that died between the report and the comparison: the next one makes up for it.
    const { state } = owned.server.parts
    await state.store.write(async (tx) => {
      await tx.updateTable('state_run').set({ judged_at: null }).where('run', '=', first.run.id).execute()
      await tx.updateTable('run').set({ effect: null }).where('id', '=', first.run.id).execute()
    })
    await judgeEnded(state)
    expect(await effectOf(owned, first.run.id)).toMatchObject({ agrees: true })
    const second = await started(owned, 2, before)
    await runCredential(owned, second.run.id, second.lease)
    await report(owned, second.run.id, second.lease)
    await expect.poll(() => effectOf(owned, second.run.id)).toMatchObject({ agrees: false, missing: 1 })
    expect(await owned.terminal.must('GET', api)).toMatchObject({ frozen: { why: expect.stringContaining('countersigned') as string } })
  })

  it('that the policy let pass without a person still has its lock asked for', async () => {
    const owned = await ownedServer()
    const body = runBody({ workspace: 'shop/dev', actions: ['create'] })
    const asked = await ask(owned.terminal, body)
    expect(asked.decision).toBe('allow')
    const { lease } = (await owned.terminal.must('POST', `/api/v1/runs/${asked.id}/apply-start`, { grant: asked.grant?.id, measured: measuredOf(body) })) as { lease: string }
    const credential = await owned.terminal.must('POST', '/api/v1/state/requests', { action: 'state.run-credential', workspace: 'shop/dev', run: asked.id, lease })
    const client = new WireClient((await owned.terminal.must('POST', `/api/v1/state/requests/${String(credential['id'])}/redeem`)) as IssuedCredential)
    const { answer, asked: question } = await asking(owned.terminal, () => client.lock(lockInfo()))
    expect(question.action).toBe('state.write')
    await owned.person.deny(question.code)
    expect((await answer).status).toBe(403)
  })

  it('that the policy let pass, and whose row says that it was countersigned, still has its lock asked for', async () => {
    const owned = await ownedServer()
    const body = runBody({ workspace: 'shop/dev', actions: ['create'] })
    const run = await ask(owned.terminal, body)
    const { lease } = (await owned.terminal.must('POST', `/api/v1/runs/${run.id}/apply-start`, { grant: run.grant?.id, measured: measuredOf(body) })) as { lease: string }
    const credential = await owned.terminal.must('POST', '/api/v1/state/requests', { action: 'state.run-credential', workspace: 'shop/dev', run: run.id, lease })
    const client = new WireClient((await owned.terminal.must('POST', `/api/v1/state/requests/${String(credential['id'])}/redeem`)) as IssuedCredential)
    await rewritten(owned, run.id, { decision: 'step-up' })
    const { answer, asked } = await asking(owned.terminal, () => client.lock(lockInfo()))
    await owned.person.deny(asked.code)
    expect((await answer).status).toBe(403)
  })

  it('gives no credential to whom its row was given, nor when it has ended and its row says that it goes on', async () => {
    const owned = await ownedServer()
    await importState(owned, workspace, { serial: 1, resources: { database: '1', other: '1' } })
    const { run, lease } = await started(owned, 1, before)
    const thief = await terminalOf(owned.person)
    const { executor } = await askState(thief, { action: 'state.read', workspace })
    const asked = (terminal: typeof thief, said: object = {}) => terminal.call('POST', '/api/v1/state/requests', { action: 'state.run-credential', workspace, run: run.id, lease, ...said })
    const mine = { executor: (JSON.parse(run.subject) as { executor: string }).executor }
    await rewritten(owned, run.id, { executor, lease_hash: sha256('cs_ls_theirs') })
    expect((await asked(thief, { lease: 'cs_ls_theirs' })).body).toMatchObject({ code: 'credential_scope' })
    await rewritten(owned, run.id, { ...mine, workspace: 'payments/other-prod', lease_hash: sha256(lease) })
    expect((await asked(owned.terminal, { workspace: 'payments/other-prod' })).body).toMatchObject({ code: 'credential_scope' })
    await rewritten(owned, run.id, { workspace })
    await report(owned, run.id, lease)
    await rewritten(owned, run.id, { state: 'applying', outcome: null, ended_at: null })
    expect((await asked(owned.terminal)).body).toMatchObject({ code: 'credential_scope' })
  })

  it('whose statement was changed after it was countersigned is not started', async () => {
    const owned = await ownedServer()
    const { run, start } = await countersigned(owned.person, owned.terminal)
    const other = 'e'.repeat(64)
    await rewritten(owned, run.id, { subject: run.subject.replace(start.measured.planFile, other) })
    const answer = await owned.terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, { ...start, measured: { ...start.measured, planFile: other } })
    expect(answer).toMatchObject({ status: 500, body: { code: 'request_tampered' } })
  })

  it('whose plan was exchanged in the database agrees with nothing', async () => {
    const owned = await ownedServer()
    await importState(owned, workspace, { serial: 1, resources: { database: '1', other: '1' } })
    const { run, lease } = await started(owned, 1, before)
    const client = await runCredential(owned, run.id, lease)
    const lock = lockInfo()
    expect((await client.lock(lock)).status).toBe(200)
    expect((await client.write(lock, stateText({ serial: 2, resources: { other: '2' } }))).status).toBe(200)
    const plan = gzipSync(JSON.stringify({ resource_changes: ['database', 'other'].map((name) => ({ address: `terraform_data.${name}`, change: { actions: [name === 'other' ? 'update' : 'delete'] } })) }))
    await owned.server.parts.base.store.write((tx) => tx.updateTable('run_plan').set({ body: plan }).where('run', '=', run.id).execute())
    await client.unlock(lock)
    await report(owned, run.id, lease)
    expect(await effectOf(owned, run.id)).toMatchObject({ agrees: false })
  })
})

const rewritten = (owned: Owned, run: string, set: object) => owned.server.parts.base.store.write((tx) => tx.updateTable('run').set(set).where('id', '=', run).execute())
