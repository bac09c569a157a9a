/**
 * "Committed, but the answer was lost", and then the same call again: it has its effect once, and the second call has the first one's answer.
 * The network is a proxy that cuts the connection when the answer begins.
 */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { tamper } from '../support/database.ts'
import { losingProxy } from '../support/losing-proxy.ts'
import { measuredOf, runBody } from '../support/sample-run.ts'
import { freePort, ownedServer, scratchServer } from '../support/scratch-server.ts'

type Caller = { headers: Readonly<Record<string, string>>; call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> }

async function throughProxy() {
  const [port, target] = [await freePort(), await freePort()]
  const proxy = await losingProxy(port, target)
  const scratch = await scratchServer({ port: target, url: `http://localhost:${port}` })
  const person = new SoftwarePerson(scratch.url)
  await person.setUp(scratch.server.setupLink ?? '', 'Ada Owner')
  const terminal = await signInTerminal(scratch.url, (link) => person.allowTerminal(link))
  // From here on its nonce is known, and one request is one request.
  await terminal.must('GET', '/api/v1/runs')
  return { ...scratch, proxy, person, terminal }
}

/** Sends it, loses the answer, sends it again with the same key. */
async function twice(proxy: Awaited<ReturnType<typeof losingProxy>>, by: Caller, method: string, path: string, body?: unknown) {
  by.headers = { 'idempotency-key': randomUUID(), connection: 'close' }
  proxy.lose(1)
  const before = proxy.lost()
  await expect(by.call(method, path, body)).rejects.toThrow('fetch failed')
  expect(proxy.lost()).toBe(before + 1)
  const answer = await by.call(method, path, body)
  by.headers = {}
  return answer
}

async function events(terminal: { must(method: string, path: string): Promise<Record<string, unknown>> }, type: string): Promise<number> {
  const { entries } = await terminal.must('GET', '/api/v1/ledger/entries?limit=500') as { entries: { leaf: string }[] }
  return entries.filter(({ leaf }) => (JSON.parse(leaf) as { type: string }).type === type).length
}

describe('a call whose answer was lost, sent again with its key', () => {
  it('asks, countersigns, starts and reports once, from the first run to its evidence', async () => {
    const { proxy, person, terminal } = await throughProxy()
    const body = runBody()
    const asked = await twice(proxy, terminal, 'POST', '/api/v1/runs', body)
    expect(asked).toMatchObject({ status: 201, body: { status: 'waiting' } })
    expect(asked.headers.get('idempotency-replayed')).toBe('true')
    const { runs } = await terminal.must('GET', '/api/v1/runs') as { runs: unknown[] }
    expect(runs).toHaveLength(1)

    const code = String(asked.body['code'])
    const begun = await person.begin(code)
    const finished = await twice(proxy, person, 'POST', `/api/v1/ceremonies/${code}/finish`, { ceremony: begun['ceremony'], response: person.sign(begun['options']) })
    expect(finished.status).toBe(200)

    const run = await terminal.must('GET', `/api/v1/runs/${String(asked.body['id'])}`)
    const start = { grant: (run['grant'] as { id: string }).id, measured: measuredOf(body) }
    const started = await twice(proxy, terminal, 'POST', `/api/v1/runs/${String(run['id'])}/apply-start`, start)
    expect(started).toMatchObject({ status: 200, body: { lease: expect.stringMatching(/./) } })

    const state = { lineage: 'lineage-1', serial: 1, digest: 'ab'.repeat(32) }
    const outcome = { lease: started.body['lease'], result: 'applied', summary: '1 destroyed', state, treeUnchanged: true }
    expect(await twice(proxy, terminal, 'POST', `/api/v1/runs/${String(run['id'])}/outcome`, outcome)).toMatchObject({ status: 200, body: { status: 'applied' } })
    for (const type of ['gate.granted', 'run.apply-started', 'gate.decided', 'run.outcome']) expect(await events(terminal, type), type).toBe(1)
  })

  it('is another call with another key', async () => {
    const { terminal } = await ownedServer()
    const body = runBody()
    terminal.headers = { 'idempotency-key': randomUUID() }
    const one = await terminal.must('POST', '/api/v1/runs', body)
    terminal.headers = { 'idempotency-key': randomUUID() }
    const other = await terminal.must('POST', '/api/v1/runs', body)
    expect(other['id']).not.toBe(one['id'])
  })

  it('is refused when the key belongs to another call, and when it is no key', async () => {
    const { terminal } = await ownedServer()
    terminal.headers = { 'idempotency-key': randomUUID() }
    await terminal.must('POST', '/api/v1/runs', runBody())
    expect(await terminal.call('POST', '/api/v1/runs', runBody())).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    terminal.headers = { 'idempotency-key': 'short' }
    expect(await terminal.call('POST', '/api/v1/runs', runBody())).toMatchObject({ status: 400, body: { code: 'idempotency_key_invalid' } })
  })

  it('forty at once are one', async () => {
    const { terminal } = await ownedServer()
    const body = runBody()
    await terminal.must('GET', '/api/v1/runs')
    terminal.headers = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all(Array.from({ length: 40 }, () => terminal.call('POST', '/api/v1/runs', body)))
    expect(new Set(answers.map(({ status, body: { code } }) => (status === 409 ? code : status)))).toEqual(new Set(answers.some(({ status }) => status === 409) ? [201, 'call_under_way'] : [201]))
    const { runs } = await terminal.must('GET', '/api/v1/runs') as { runs: unknown[] }
    expect(runs).toHaveLength(1)
  })

  it('that was refused may be asked again', async () => {
    const { terminal } = await ownedServer()
    terminal.headers = { 'idempotency-key': randomUUID() }
    const refused = await terminal.call('POST', `/api/v1/runs/run_${'0'.repeat(32)}/cancel`, {})
    expect(refused.status).toBe(404)
    expect((await terminal.call('POST', `/api/v1/runs/run_${'0'.repeat(32)}/cancel`, {})).body['code']).toBe(refused.body['code'])
  })

  it('is said to be carried out where the answer died with the server', async () => {
    const { server, dataDir, port, terminal } = await ownedServer()
    const body = runBody()
    terminal.headers = { 'idempotency-key': randomUUID() }
    await terminal.must('POST', '/api/v1/runs', body)
    await server.close()
    await tamper(dataDir, "update once_call set status = null, answer = '', at = 0")
    await scratchServer({ dataDir, port })
    expect(await terminal.call('POST', '/api/v1/runs', body)).toMatchObject({ status: 409, body: { code: 'answer_lost' } })
  })

  it("is not another person's to repeat", async () => {
    const { url, person, terminal } = await ownedServer()
    const key = randomUUID()
    const body = runBody()
    terminal.headers = { 'idempotency-key': key }
    const mine = await terminal.must('POST', '/api/v1/runs', body)
    const second = await signInTerminal(url, (link) => person.allowTerminal(link))
    second.headers = { 'idempotency-key': key }
    const theirs = await second.must('POST', '/api/v1/runs', body)
    expect(theirs['id']).not.toBe(mine['id'])
  })
})
