/** What is done to a state over the API: each thing once, countersigned, over exactly what the statement names. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ask, countersigned, runBody } from '../support/sample-run.ts'
import { askState, asking, beginRedeem, credentialFor, done, importState, locked, lockInfo, named, redeemBytes, requestOf, sha256, sharedServer, stateText, WireClient } from '../support/states.ts'
import type { Owned } from '../support/states.ts'
import { terminalOf } from '../support/team.ts'

const one = { serial: 1, resources: { a: '1' } }
const two = { serial: 2, resources: { a: '2', b: '1' } }

const shared = sharedServer()
let last = 0

/** A terminal and a workspace of this test's own; the state's lineage is the workspace's. */
async function begin(): Promise<{ owned: Owned; workspace: string; api: string }> {
  const workspace = `shop/prod-${++last}`
  return { owned: await shared(), workspace, api: `/api/v1/state/workspaces/${named(workspace)}` }
}

async function currentText(owned: Owned, workspace: string): Promise<string> {
  const read = await done(owned.terminal, owned.person, { action: 'state.read', workspace })
  return (await redeemBytes(owned.terminal, read.id)).text
}

const importing = (workspace: string, text: string, serial: number, lineage = 'lineage-1') => ({ action: 'state.import', workspace, digest: sha256(text), lineage, serial, size: Buffer.byteLength(text) })

describe('an import', () => {
  it('makes exactly the body that was countersigned current, once, sent by the terminal that asked', async () => {
    const { owned, workspace, api } = await begin()
    const text = stateText(one)
    const asked = await askState(owned.terminal, importing(workspace, text, 1))
    expect(await redeemBytes(owned.terminal, asked.id, text)).toMatchObject({ status: 409, body: { code: 'request_not_ready' } })
    await owned.person.countersign(asked.code)
    expect((await requestOf(owned.terminal, asked.id)).status).toBe('granted')
    expect(await redeemBytes(owned.terminal, asked.id, stateText({ ...one, resources: { a: 'other' } }))).toMatchObject({ status: 400, body: { code: 'body_digest_mismatch' } })
    expect(await redeemBytes(owned.terminal, asked.id, text.slice(0, -1))).toMatchObject({ status: 400, body: { code: 'body_digest_mismatch' } })
    const other = await terminalOf(owned.person)
    expect(await redeemBytes(other, asked.id, text)).toMatchObject({ status: 403, body: { code: 'executor_mismatch' } })
    const answers = await Promise.all([redeemBytes(owned.terminal, asked.id, text), redeemBytes(owned.terminal, asked.id, text), redeemBytes(owned.terminal, asked.id, text)])
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409])
    expect(await owned.terminal.must('GET', api)).toMatchObject({ version: 1, serial: 1, lineage: 'lineage-1', resources: 1, environment: 'prod', frozen: null, lock: null, lastChange: { origin: 'import', version: 1 } })
    expect(await currentText(owned, workspace)).toBe(text)
    const large = { serial: 2, resources: { a: 'x'.repeat(3_000_000) } }
    await importState(owned, workspace, large)
    expect(await currentText(owned, workspace)).toBe(stateText(large))
  })

  it('takes its key only with its effect: one whose server dies while the body comes may be repeated', async () => {
    const { owned, workspace } = await begin()
    const text = stateText({ serial: 1, resources: { a: 'x'.repeat(1_500_000) } })
    const asked = await askState(owned.terminal, importing(workspace, text, 1))
    await owned.person.countersign(asked.code)
    const { store } = owned.server.parts.base
    const calls = (): Promise<unknown[]> => store.read((db) => db.selectFrom('once_call').select('id').orderBy('id').execute())
    const before = await calls()
    const key = randomUUID()
    const { rest } = await beginRedeem(owned.terminal, asked.id, { key, text, first: 700_000 })
    await expect.poll(() => store.read((db) => db.selectFrom('state_workspace').select('id').where('name', '=', workspace).execute())).toHaveLength(1)
    expect(await calls()).toEqual(before)
    expect(await rest()).toBe(200)
    expect(await calls()).toHaveLength(before.length + 1)
    expect(await currentText(owned, workspace)).toBe(text)
  })

  it('of another lineage or a serial that is not higher is refused, unless the statement names what it replaces', async () => {
    const { owned, workspace } = await begin()
    await importState(owned, workspace, { ...one, serial: 5 })
    const refused = async (text: string, serial: number, lineage: string) => (await owned.terminal.call('POST', '/api/v1/state/requests', importing(workspace, text, serial, lineage))).body
    expect(await refused(stateText({ ...one, lineage: 'other' }), 9, 'other')).toMatchObject({ code: 'lineage_mismatch' })
    expect(await refused(stateText({ ...one, serial: 4 }), 4, 'lineage-1')).toMatchObject({ code: 'serial_regressed' })
    expect(await refused(stateText({ ...one, serial: 5 }), 5, 'lineage-1')).toMatchObject({ code: 'state_mismatch' })
    expect(await importState(owned, workspace, { ...one, serial: 4 }, { replace: true })).toBe(2)
    // A plan that was made at serial 4 before is stale all the same.
    expect(await currentText(owned, workspace)).toBe(stateText({ ...one, serial: 6 }))
    const late = stateText({ ...one, serial: 9 })
    const asked = await askState(owned.terminal, importing(workspace, late, 9))
    await importState(owned, workspace, { ...two, serial: 8 })
    await owned.person.countersign(asked.code)
    expect(await redeemBytes(owned.terminal, asked.id, late)).toMatchObject({ status: 409, body: { code: 'state_mismatch' } })
  })
})

