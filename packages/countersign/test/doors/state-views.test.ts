/** What is shown of states: to whom, and never a value. */
import { describe, expect, it } from 'vitest'
import { parseTrust, verifyEvidence } from '@countersign/proof'
import { openStateKeys } from '../../src/platform/envelope/index.ts'
import { rewrapAll } from '../../src/doors/state/rewrap.ts'
import { ownedServer } from '../support/scratch-server.ts'
import { askState, credentialFor, done, importState, locked, named, redeemBytes, requestOf, stateText, WireClient } from '../support/states.ts'
import { recruit, terminalOf } from '../support/team.ts'

const canary = 'AKIAIOSFODNN7EXAMPLE'

describe('versions, differences, readings', () => {
  it('name addresses and never a value, and say where secrets were found and what to do', async () => {
    const owned = await ownedServer()
    const name = 'shop/prod'
    const api = `/api/v1/state/workspaces/${named(name)}`
    await importState(owned, name, { serial: 1, resources: { a: canary, b: '1' }, outputs: { key: { value: canary, sensitive: true } } })
    await importState(owned, name, { serial: 2, resources: { a: 'changed', c: '1' } })
    const shown = await Promise.all(['', '/versions', '/versions/1', '/diff?from=1&to=2', '/diff?from=0&to=1', '/quarantine', '/reads'].map((path) => owned.terminal.must('GET', `${api}${path}`)))
    expect(shown[2]).toMatchObject({ version: 1, secrets: expect.any(Number) as number, facts: { addresses: ['terraform_data.a', 'terraform_data.b'], outputs: [{ name: 'key', sensitive: true }], terraformVersion: '1.11.4' } })
    const { facts } = shown[2] as { facts: { secrets: { address: string; advice: string }[] } }
    expect(facts.secrets).toContainEqual(expect.objectContaining({ address: 'output.key', advice: expect.stringMatching(/\w/) as string }))
    expect(shown[3]).toMatchObject({ from: 1, to: 2, added: ['terraform_data.c'], changed: ['terraform_data.a'], removed: ['terraform_data.b'], outputs: { removed: ['key'] } })
    expect(shown[4]).toMatchObject({ added: ['terraform_data.a', 'terraform_data.b'] })
    expect(JSON.stringify(shown)).not.toContain(canary)
    expect((await owned.terminal.call('GET', `${api}/versions/9`)).body).toMatchObject({ code: 'version_not_found' })
    expect(await owned.terminal.must('GET', `${api}/versions?before=2&limit=1`)).toMatchObject({ versions: [{ version: 1, current: false }] })
  })

  it('of a workspace that somebody has no role over are not there for them', async () => {
    const owned = await ownedServer()
    await importState(owned, 'shop/prod', { serial: 1 })
    await importState(owned, 'other/prod/eu west', { serial: 1, lineage: 'lineage-2' })
    const { person } = await recruit(owned.person, 'Aud Auditor', 'auditor', 'shop')
    expect((await person.must('GET', '/api/v1/state/workspaces'))['workspaces']).toMatchObject([{ name: 'shop/prod' }])
    expect((await owned.person.must('GET', '/api/v1/state/workspaces'))['workspaces']).toMatchObject([{ name: 'other/prod/eu west' }, { name: 'shop/prod' }])
    for (const path of ['', '/versions', '/versions/1', '/diff?from=0&to=1', '/quarantine', '/reads']) {
      expect((await person.call('GET', `/api/v1/state/workspaces/${named('other/prod/eu west')}${path}`)).body, path).toMatchObject({ code: 'workspace_not_found' })
      expect((await person.call('GET', `/api/v1/state/workspaces/${named('shop/prod')}${path}`)).status, path).toBe(200)
    }
    const asked = await askState(owned.terminal, { action: 'state.rollback', workspace: 'other/prod/eu west', version: 1 }).catch((error: unknown) => String(error))
    expect(asked).toContain('version_current')
    const others = await askState(owned.terminal, { action: 'state.read', workspace: 'other/prod/eu west' })
    expect((await person.call('GET', `/api/v1/state/requests/${others.id}`)).body).toMatchObject({ code: 'request_not_found' })
    expect((await person.call('POST', '/api/v1/state/requests', { action: 'state.rollback', workspace: 'shop/prod', version: 1 })).body).toMatchObject({ code: 'not_permitted' })
    const { person: operator } = await recruit(owned.person, 'Olga Operator', 'operator', 'shop')
    const terminal = await terminalOf(operator)
    expect((await terminal.call('POST', '/api/v1/state/requests', { action: 'state.read', workspace: 'other/prod/eu west' })).body).toMatchObject({ code: 'not_permitted' })
    expect((await terminal.call('POST', `/api/v1/state/requests/${others.id}/redeem`)).body).toMatchObject({ code: 'request_not_found' })
    const long = `shop/${'ü'.repeat(150)}/${'日'.repeat(49)}`
    await importState(owned, long, { serial: 1, lineage: 'lineage-3' })
    expect(await person.must('GET', `/api/v1/state/workspaces/${named(long)}/versions/1`)).toMatchObject({ version: 1 })
    for (const workspace of ['shop', 'shop/..', 'shop/a\\b', 'shop/\u202eabc', `shop/${'x'.repeat(201)}`, 'sh op/x']) {
      expect((await terminal.call('POST', '/api/v1/state/requests', { action: 'state.read', workspace })).body, workspace).toMatchObject({ code: 'invalid_request' })
    }
  })
})

