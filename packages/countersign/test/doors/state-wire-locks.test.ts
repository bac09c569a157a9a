/** Locks over the wire: who gets one, what it is good for, and how it ends; and reading without one. */
import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { ownedUntil, take, wireServer, withState, workspaceOf } from '../support/state-owned.ts'
import { countersignNext, credentialFor, get, lock, lockInfo, post, send, stateText, unlock, waiting } from '../support/state-wire.ts'

const { owned } = wireServer()

describe('LOCK', () => {
  it('is held open while the person decides; to a client that has left nothing is granted, until the same ID comes again', async () => {
    const { person, terminal } = await ownedServer({ stateLimits: { holdSeconds: 30 } })
    const credential = await credentialFor(person, terminal, 'shop/prod')
    const asking = lock(credential, lockInfo())
    const { code } = await waiting(terminal, ({ action }) => action === 'state.write')
    await person.countersign(code)
    expect((await asking).status).toBe(200)
    const [left, gone] = [await credentialFor(person, terminal, 'shop/left'), new AbortController()]
    const info = lockInfo()
    const abandoned = lock(left, info, { signal: gone.signal }).catch(() => null)
    const again = await waiting(terminal, ({ action }) => action === 'state.write')
    gone.abort()
    await abandoned
    await person.countersign(again.code)
    expect(await terminal.must('GET', `/api/v1/state/requests/${again.id}`)).toMatchObject({ status: 'granted' })
    expect((await lock(left, info)).status).toBe(200)
  })

  it('is answered 423 when the time is over, with the link to countersign in place of an ID; the same ID goes on, another is another question', async () => {
    const of = await owned()
    const info = lockInfo()
    const first = await lock(of.credential, info)
    expect(first).toMatchObject({ status: 423, body: { ID: expect.stringMatching(new RegExp(`^${of.url}/c/[0-9A-Z-]{14}$`)) as string } })
    expect((await lock(of.credential, info)).body['ID']).toBe(first.body['ID'])
    const other = await lock(of.credential, lockInfo())
    expect(other.body['ID']).not.toBe(first.body['ID'])
    await of.person.countersign(String(first.body['ID']).split('/c/')[1] ?? '')
    expect((await lock(of.credential, info)).status).toBe(200)
  })

  it('of somebody else shows who holds it since when, and never the ID that was taken', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    const second = await credentialFor(of.person, of.terminal, of.name)
    const answer = await lock(second, lockInfo())
    expect(answer).toMatchObject({ status: 423, body: { ID: expect.stringMatching(/\/workspaces\/shop%2Fw\d+-prod held by Ada Owner since \d\d:\d\d UTC$/) as string, Operation: '', Path: '' } })
    expect(answer.text).not.toContain(info.ID)
  })

  it('at the same moment as the victim\'s never rides on the touch for it', async () => {
    const { person, credential } = await owned()
    const [victim, thief] = [lockInfo(), lockInfo()]
    const codes = (await Promise.all([lock(credential, victim), lock(credential, thief)])).map(({ body }) => String(body['ID']).split('/c/')[1] ?? '')
    expect(new Set(codes).size).toBe(2)
    const statement = async (code: string) => JSON.parse(String((await person.must('GET', `/api/v1/ceremonies/${code}`))['subject'])) as { lock: { digest: string } }
    expect((await statement(codes[0] ?? '')).lock.digest).toBe(createHash('sha256').update(victim.ID).digest('hex'))
    await person.countersign(codes[0] ?? '')
    expect([(await lock(credential, thief)).status, (await lock(credential, victim)).status, (await lock(credential, thief)).status]).toEqual([423, 200, 423])
  })

  it('for a plan passes where the policy lets it, reads, and never writes', async () => {
    const of = await owned('dev')
    const plan = await credentialFor(of.person, of.terminal, of.name, 'plan')
    const info = lockInfo('OperationTypePlan')
    expect((await lock(plan, info)).status).toBe(200)
    expect(await post(plan, info.ID, stateText(1, 'l'))).toMatchObject({ status: 403, body: { code: 'lock_read_only' } })
    expect((await unlock(plan, info)).status).toBe(200)
    expect(await lock(plan, lockInfo('OperationTypeApply'))).toMatchObject({ status: 403, body: { code: 'credential_scope' } })
    expect((await get(plan)).status).toBe(404)
  })

  it('that was denied stays denied, and nobody is asked again for it', async () => {
    const of = await owned()
    const info = lockInfo()
    await lock(of.credential, info)
    const { code } = await waiting(of.terminal, ({ action }) => action === 'state.write')
    await of.person.deny(code)
    expect([await lock(of.credential, info), await lock(of.credential, info)]).toMatchObject([{ status: 403, body: { code: 'challenge_denied' } }, { status: 403 }])
  })

  it('is refused for a body that is no LockInfo', async () => {
    const { credential } = await owned()
    const bad: [string, number][] = [['', 400], ['{}', 400], ['[]', 400], ['{"ID":1}', 400], [`{"ID":"${randomUUID()}","ID":"${randomUUID()}"}`, 400], [JSON.stringify({ ...lockInfo(), Who: 7 }), 400], [JSON.stringify({ ...lockInfo(), Info: 'x'.repeat(9000) }), 413], ['{"ID":"a\\u0000bcdefgh"}', 400]]
    for (const [body, status] of bad) expect([(await send('LOCK', credential.address, credential, { body })).status, body.slice(0, 20)]).toEqual([status, body.slice(0, 20)])
  })
})