describe('a rollback', () => {
  it('makes a new version with a serial above all before; whose statement shows what it changes', async () => {
    const { owned, workspace, api } = await begin()
    await importState(owned, workspace, one)
    await importState(owned, workspace, two)
    const rolled = await done(owned.terminal, owned.person, { action: 'state.rollback', workspace, version: 1 })
    expect(rolled).toMatchObject({ status: 'done', result: { version: 3, refused: '' } })
    const subject = JSON.parse(rolled.subject) as Record<string, unknown>
    expect(subject).toMatchObject({ state: { version: 2 }, target: { version: 1, serial: 1, digest: sha256(stateText(one)) } })
    expect(subject['changes']).toMatchObject({ added: 0, changed: 1, removed: 1, addresses: [{ address: 'terraform_data.a', change: 'changed' }, { address: 'terraform_data.b', change: 'removed' }] })
    expect(await owned.terminal.must('GET', `${api}/versions`)).toMatchObject({ versions: [{ version: 3, current: true, origin: 'rollback', from: 1, serial: 3, evidence: rolled.code.replaceAll('-', '') }, { version: 2 }, { version: 1 }] })
    expect(await currentText(owned, workspace)).toBe(stateText({ ...one, serial: 3 }))
  })

  it('happens once, and not at all when something else became current first: that is said, and the touch is spent', async () => {
    const { owned, workspace, api } = await begin()
    await importState(owned, workspace, one)
    await importState(owned, workspace, two)
    const refusal = async (body: Record<string, unknown>) => (await owned.terminal.call('POST', '/api/v1/state/requests', { action: 'state.rollback', workspace, ...body })).body['code']
    expect(await refusal({ version: 2 })).toBe('version_current')
    expect(await refusal({ version: 9 })).toBe('version_not_found')
    expect(await refusal({})).toBe('request_incomplete')
    expect((await owned.terminal.call('POST', '/api/v1/state/requests', { action: 'state.rollback', workspace: 'shop/other', version: 1 })).body['code']).toBe('workspace_not_found')
    const asked = [await askState(owned.terminal, { action: 'state.rollback', workspace, version: 1 }), await askState(owned.terminal, { action: 'state.rollback', workspace, version: 1 })]
    // One after another: a key counts what it signs, and one that seems to go back is taken for a copy.
    for (const { code } of asked) await owned.person.countersign(code)
    const after = await Promise.all(asked.map(({ id }) => requestOf(owned.terminal, id)))
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set(['done', 'void']))
    expect(after.find(({ status }) => status === 'void')?.result?.refused).toContain('another version is current now')
    expect(await owned.terminal.must('GET', api)).toMatchObject({ version: 3 })
  })

  it('ends what was granted and planned before: a credentialled read, a countersigned plan, a plan of before', async () => {
    const { owned, workspace } = await begin()
    await importState(owned, workspace, one)
    const applied = await countersigned(owned.person, owned.terminal, runBody({ workspace, claims: { state: { lineage: 'lineage-1', serial: 1, digest: 'a'.repeat(64) } } }))
    const { lease } = (await owned.terminal.must('POST', `/api/v1/runs/${applied.run.id}/apply-start`, applied.start)) as { lease: string }
    await owned.terminal.must('POST', `/api/v1/runs/${applied.run.id}/outcome`, { lease, result: 'applied', summary: '', state: { lineage: 'lineage-1', serial: 2, digest: 'b'.repeat(64) }, treeUnchanged: true })
    await importState(owned, workspace, two)
    const plan = await countersigned(owned.person, owned.terminal, runBody({ workspace, claims: { state: { lineage: 'lineage-1', serial: 2, digest: 'b'.repeat(64) } } }))
    const read = await done(owned.terminal, owned.person, { action: 'state.read', workspace })
    await done(owned.terminal, owned.person, { action: 'state.rollback', workspace, version: 1 })
    expect((await redeemBytes(owned.terminal, read.id)).body).toMatchObject({ code: 'grant_void' })
    expect(await owned.terminal.must('GET', `/api/v1/runs/${plan.run.id}`)).toMatchObject({ grant: null, status: 'expired' })
    expect((await owned.terminal.call('POST', `/api/v1/runs/${plan.run.id}/apply-start`, plan.start)).body).toMatchObject({ code: 'serial_regressed' })
    // The same base again: the state is at serial 3 now, whatever the old plan says.
    expect((await owned.terminal.call('POST', '/api/v1/runs', runBody({ workspace, claims: { state: { lineage: 'lineage-1', serial: 2, digest: 'b'.repeat(64) } } }))).body).toMatchObject({ code: 'serial_regressed' })
    expect(await ask(owned.terminal, runBody({ workspace, claims: { state: { lineage: 'lineage-1', serial: 3, digest: 'c'.repeat(64) } } }))).toMatchObject({ decision: 'step-up' })
  })

  it('is followed by the next write, and an old write that is sent again is set aside', async () => {
    const { owned, workspace, api } = await begin()
    await importState(owned, workspace, one)
    await importState(owned, workspace, two)
    await done(owned.terminal, owned.person, { action: 'state.rollback', workspace, version: 1 })
    const client = new WireClient(await credentialFor(owned, workspace))
    const lock = await locked(owned, client)
    expect(await client.send('GET')).toMatchObject({ status: 200, text: stateText({ ...one, serial: 3 }) })
    expect((await client.write(lock, stateText({ serial: 4, resources: { a: '9' } }))).status).toBe(200)
    expect(await owned.terminal.must('GET', api)).toMatchObject({ version: 4, serial: 4, frozen: null })
    expect((await client.write(lock, stateText(two))).status).toBe(200)
    expect(await owned.terminal.must('GET', api)).toMatchObject({ version: 4, serial: 4, quarantined: 1, frozen: { why: 'its serial went back' } })
  })
})