describe('evidence of what was done to a state', () => {
  it('holds for a rollback, and says what came of it', async () => {
    const owned = await ownedServer()
    await importState(owned, 'shop/prod', { serial: 1 })
    await importState(owned, 'shop/prod', { serial: 2, resources: { a: '1' } })
    const rolled = await done(owned.person, owned.person, { action: 'state.rollback', workspace: 'shop/prod', version: 1 })
    const bundle = await owned.terminal.must('GET', `/api/v1/state/requests/${rolled.id}/evidence`)
    const trust = JSON.stringify(await owned.terminal.must('GET', '/api/v1/trust'))
    const verdict = await verifyEvidence(JSON.stringify(bundle), parseTrust(trust))
    expect(verdict).toMatchObject({ effect: { outcome: 'applied' }, consent: { who: [{ how: 'self step-up', person: { name: 'Ada Owner' } }] } })
    expect(JSON.stringify(verdict)).toContain('state.rolled-back')
  })
})

describe('waiting', () => {
  it('wakes for a request at once, also for one that terraform makes, and for its answer', async () => {
    const owned = await ownedServer()
    const client = new WireClient(await credentialFor(owned, 'shop/prod'))
    const { version } = (await owned.person.must('GET', '/api/v1/state/waiting')) as { version: number }
    const woken = owned.person.must('GET', `/api/v1/state/waiting?wait=20&since=${version}`)
    const lock = await locked(owned, client)
    expect(await woken).toMatchObject({ requests: [{ action: 'state.write', workspace: 'shop/prod', status: 'waiting' }] })
    await client.unlock(lock)
    const asked = await askState(owned.terminal, { action: 'state.credential', workspace: 'shop/prod', phase: 'plan' })
    const settled = owned.terminal.must('GET', `/api/v1/state/requests/${asked.id}?wait=20&since=${asked.version}`)
    await owned.person.deny(asked.code)
    expect(await settled).toMatchObject({ status: 'denied' })
    expect((await owned.terminal.call('POST', `/api/v1/state/requests/${asked.id}/redeem`)).body).toMatchObject({ code: 'challenge_denied' })
    expect((await requestOf(owned.terminal, asked.id)).status).toBe('denied')
  })
})

describe('the keys of states', () => {
  it('are rotated without anything being read: every state opens with the new one', async () => {
    const owned = await ownedServer()
    await importState(owned, 'shop/prod', { serial: 1, resources: { a: '1' } })
    await importState(owned, 'shop/prod', { serial: 2, resources: { a: '2' } })
    const { state } = owned.server.parts
    const before = state.keys.current()
    // As the command does it, beside the running server.
    const folder = await openStateKeys({ dataDir: owned.dataDir, protection: 'file', passphrase: null, clock: state.clock, random: state.random })
    await folder.rotate()
    const told: { done: number; remaining: number }[] = []
    await rewrapAll(state, ({ done: wrapped, remaining, failed }) => {
      expect(failed).toEqual([])
      told.push({ done: wrapped, remaining })
    })
    expect(told).toEqual([{ done: 4, remaining: 0 }])
    expect(state.keys.current()).not.toBe(before)
    const keks = await state.store.read((db) => db.selectFrom('state_body').select('kek').distinct().execute())
    expect(keks).toEqual([{ kek: state.keys.current() }])
    const read = await done(owned.terminal, owned.person, { action: 'state.read', workspace: 'shop/prod' })
    expect((await redeemBytes(owned.terminal, read.id)).text).toBe(stateText({ serial: 2, resources: { a: '2' } }))
  })
})