describe('a lock', () => {
  it('is good for four reads, from its own address', async () => {
    const of = await owned()
    await withState(of)
    const info = await take(of, of.credential)
    expect((await get(of.credential, { localAddress: '127.0.0.2' })).status).toBe(503)
    const reads = [await get(of.credential), await get(of.credential), await get(of.credential), await get(of.credential), await get(of.credential)]
    expect(reads.map(({ status }) => status)).toEqual([200, 200, 200, 200, 503])
    await unlock(of.credential, info)
  })

  it('outlives its credential until UNLOCK, which then ends', async () => {
    const clock = new HandClock()
    const of = await ownedUntil(clock)
    const info = await take(of, of.credential)
    clock.time += 9 * 3600_000
    expect((await post(of.credential, info.ID, stateText(1, 'late'))).status).toBe(200)
    expect((await get(of.credential)).status).toBe(200)
    expect((await unlock(of.credential, info)).status).toBe(200)
    expect(await get(of.credential)).toMatchObject({ status: 401, body: { code: 'credential_expired' } })
    expect((await lock(of.credential, lockInfo())).status).toBe(401)
  })

  it('past its cap writes into quarantine, and keeps nobody else out', async () => {
    const clock = new HandClock()
    const of = await ownedUntil(clock)
    const info = await take(of, of.credential)
    clock.time += 25 * 3600_000
    expect((await post(of.credential, info.ID, stateText(1, 'late'))).status).toBe(200)
    await of.person.signIn()
    expect(await of.person.must('GET', '/api/v1/state/workspaces/shop%2Fprod')).toMatchObject({ version: 0, frozen: { why: expect.stringContaining('longer than allowed') as string }, quarantined: 1 })
  })

  it('that was ended takes a last write for as long as a lock may be held, and no longer', async () => {
    const clock = new HandClock()
    const of = await ownedUntil(clock)
    const info = await take(of, of.credential)
    expect((await send('UNLOCK', of.credential.address, of.credential)).status).toBe(503)
    await countersignNext(of.person, of.terminal, 'state.force-unlock')
    clock.time += 25 * 3600_000
    expect(await post(of.credential, info.ID, stateText(1, 'much too late'))).toMatchObject({ body: { code: 'lock_required' } })
    await of.person.signIn()
    expect(await of.person.must('GET', '/api/v1/state/workspaces/shop%2Fprod')).toMatchObject({ version: 0, frozen: null, quarantined: 0 })
  })

  it('is released by the holder\'s whole LockInfo alone; twice is once', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    const thief = await credentialFor(of.person, of.terminal, of.name)
    const others = [await unlock(thief, info), await send('UNLOCK', of.credential.address, of.credential), await send('UNLOCK', of.credential.address, of.credential, { body: JSON.stringify({ ID: info.ID }) })]
    expect(others.map(({ status, body }) => [status, body['code']])).toEqual(others.map(() => [503, 'countersignature_awaited']))
    expect(await unlock(of.credential, lockInfo())).toMatchObject({ status: 400, body: { code: 'lock_invalid' } })
    expect(await workspaceOf(of)).toMatchObject({ lock: { mode: 'write' } })
    expect([(await unlock(of.credential, info)).status, (await unlock(of.credential, info)).status]).toEqual([200, 200])
  })

  it('is ended by somebody else\'s touch, and what its holder writes then goes to quarantine', async () => {
    const of = await owned()
    const before = await withState(of)
    const info = await take(of, of.credential)
    expect((await send('UNLOCK', of.credential.address, of.credential)).status).toBe(503)
    await countersignNext(of.person, of.terminal, 'state.force-unlock')
    expect(await workspaceOf(of)).toMatchObject({ lock: null, frozen: null })
    // Terraform comes again for its answer.
    expect((await send('UNLOCK', of.credential.address, of.credential)).status).toBe(200)
    const last = stateText(2, 'first-lineage')
    expect([(await post(of.credential, info.ID, last)).status, (await post(of.credential, info.ID, last)).status]).toEqual([200, 200])
    expect(await workspaceOf(of)).toMatchObject({ version: 1, serial: 1, quarantined: 1, frozen: { why: 'its lock was ended by somebody' } })
    expect((await unlock(of.credential, info)).status).toBe(200)
    // Frozen: nobody writes, and reading goes on.
    expect(await lock(of.credential, lockInfo())).toMatchObject({ status: 423, body: { ID: expect.stringContaining('/quarantine') as string } })
    await take(of, of.credential, lockInfo('OperationTypePlan'))
    expect((await get(of.credential)).text).toBe(before)
  })
})