describe('deleting', () => {
  it('takes away exactly what the statement names, and it can be brought back', async () => {
    const { owned, workspace, api } = await begin()
    await importState(owned, workspace, one)
    await importState(owned, workspace, two)
    const refusal = async (body: Record<string, unknown>) => (await owned.terminal.call('POST', '/api/v1/state/requests', { workspace, ...body })).body
    expect(await refusal({ action: 'state.delete', version: 2 })).toMatchObject({ code: 'version_current', next: expect.stringContaining('Roll back') as string })
    expect(await refusal({ action: 'state.restore', version: 1 })).toMatchObject({ code: 'state_mismatch' })
    expect(await done(owned.terminal, owned.person, { action: 'state.delete', workspace, version: 1 })).toMatchObject({ status: 'done', result: { version: 1 } })
    expect(await refusal({ action: 'state.rollback', version: 1 })).toMatchObject({ code: 'version_gone' })
    expect(await done(owned.person, owned.person, { action: 'state.restore', workspace, version: 1 })).toMatchObject({ status: 'done' })
    const whole = await askState(owned.terminal, { action: 'state.delete', workspace, whole: true })
    expect(JSON.parse(whole.subject)).toMatchObject({ whole: true, target: { version: 0 }, state: { version: 2 }, changes: { removed: 2 } })
    await owned.person.countersign(whole.code)
    expect(await owned.terminal.must('GET', api)).toMatchObject({ version: 0, serial: 0 })
    expect(await refusal({ action: 'state.read' })).toMatchObject({ code: 'workspace_empty' })
    expect(await done(owned.terminal, owned.person, { action: 'state.restore', workspace, whole: true })).toMatchObject({ status: 'done', result: { version: 2 } })
    expect(await currentText(owned, workspace)).toBe(stateText(two))
    expect(await done(owned.terminal, owned.person, { action: 'state.rollback', workspace, version: 1 })).toMatchObject({ status: 'done' })
  })
})

