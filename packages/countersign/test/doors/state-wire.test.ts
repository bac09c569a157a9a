/** The state door over the wire, through its real HTTP server: as curl would speak to it, and a thief with curl. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sealedTables } from '../../src/doors/state/sealed-tables.ts'
import { newPassword, passwordHash } from '../../src/doors/state/secret.ts'
import { newId } from '../../src/platform/ids.ts'
import { take, versionsOf, wireServer, withState, workspaceOf } from '../support/state-owned.ts'
import { countersignNext, credentialFor, get, lockInfo, post, send, stateText, unlock } from '../support/state-wire.ts'

const { owned, server } = wireServer()

describe('a state', () => {
  it('is locked, written, read and unlocked by the one who countersigned, and by nobody before', async () => {
    const of = await owned()
    const { credential } = of
    expect((await get(credential)).status).toBe(404)
    const info = await take(of, credential)
    const text = stateText(1, randomUUID())
    expect(await post(credential, info.ID, text)).toMatchObject({ status: 200, text: '' })
    expect(await get(credential)).toMatchObject({ status: 200, text, headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) } })
    expect((await unlock(credential, info)).status).toBe(200)
    expect(await versionsOf(of)).toMatchObject([{ version: 1, current: true, serial: 1, evidence: expect.stringMatching(/^[0-9A-Z-]{12,14}$/) as string }])
  })

  it('is the same for the three styles of locking', async () => {
    const of = await owned()
    const styles: [string, string, string, string][] = [
      ['LOCK', of.credential.address, 'UNLOCK', of.credential.address],
      ['POST', of.credential.lockAddress, 'DELETE', of.credential.lockAddress],
      ['PUT', of.credential.lockAddress, 'DELETE', of.credential.lockAddress],
    ]
    for (const [at, [locking, lockAt, unlocking, unlockAt]] of styles.entries()) {
      const body = JSON.stringify(lockInfo())
      const text = stateText(at + 1, 'styles')
      expect((await send(locking, lockAt, of.credential, { body })).status).toBe(423)
      await countersignNext(of.person, of.terminal, 'state.write')
      expect((await send(locking, lockAt, of.credential, { body })).status).toBe(200)
      expect((await send(at === 0 ? 'PUT' : 'POST', `${of.credential.address}?ID=${(JSON.parse(body) as { ID: string }).ID}`, of.credential, { body: text })).status).toBe(200)
      expect((await send(unlocking, unlockAt, of.credential, { body })).status).toBe(200)
    }
    expect(await workspaceOf(of)).toMatchObject({ version: 3, serial: 3, lock: null })
  })

  it('takes a write once, though it comes twice, and an equal one as what it is', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    const text = stateText(4, 'twice')
    expect([(await post(of.credential, info.ID, text)).status, (await post(of.credential, info.ID, text)).status]).toEqual([200, 200])
    expect(await versionsOf(of)).toHaveLength(1)
  })
})

describe('a credential', () => {
  it('is asked for with Basic, and no other token, id or password is one', async () => {
    const of = await owned()
    const { credential } = of
    const wrong: Record<string, string>[] = [
      {}, { authorization: `Bearer ${of.terminal.token}` }, { authorization: `DPoP ${of.terminal.token}` }, { authorization: 'Basic ???' }, { authorization: `Basic ${Buffer.from('no colon').toString('base64')}` },
      ...[[credential.username, `${credential.password}x`], [credential.username, ''], ['stc_00000000000000000000000000000000', credential.password], ['ada', credential.password]]
        .map((pair) => ({ authorization: `Basic ${Buffer.from(pair.join(':')).toString('base64')}` })),
    ]
    for (const headers of wrong) {
      const answer = await send('GET', credential.address, null, { headers })
      expect([answer.status, answer.body['code'], answer.headers['www-authenticate']]).toEqual([401, 'credential_required', 'Basic realm="countersign state", charset="UTF-8"'])
    }
    for (const path of ['/api/v1/runs', '/api/v1/state/workspaces', '/api/v1/state/waiting', '/oidc/me']) expect((await send('GET', `${of.url}${path}`, credential)).status).toBeGreaterThanOrEqual(400)
    expect((await send('GET', `${of.url}/api/v1/runs`, null, { headers: { authorization: `DPoP ${credential.password}`, dpop: 'x' } })).status).toBe(401)
  })

  it('is for one workspace, and refused before a body is received', async () => {
    const of = await owned()
    const elsewhere = of.credential.address.replace('/w', '/other')
    expect(await send('GET', elsewhere, of.credential)).toMatchObject({ status: 403, body: { code: 'credential_scope' } })
    const big = Buffer.alloc(8 << 20, 0x20)
    const refused = await send('POST', `${of.credential.address}?ID=x`, null, { body: big }).catch(() => ({ status: 401 }))
    expect(refused.status).toBe(401)
  })

  it('that is guessed is a load for nobody: after thirty wrong ones 429, and the right one still works', async () => {
    const of = await owned()
    const statuses = new Set<number>()
    for (let tries = 0; tries < 35; tries++) statuses.add((await send('GET', of.credential.address, { username: of.credential.username, password: `cst_${'A'.repeat(42)}${tries % 10}` }, { localAddress: '127.0.0.9' })).status)
    expect([...statuses]).toEqual([401, 429])
    expect((await get(of.credential)).status).toBe(404)
    const { entries } = await of.terminal.must('GET', '/api/v1/ledger/entries?from=0&limit=500') as { entries: { leaf: string }[] }
    expect(entries.filter(({ leaf }) => leaf.includes('"state.refused"') && leaf.includes(of.credential.id))).toHaveLength(1)
  })
})

describe('names', () => {
  const address = (url: string, project: string, name: string): string => `${url}/state/v1/${project}/${name}`
  it('of any script, with dots, spaces and slashes, are workspaces of their own', async () => {
    const of = await owned()
    for (const name of ['a.b.c', 'with space', 'eu/west/1', 'größe', '本番', 'a'.repeat(200), '-', 'x%41', 'lock']) {
      const credential = await credentialFor(of.person, of.terminal, `shop/${name}`)
      expect(credential.address).toBe(address(of.url, 'shop', encodeURIComponent(name)))
      expect([(await get(credential)).status, name]).toEqual([404, name])
    }
  })

  it('that are none are refused as such, whoever asks', async () => {
    const { url, credential } = await owned()
    const bad = ['a'.repeat(201), 'a'.repeat(1000), encodeURIComponent('本'.repeat(1000)), '..', '.', '%2e%2e', 'a%2f..%2fb', 'a%2f%2fb', '%ff', 'a%5cb', '%e2%80%aeabc', 'a%0ab', 'e%CC%81', '', 'a/b/c/d', 'a/b']
    const seen = []
    for (const name of bad) {
      const answer = await send('GET', address(url, 'shop', name), credential)
      seen.push([name.slice(0, 30), answer.status, answer.body['code']])
    }
    expect(seen).toEqual(bad.map((name) => [name.slice(0, 30), 400, name === '%ff' ? expect.stringMatching(/^(workspace_name_invalid|invalid_request)$/) : 'workspace_name_invalid']))
    expect((await send('GET', address(url, 'a'.repeat(65), 'x'), credential)).body['code']).toBe('workspace_name_invalid')
    expect(await send('GET', address(url, 'shop', 'a%00b'), credential)).toMatchObject({ status: 400 })
  })
})

it('DELETE takes the whole state after a touch, and nothing before it', async () => {
  const of = await owned()
  await withState(of)
  expect((await send('DELETE', of.credential.address, of.credential)).status).toBe(503)
  expect(await workspaceOf(of)).toMatchObject({ version: 1 })
  const code = await countersignNext(of.person, of.terminal, 'state.delete')
  const { subject } = await of.person.must('GET', `/api/v1/ceremonies/${code}`) as { subject: string }
  expect(JSON.parse(subject)).toMatchObject({ whole: true, state: { version: 1 }, changes: { removed: 1, addresses: [{ address: 'terraform_data.x', change: 'removed' }] }, lasts: 30 * 86_400 })
  expect((await send('DELETE', of.credential.address, of.credential)).status).toBe(200)
  expect((await get(of.credential)).status).toBe(404)
})

it('what happens is in the ledger, and no secret, lock ID or password anywhere', async () => {
  const of = await owned()
  const canary = `canary-${randomUUID()}`
  const info = await take(of, of.credential)
  expect((await post(of.credential, info.ID, stateText(1, 'l', { password: canary }))).status).toBe(200)
  expect((await get(of.credential)).text).toContain(canary)
  await post(of.credential, info.ID, stateText(1, 'm', { password: canary }))
  await unlock(of.credential, info)
  await post(of.credential, 'nothing', '{}')
  const { entries } = await of.terminal.must('GET', '/api/v1/ledger/entries?from=0&limit=500') as { entries: { leaf: string; details: string }[] }
  const types = new Set(entries.map(({ leaf }) => (JSON.parse(leaf) as { type: string }).type))
  for (const type of ['state.locked', 'state.head.write', 'state.read', 'state.quarantined', 'state.frozen', 'state.unlocked', 'state.refused']) expect([type, types.has(type)]).toEqual([type, true])
  const all = JSON.stringify(entries)
  for (const secret of [canary, info.ID, of.credential.password]) expect(all).not.toContain(secret)
  const tables = await of.server.parts.base.store.read(async (db) => JSON.stringify([
    await db.selectFrom('state_version').selectAll().execute(), await db.selectFrom('state_lock_ended').selectAll().execute(), await db.selectFrom('state_request').selectAll().execute(),
    await db.selectFrom('state_credential').selectAll().execute(), await db.selectFrom('state_body').selectAll().execute(), (await db.selectFrom('state_piece').selectAll().execute()).map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
  ]))
  for (const secret of [canary, info.ID, of.credential.password]) expect(tables).not.toContain(secret)
})

it('fifty new workspaces at once all begin: locks that a policy lets pass, and first writes under locks that are held', async () => {
  const { server: running, person } = server()
  const { store, clock, random, rowMacs } = running.parts.base
  const names = Array.from({ length: 50 }, (_, at) => `fifty/w${at}-dev`)
  const holder = (await store.read(async (db) => running.parts.identity.people.all(db)))[0]?.id ?? ''
  const made = names.map((name) => ({ name, id: newId('stc', clock, random), password: newPassword(random), info: lockInfo('OperationTypePlan') }))
  await store.write(async (tx) => {
    for (const { name, id, password } of made) {
      await tx.insertInto('state_credential').values(rowMacs.seal(sealedTables.credential, {
        id, secret_hash: passwordHash(password), workspace_name: name, phase: 'apply', tier: 'full', person: holder, person_name: 'Ada', executor: 'x'.repeat(43), run: '', request: '',
        created_at: clock.now(), expires_at: clock.now() + 3600_000, revoked_at: null, revoked_why: '', last_used_at: null, last_source: '',
      })).execute()
    }
  })
  const address = (name: string): string => `${person.url}/state/v1/${name}`
  const locks = await Promise.all(made.map(({ name, id, password, info }) => send('LOCK', address(name), { username: id, password }, { body: JSON.stringify(info) })))
  expect(new Set(locks.map(({ status }) => status))).toEqual(new Set([200]))
  await store.write(async (tx) => {
    for (const lock of await tx.selectFrom('state_lock').selectAll().where('credential', 'in', made.map(({ id }) => id)).execute()) {
      await tx.updateTable('state_lock').set(rowMacs.seal(sealedTables.lock, { ...lock, mode: 'write' })).where('id', '=', lock.id).execute()
    }
  })
  const writes = await Promise.all(made.map(({ name, id, password, info }) => send('POST', `${address(name)}?ID=${info.ID}`, { username: id, password }, { body: stateText(1, name) })))
  expect(new Set(writes.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 ']))
})
