/** The state door over the wire, through its real HTTP server: as curl would speak to it, and a thief with curl. */
import { createHash, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { sealedTables } from '../../src/doors/state/sealed-tables.ts'
import { newPassword, passwordHash } from '../../src/doors/state/secret.ts'
import { newId } from '../../src/platform/ids.ts'
import type { Tx } from '../../src/platform/store/store.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { sharedServer } from '../support/shared-server.ts'
import { countersignNext, credentialFor, get, lock, lockInfo, post, send, stateText, unlock, waiting } from '../support/state-wire.ts'
import type { Credential } from '../support/state-wire.ts'

/** Nobody is waited for, and what is larger than a megabyte is too large. */
const server = sharedServer({ stateLimits: { holdSeconds: 0, largest: 1 << 20 } })
let workspaces = 0

/** A workspace of its own, and a credential to apply in it. */
async function owned(environment = 'prod') {
  const name = `shop/w${++workspaces}-${environment}`
  return { ...server(), name, credential: await credentialFor(server().person, server().terminal, name) }
}

/** The same on a server of its own, whose clock is moved by hand. */
async function ownedUntil(clock: HandClock) {
  const scratch = await ownedServer({ clock, stateLimits: { holdSeconds: 0 } })
  return { ...scratch, name: 'shop/prod', credential: await credentialFor(scratch.person, scratch.terminal, 'shop/prod') }
}
type Owned = Awaited<ReturnType<typeof owned>>

/** LOCK, the touch, LOCK again: what terraform does with -lock-timeout. */
async function take({ person, terminal }: Pick<Owned, 'person' | 'terminal'>, credential: Credential, info = lockInfo(), sent: Parameters<typeof lock>[2] = {}) {
  expect((await lock(credential, info, sent)).status).toBe(423)
  await countersignNext(person, terminal, info.Operation === 'OperationTypePlan' ? 'state.plan' : 'state.write')
  expect((await lock(credential, info, sent)).status).toBe(200)
  return info
}

/** A state of this lineage is current, at serial 1, and nobody holds the lock. */
async function withState(of: Pick<Owned, 'person' | 'terminal' | 'credential'>, lineage = 'first-lineage', text = stateText(1, lineage)): Promise<string> {
  const info = await take(of, of.credential)
  expect((await post(of.credential, info.ID, text)).status).toBe(200)
  expect((await unlock(of.credential, info)).status).toBe(200)
  return text
}

const versions = async ({ terminal, name }: Pick<Owned, 'terminal' | 'name'>) =>
  (await terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}/versions`))['versions'] as { version: number; status: string; current: boolean; serial: number; why: string; evidence: string }[]
const workspace = ({ terminal, name }: Pick<Owned, 'terminal' | 'name'>) => terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}`)

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
    expect(await versions(of)).toMatchObject([{ version: 1, current: true, serial: 1, evidence: expect.stringMatching(/^[0-9A-Z-]{12,14}$/) as string }])
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
    expect(await workspace(of)).toMatchObject({ version: 3, serial: 3, lock: null })
  })

  it('takes a write once, though it comes twice, and an equal one as what it is', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    const text = stateText(4, 'twice')
    expect([(await post(of.credential, info.ID, text)).status, (await post(of.credential, info.ID, text)).status]).toEqual([200, 200])
    expect(await versions(of)).toHaveLength(1)
  })
})

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
    expect(await workspace(of)).toMatchObject({ lock: { mode: 'write' } })
    expect([(await unlock(of.credential, info)).status, (await unlock(of.credential, info)).status]).toEqual([200, 200])
  })

  it('is ended by somebody else\'s touch, and what its holder writes then goes to quarantine', async () => {
    const of = await owned()
    const before = await withState(of)
    const info = await take(of, of.credential)
    expect((await send('UNLOCK', of.credential.address, of.credential)).status).toBe(503)
    await countersignNext(of.person, of.terminal, 'state.force-unlock')
    expect(await workspace(of)).toMatchObject({ lock: null, frozen: null })
    // Terraform comes again for its answer.
    expect((await send('UNLOCK', of.credential.address, of.credential)).status).toBe(200)
    const last = stateText(2, 'first-lineage')
    expect([(await post(of.credential, info.ID, last)).status, (await post(of.credential, info.ID, last)).status]).toEqual([200, 200])
    expect(await workspace(of)).toMatchObject({ version: 1, serial: 1, quarantined: 1, frozen: { why: 'its lock was ended by somebody' } })
    expect((await unlock(of.credential, info)).status).toBe(200)
    // Frozen: nobody writes, and reading goes on.
    expect(await lock(of.credential, lockInfo())).toMatchObject({ status: 423, body: { ID: expect.stringContaining('/quarantine') as string } })
    await take(of, of.credential, lockInfo('OperationTypePlan'))
    expect((await get(of.credential)).text).toBe(before)
  })
})