describe('what was set aside', () => {
  it('freezes the workspace until it is accepted or discarded, with the changes in the statement', async () => {
    const { owned, workspace, api } = await begin()
    await importState(owned, workspace, one)
    const client = new WireClient(await credentialFor(owned, workspace))
    const lock = await locked(owned, client)
    expect((await client.write(lock, stateText({ ...two, lineage: 'swapped' }))).status).toBe(200)
    expect((await client.write(lock, stateText({ serial: 2, resources: { evil: '1' } }))).status).toBe(200)
    expect(await owned.terminal.must('GET', `${api}/quarantine`)).toMatchObject({
      versions: [{ version: 3, why: 'the workspace was frozen', diff: { added: ['terraform_data.evil'], removed: ['terraform_data.a'] } }, { version: 2, lineage: 'swapped' }],
    })
    expect(String((await owned.person.must('GET', '/api/v1/notices'))['notices'] && JSON.stringify(await owned.person.must('GET', '/api/v1/notices')))).toContain('set aside as version 2')
    const refusal = async (body: Record<string, unknown>) => (await owned.terminal.call('POST', '/api/v1/state/requests', { workspace, ...body })).body['code']
    expect(await refusal({ action: 'state.accept', version: 3 })).toBe('lock_held')
    expect(await refusal({ action: 'state.discard', version: 1 })).toBe('nothing_quarantined')
    // What was set aside has changed nothing.
    expect(await owned.terminal.must('GET', api)).toMatchObject({ lastChange: { origin: 'import', version: 1, deletedAt: null } })
    expect((await client.unlock(lock)).status).toBe(200)
    expect(await done(owned.terminal, owned.person, { action: 'state.discard', workspace, version: 2 })).toMatchObject({ status: 'done' })
    expect(await owned.terminal.must('GET', api)).toMatchObject({ frozen: { why: expect.any(String) as string }, quarantined: 1, version: 1 })
    const asked = await askState(owned.terminal, { action: 'state.accept', workspace, version: 3 })
    expect(JSON.parse(asked.subject)).toMatchObject({ target: { version: 3 }, changes: { added: 1, removed: 1 } })
    await owned.person.countersign(asked.code)
    expect(await owned.terminal.must('GET', api)).toMatchObject({ frozen: null, version: 4, serial: 2, quarantined: 0, lastChange: { origin: 'accepted' } })
    expect(await currentText(owned, workspace)).toBe(stateText({ serial: 2, resources: { evil: '1' } }))
  })

  it('is not accepted over a state that somebody changed meanwhile', async () => {
    const { owned, workspace } = await begin()
    await importState(owned, workspace, one)
    await importState(owned, workspace, two)
    const client = new WireClient(await credentialFor(owned, workspace))
    const lock = await locked(owned, client)
    await client.write(lock, stateText({ serial: 3, lineage: 'swapped' }))
    await client.unlock(lock)
    const accept = await askState(owned.terminal, { action: 'state.accept', workspace, version: 3 })
    const rollback = await askState(owned.terminal, { action: 'state.rollback', workspace, version: 1 })
    for (const { code } of [accept, rollback]) await owned.person.countersign(code)
    const statuses = [(await requestOf(owned.terminal, accept.id)).status, (await requestOf(owned.terminal, rollback.id)).status]
    expect(statuses.sort()).toEqual(['done', 'void'])
  })
})

