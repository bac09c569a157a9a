/** Credentials for terraform: got once, for hours, and ended in every way in which their person or terminal ends. */
import { describe, expect, it } from 'vitest'
import { authenticate } from '../../src/doors/state/authenticate.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { asking, askState, credentialFor, done, importState, lockInfo, redeemBytes, WireClient } from '../support/states.ts'
import { recruit, terminalOf } from '../support/team.ts'

const workspace = 'shop/dev'

describe('a state credential', () => {
  it('is got once, by the terminal that asked, for hours at most, and its password is kept nowhere', async () => {
    const clock = new HandClock()
    const owned = await ownedServer({ clock })
    const asked = await askState(owned.terminal, { action: 'state.credential', workspace, phase: 'apply', lasts: 12 * 3600 })
    expect(JSON.parse(asked.subject)).toMatchObject({ phase: 'apply', tier: 'full', lasts: 8 * 3600 })
    await owned.person.countersign(asked.code)
    const other = await terminalOf(owned.person)
    other.now = () => clock.now()
    expect((await other.call('POST', `/api/v1/state/requests/${asked.id}/redeem`)).body).toMatchObject({ code: 'executor_mismatch' })
    const answers = await Promise.all([1, 2, 3].map(() => owned.terminal.call('POST', `/api/v1/state/requests/${asked.id}/redeem`)))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409])
    const credential = answers.find(({ status }) => status === 200)?.body as Awaited<ReturnType<typeof credentialFor>>
    expect(credential).toMatchObject({ phase: 'apply', tier: 'full', workspace, address: `${owned.url}/state/v1/shop/dev` })
    expect(credential.password).toMatch(/^cst_[A-Za-z0-9_-]{43}$/)
    const tables = await owned.server.parts.base.store.read(async (db) => JSON.stringify([await db.selectFrom('state_credential').selectAll().execute(), await db.selectFrom('state_request').selectAll().execute(), await db.selectFrom('ledger_details').selectAll().execute()]))
    expect(tables).not.toContain(credential.password)
    const client = new WireClient(credential)
    expect((await client.send('GET')).status).toBe(404)
    clock.time += 8 * 3600_000 + 1
    expect((await client.send('GET')).status).toBe(401)
    await owned.person.signIn()
    expect(await owned.person.must('GET', '/api/v1/state/credentials')).toMatchObject({ credentials: [{ id: credential.id, status: 'expired', lastSource: '127.0.0.1' }] })
  })

  it('ends when it is revoked, when its terminal is signed out, when what it asked is reported, when its person is removed', async () => {
    const owned = await ownedServer()
    const { id, person } = await recruit(owned.person, 'Olga Operator', 'operator', 'shop')
    const terminal = await terminalOf(person)
    const credential = (): Promise<WireClient> => credentialFor({ terminal, person }, workspace).then((one) => new WireClient(one))
    const revoked = await credential()
    expect((await terminal.call('DELETE', `/api/v1/state/credentials/${(await credentialFor(owned, workspace)).id}`)).body).toMatchObject({ code: 'credential_not_found' })
    expect((await owned.terminal.call('DELETE', `/api/v1/state/credentials/${revoked.credential.id}`)).status).toBe(204)
    expect([401, 403]).toContain((await revoked.send('GET')).status)
    const reported = await credential()
    const { answer, asked } = await asking(terminal, () => reported.lock(lockInfo()))
    await person.deny(asked.code, true)
    expect([401, 403]).toContain((await answer).status)
    expect([401, 403]).toContain((await reported.send('GET')).status)
    const left = await credential()
    await terminal.must('DELETE', '/api/v1/token')
    expect([401, 403]).toContain((await left.send('GET')).status)
    const again = await terminalOf(person)
    const last = new WireClient(await credentialFor({ terminal: again, person }, workspace))
    expect((await last.send('GET')).status).toBe(404)
    const removal = await owned.person.must('POST', `/api/v1/members/${id}/removal`, {})
    await owned.person.countersign(String(removal['code']))
    expect([401, 403]).toContain((await last.send('GET')).status)
    expect(((await owned.person.must('GET', '/api/v1/state/credentials'))['credentials'] as { status: string; person: { name: string } }[]).filter((one) => one.person.name === 'Olga Operator').map(({ status }) => status)).toEqual(['revoked', 'revoked', 'revoked', 'revoked'])
  })

  it('that ends while it is looked at is not taken for one that was written in: its last write is set aside, not refused', async () => {
    const owned = await ownedServer()
    const { id, password } = await credentialFor(owned, workspace)
    const { state } = owned.server.parts
    let end: (() => Promise<unknown>) | null = () => owned.terminal.must('DELETE', `/api/v1/state/credentials/${id}`)
    const read: typeof state.store.read = async (work) => {
      const answer = await state.store.read(work)
      const now = end
      end = null
      await now?.()
      return answer
    }
    const found = await authenticate({ ...state, store: { ...state.store, read } }, { username: id, password }, { address: '127.0.0.1', client: '' })
    expect(found).toMatchObject({ actor: { executor: id } })
    expect(await authenticate(state, { username: id, password }, { address: '127.0.0.1', client: '' })).toMatchObject({ standing: 'revoked' })
  })

  it('of a narrow tier reads only that', async () => {
    const owned = await ownedServer()
    await importState(owned, workspace, { serial: 1, resources: { a: 'canary-value-1' }, outputs: { url: { value: 'https://shop' } } })
    const client = new WireClient(await credentialFor(owned, workspace, { phase: 'apply', tier: 'outputs' }))
    expect(client.credential).toMatchObject({ phase: 'plan', tier: 'outputs' })
    const read = await client.send('GET')
    expect(read).toMatchObject({ status: 200, text: expect.stringContaining('https://shop') as string })
    expect(read.text).not.toContain('canary-value-1')
    expect([403, 409]).toContain((await client.lock(lockInfo())).status)
  })
})

describe('a reading', () => {
  it('gives the tier that was asked for, once, and is told of', async () => {
    const owned = await ownedServer()
    await importState(owned, workspace, { serial: 1, resources: { a: 'canary-value-2' }, outputs: { secret: { value: 'canary-secret-3', sensitive: true } } })
    const redacted = await askState(owned.terminal, { action: 'state.read-redacted', workspace, purpose: 'looking' })
    expect(redacted).toMatchObject({ status: 'allowed' })
    const body = (await redeemBytes(owned.terminal, redacted.id)).text
    expect(body).toContain('terraform_data')
    expect(body).not.toContain('canary-secret-3')
    expect((await redeemBytes(owned.terminal, redacted.id)).body).toMatchObject({ code: 'request_done' })
    const full = await done(owned.terminal, owned.person, { action: 'state.read', workspace, purpose: 'moving out' })
    expect((await owned.person.call('POST', `/api/v1/state/requests/${full.id}/redeem`)).body).toMatchObject({ code: 'wrong_channel' })
    expect((await redeemBytes(owned.terminal, full.id)).text).toContain('canary-secret-3')
    expect(await owned.person.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(workspace)}/reads`)).toMatchObject({
      reads: [{ version: 1, tier: 'full', purpose: 'moving out', person: { name: 'Ada Owner' }, source: '127.0.0.1' }, { tier: 'redacted', purpose: 'looking' }],
    })
  })
})