describe('reading without a lock', () => {
  it('waits for a person, and is then good for two GETs from that address, for a while', async () => {
    const clock = new HandClock()
    const of = await ownedUntil(clock)
    const text = await withState(of)
    const touch = async () => of.person.countersign((await waiting(of.terminal, ({ action, source }) => action === 'state.read' && source === '127.0.0.1')).code)
    const first = await get(of.credential)
    expect(first).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: { code: 'countersignature_awaited' } })
    await touch()
    expect((await get(of.credential, { localAddress: '127.0.0.2' })).status).toBe(503)
    expect(await get(of.credential)).toMatchObject({ status: 200, text })
    expect((await get(of.credential)).status).toBe(200)
    expect((await get(of.credential)).status).toBe(503)
    await touch()
    expect((await get(of.credential)).status).toBe(200)
    clock.time += 3 * 60_000
    expect((await get(of.credential)).status).toBe(503)
  })

  it('that was denied is refused, and asks nobody again; reported, the credential ends', async () => {
    const of = await owned()
    await withState(of)
    const other = await credentialFor(of.person, of.terminal, of.name)
    await get(other)
    await of.person.deny((await waiting(of.terminal, ({ action }) => action === 'state.read')).code)
    expect([await get(other), await get(other)]).toMatchObject([{ status: 403, body: { code: 'challenge_denied' } }, { status: 403 }])
    await get(of.credential)
    const { code } = await waiting(of.terminal, ({ action }) => action === 'state.read')
    await of.person.deny(code, true)
    expect((await get(of.credential)).status).toBe(401)
    expect((await lock(of.credential, lockInfo())).status).toBe(401)
    expect(await of.terminal.call('GET', '/api/v1/state/workspaces')).toMatchObject({ status: 200 })
  })

  it('gives what the credential is for: outputs, or the state without its secrets', async () => {
    const of = await owned('dev')
    const secret = 'hunter2-canary-value'
    const text = stateText(1, 'tiers', { url: 'https://example' }).replace('"value":"v1"', `"value":"v1","password":"${secret}"`)
    const info = await take(of, of.credential)
    expect((await post(of.credential, info.ID, text)).status).toBe(200)
    const outputs = await credentialFor(of.person, of.terminal, of.name, 'plan', 'outputs')
    const redacted = await credentialFor(of.person, of.terminal, of.name, 'plan', 'redacted')
    const seen = [await get(outputs), await get(redacted)]
    expect(seen.map(({ status }) => status)).toEqual([200, 200])
    expect(seen[0]?.body).toMatchObject({ outputs: { url: { value: 'https://example' } }, resources: [] })
    expect(seen.map(({ text: body }) => body.includes(secret))).toEqual([false, false])
    expect((await lock(outputs, lockInfo('OperationTypePlan'))).status).toBe(403)
  })
})