describe('a question that is taken back', () => {
  const withdraw = async (by: Owned['terminal'], id: string) => await by.call('POST', `/api/v1/state/requests/${id}/withdraw`, {})

  it('waits for nobody any more, and cannot be countersigned', async () => {
    const { owned, workspace } = await begin()
    await importState(owned, workspace, one)
    await importState(owned, workspace, two)
    const asked = await askState(owned.terminal, { action: 'state.rollback', workspace, version: 1 })
    const seen = owned.terminal.must('GET', `/api/v1/state/requests/${asked.id}?wait=20&since=${asked.version}`)
    expect((await withdraw(owned.terminal, asked.id)).body).toMatchObject({ status: 'cancelled' })
    expect(await seen).toMatchObject({ status: 'cancelled' })
    await expect(owned.person.countersign(asked.code)).rejects.toThrow('challenge_cancelled')
    expect((await owned.terminal.must('GET', '/api/v1/state/waiting'))['requests']).not.toContainEqual(expect.objectContaining({ id: asked.id }))
    expect(await owned.terminal.must('GET', `/api/v1/state/workspaces/${named(workspace)}`)).toMatchObject({ version: 2 })
  })

  it('after it was granted gives nothing; after its effect it says that this has happened; and it is nobody else\'s to take back', async () => {
    const { owned, workspace } = await begin()
    await importState(owned, workspace, one)
    const granted = await done(owned.terminal, owned.person, { action: 'state.credential', workspace, phase: 'plan' })
    expect((await withdraw(owned.terminal, granted.id)).body).toMatchObject({ status: 'void' })
    expect(await redeemBytes(owned.terminal, granted.id)).toMatchObject({ status: 403, body: { code: 'grant_void' } })
    const effect = await done(owned.terminal, owned.person, { action: 'state.delete', workspace, whole: true })
    expect((await withdraw(owned.terminal, effect.id)).body).toMatchObject({ status: 'done' })
    expect(await owned.terminal.must('GET', `/api/v1/state/workspaces/${named(workspace)}`)).toMatchObject({ version: 0, lastChange: { version: 1, deletedAt: expect.any(String) as string } })
    // What is asked over the wire may be a thief's: that is denied, and not quietly taken back.
    const client = new WireClient(await credentialFor(owned, 'shop/other'))
    const { asked, answer } = await asking(owned.terminal, async () => await client.lock(lockInfo()))
    expect((await withdraw(owned.terminal, asked.id)).body).toMatchObject({ code: 'request_not_found' })
    await owned.person.deny(asked.code)
    expect(await answer).toMatchObject({ status: 403 })
  })
})

describe('a lock', () => {
  it('is ended by force with a countersignature over that lock, and its last write is set aside', async () => {
    const { owned, workspace, api } = await begin()
    await importState(owned, workspace, one)
    const client = new WireClient(await credentialFor(owned, workspace))
    const refusal = async () => (await owned.terminal.call('POST', '/api/v1/state/requests', { action: 'state.force-unlock', workspace })).body['code']
    expect(await refusal()).toBe('lock_invalid')
    const lock = await locked(owned, client, lockInfo())
    expect(await owned.terminal.must('GET', api)).toMatchObject({ lock: { mode: 'write', operation: 'OperationTypeApply', who: 'ada@laptop', person: { name: 'Ada Owner' } } })
    const asked = await askState(owned.terminal, { action: 'state.force-unlock', workspace })
    expect(JSON.parse(asked.subject)).toMatchObject({ lock: { digest: sha256(lock.ID), who: 'ada@laptop' } })
    const late = await askState(owned.terminal, { action: 'state.force-unlock', workspace })
    await owned.person.countersign(asked.code)
    expect(await owned.terminal.must('GET', api)).toMatchObject({ lock: null })
    await owned.person.countersign(late.code)
    expect(await requestOf(owned.terminal, late.id)).toMatchObject({ status: 'void' })
    expect((await client.write(lock, stateText(two))).status).toBe(200)
    expect(await owned.terminal.must('GET', api)).toMatchObject({ version: 1, quarantined: 1, frozen: { why: expect.any(String) as string } })
  })
})