describe('a write', () => {
  const wrong: [string, (text: string) => string, string][] = [
    ['another lineage', () => stateText(9, 'other-lineage'), 'it has another lineage'],
    ['a serial that went back', () => stateText(4, 'first-lineage'), 'its serial went back'],
    ['the serial that is current, over other bytes', () => stateText(5, 'first-lineage', {}, 'x'), 'its serial is that of the current version'],
  ]
  for (const [what, text, why] of wrong) {
    it(`with ${what} is set aside, and never current`, async () => {
      const of = await owned()
      const current = await withState(of, 'first-lineage', stateText(5, 'first-lineage'))
      const info = await take(of, of.credential)
      expect((await post(of.credential, info.ID, text(current))).status).toBe(200)
      expect(await workspace(of)).toMatchObject({ version: 1, serial: 5, quarantined: 1, frozen: { why } })
      expect((await get(of.credential)).text).toBe(current)
    })
  }

  it('of a revoked credential is set aside', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    await of.terminal.must('DELETE', `/api/v1/state/credentials/${of.credential.id}`)
    expect((await post(of.credential, info.ID, stateText(1, 'l'))).status).toBe(200)
    expect(await workspace(of)).toMatchObject({ version: 0, quarantined: 1 })
    expect((await get(of.credential)).status).toBe(401)
  })

  it('without the lock, with another\'s, or from elsewhere changes nothing', async () => {
    const of = await owned()
    await withState(of)
    const next = stateText(2, 'first-lineage')
    const code = async (answer: ReturnType<typeof post>) => [(await answer).status, (await answer).body['code']]
    expect(await code(post(of.credential, '', next))).toEqual([409, 'lock_required'])
    const info = await take(of, of.credential)
    const thief = await credentialFor(of.person, of.terminal, of.name)
    const stranger = await lock(thief, lockInfo())
    expect(await code(post(thief, String(stranger.body['ID']), next))).toEqual([409, 'lock_required'])
    expect(await code(post(thief, info.ID, next))).toEqual([409, 'lock_required'])
    expect(await code(post(of.credential, '', next))).toEqual([409, 'lock_required'])
    expect(await workspace(of)).toMatchObject({ version: 1, quarantined: 0, frozen: null })
    // With everything but the machine: set aside, because it may be the holder's laptop on another network.
    expect((await post(of.credential, info.ID, next, { localAddress: '127.0.0.2' })).status).toBe(200)
    expect(await workspace(of)).toMatchObject({ version: 1, quarantined: 1, frozen: { why: 'it came from another address than the lock' } })
  })

  it('that cannot be read changes nothing, says why, and leaves the lock as it is', async () => {
    const of = await owned()
    await withState(of)
    const info = await take(of, of.credential)
    const deep = `{"version":4,"serial":2,"lineage":"first-lineage","outputs":{"deep":{"value":${'['.repeat(100_000)}${']'.repeat(100_000)}}},"resources":[]}`
    const whole = stateText(2, 'first-lineage')
    const bad: [string, string, Parameters<typeof post>[3], number, string][] = [
      ['empty', '', {}, 400, 'state_empty'],
      ['not JSON', 'hello', {}, 400, 'state_not_json'],
      ['truncated', whole.slice(0, -5), {}, 400, 'state_truncated'],
      ['duplicate keys', whole.replace('"serial":2', '"serial":1,"serial":2'), {}, 400, 'state_duplicate_key'],
      ['nested 100,000 deep', deep, {}, 400, 'state_too_deep'],
      ['another MD5', whole, { headers: { 'content-md5': Buffer.alloc(16).toString('base64') } }, 400, 'body_digest_mismatch'],
      ['an MD5 that is none', whole, { headers: { 'content-md5': '???' } }, 400, 'body_digest_mismatch'],
      ['compressed', whole, { headers: { 'content-encoding': 'gzip' } }, 415, 'encoding_refused'],
      ['too large', ' '.repeat((1 << 20) + 1), {}, 413, 'state_too_large'],
    ]
    const seen = []
    for (const [what, text, sent] of bad) {
      const answer = await post(of.credential, info.ID, text, sent)
      expect(answer.headers['content-type'], what).toContain('application/problem+json')
      expect(answer.text, what).not.toContain('first-lineage')
      seen.push([what, answer.status, answer.body['code']])
    }
    expect(seen).toEqual(bad.map(([what, , , status, code]) => [what, status, code]))
    expect(await workspace(of)).toMatchObject({ version: 1, quarantined: 0, frozen: null })
    expect((await post(of.credential, info.ID, whole)).status).toBe(200)
  })

  it('whose client stops half-way leaves nothing', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    const { hostname, port, pathname } = new URL(of.credential.address)
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
    const closed = new Promise((resolve) => socket.resume().once('close', resolve))
    const basic = Buffer.from(`${of.credential.username}:${of.credential.password}`).toString('base64')
    socket.write(`POST ${pathname}?ID=${info.ID} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Basic ${basic}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n${stateText(1, 'half')}`, () => socket.end())
    await closed
    expect(await of.terminal.call('GET', `/api/v1/state/workspaces/${encodeURIComponent(of.name)}/versions`)).toMatchObject({ body: { versions: [] } })
    expect((await post(of.credential, info.ID, stateText(1, 'whole'))).status).toBe(200)
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

describe('a database that somebody else writes', () => {
  const edits: [string, (tx: Tx, of: { id: string; first: string; second: string }) => Promise<unknown>][] = [
    ['an older version made current again', (tx, { id }) => tx.updateTable('state_workspace').set({ version: 1 }).where('id', '=', id).execute()],
    ['the state taken away', (tx, { id }) => tx.updateTable('state_workspace').set({ version: 0 }).where('id', '=', id).execute()],
    ['an older body under the newer row', (tx, { first, second }) => tx.updateTable('state_version').set({ sealed_as: first }).where('id', '=', second).execute()],
    ['an older body and digest under the newer row', async (tx, { first, second }) => {
      const { digest } = await tx.selectFrom('state_version').select('digest').where('id', '=', first).executeTakeFirstOrThrow()
      await tx.updateTable('state_version').set({ sealed_as: first, digest }).where('id', '=', second).execute()
    }],
    ['bodies swapped', async (tx, { first, second }) => {
      await tx.updateTable('state_body').set({ version: 'x' }).where('version', '=', first).execute()
      await tx.updateTable('state_body').set({ version: first }).where('version', '=', second).execute()
      await tx.updateTable('state_body').set({ version: second }).where('version', '=', 'x').execute()
    }],
    ['an edited serial, so that an old write would pass', (tx, { second }) => tx.updateTable('state_version').set({ serial: 0 }).where('id', '=', second).execute()],
    ['a byte of the body', async (tx, { second }) => {
      const { body, bytes } = await tx.selectFrom('state_body as b').innerJoin('state_piece as p', 'p.body', 'b.body').select(['p.body', 'p.bytes']).where('b.version', '=', second).where('b.kind', '=', 'state').executeTakeFirstOrThrow()
      const changed = Uint8Array.from(bytes)
      changed[60] = (changed[60] ?? 0) ^ 1
      await tx.updateTable('state_piece').set({ bytes: changed }).where('body', '=', body).execute()
    }],
    ['the body taken away', (tx, { second }) => tx.deleteFrom('state_body').where('version', '=', second).execute()],
  ]

  it('is seen, named and told, and nothing of it is served; what is written meanwhile is set aside', async () => {
    const { store, ledger } = server().server.parts.base
    const seen = []
    for (const [what, edit] of edits) {
      const of = await owned('dev')
      const info = await take(of, of.credential)
      await post(of.credential, info.ID, stateText(1, 'l'))
      await post(of.credential, info.ID, stateText(2, 'l'))
      const row = await store.read((db) => db.selectFrom('state_workspace').selectAll().where('name', '=', of.name).executeTakeFirstOrThrow())
      const ids = await store.read((db) => db.selectFrom('state_version').select('id').where('workspace', '=', row.id).orderBy('number').execute())
      await store.write((tx) => edit(tx, { id: row.id, first: ids[0]?.id ?? '', second: ids[1]?.id ?? '' }))
      const answer = await get(of.credential)
      const told = (await ledger.find({ key: 'state', value: row.id })).filter(({ leaf }) => leaf.includes('"state.tampered"'))
      seen.push([what, answer.status, answer.body['code'], told.length])
    }
    expect(seen).toEqual(edits.map(([what]) => [what, 500, 'state_tampered', 1]))
    const [, , , , , [, lowerSerial]] = edits as [unknown, unknown, unknown, unknown, unknown, (typeof edits)[number]]
    const of = await owned('dev')
    const info = await take(of, of.credential)
    await post(of.credential, info.ID, stateText(5, 'l'))
    const ids = await store.read((db) => db.selectFrom('state_version').innerJoin('state_workspace as w', 'w.id', 'state_version.workspace').select('state_version.id').where('w.name', '=', of.name).execute())
    await store.write((tx) => lowerSerial(tx, { id: '', first: '', second: ids[0]?.id ?? '' }))
    expect((await post(of.credential, info.ID, stateText(3, 'l'))).status).toBe(200)
    const rows = await store.read((db) => db.selectFrom('state_version').innerJoin('state_workspace as w', 'w.id', 'state_version.workspace').select(['state_version.status', 'state_version.why']).where('w.name', '=', of.name).orderBy('state_version.number').execute())
    expect(rows).toEqual([{ status: 'kept', why: '' }, { status: 'quarantined', why: 'what is current was changed in the database' }])
  })
})

it('DELETE takes the whole state after a touch, and nothing before it', async () => {
  const of = await owned()
  await withState(of)
  expect((await send('DELETE', of.credential.address, of.credential)).status).toBe(503)
  expect(await workspace(of)).toMatchObject({ version: 1 })
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
