/** Each request by its id: in the answer, in the problem, in the log. */
import { expect, it } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { scratchServer } from '../support/scratch-server.ts'

type Line = { level: string; msg: string; request?: string; route?: string; status?: number; method?: string }

function keptLog() {
  const written: string[] = []
  return { written, lines: () => written.map((line) => JSON.parse(line) as Line), log: createLog('debug', { write: (line: string) => void written.push(line) }) }
}

it('an id that is well formed is taken; any other is replaced, and answered', async () => {
  const { url } = await scratchServer()
  const idOf = async (given?: string): Promise<string | null> => (await fetch(`${url}/api/v1/status`, given === undefined ? {} : { headers: { 'x-request-id': given } })).headers.get('x-request-id')
  expect(await idOf('trace-0a1b.2c_3d')).toBe('trace-0a1b.2c_3d')
  for (const bad of [undefined, '', 'short', 'x'.repeat(65), 'with space inside', '{"level":"error"}', '-leading-hyphen', 'naïve-identifier'])
    expect(await idOf(bad)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  expect(await idOf()).not.toBe(await idOf())
})

it('it is in every problem document, and in what the sign-in provider answers by itself', async () => {
  const { url } = await scratchServer()
  const headers = { 'x-request-id': 'request-0001' }
  for (const path of ['/api/v1/runs', '/nothing/here', '/api/v1/runs/%00']) {
    const answer = await fetch(url + path, { headers })
    expect([path, answer.headers.get('x-request-id'), ((await answer.json()) as { requestId: string }).requestId]).toEqual([path, 'request-0001', 'request-0001'])
  }
  const malformed = await fetch(`${url}/api/v1/setup/begin`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{' })
  expect(await malformed.json()).toMatchObject({ status: 400, requestId: 'request-0001' })
  expect((await fetch(`${url}/oidc/jwks`, { headers })).headers.get('x-request-id')).toBe('request-0001')
})

it('what is written while it is worked for carries it, and one line says how it ended: without address, query or secret', async () => {
  const { log, lines, written } = keptLog()
  const { url, server, port } = await scratchServer({ watching: { log } })
  const person = new SoftwarePerson(url)
  await person.setUp(server.setupLink ?? '', 'Canarya Owner')
  // The database goes away under a request: the error's line is written inside of it.
  await server.parts.base.store.close()
  const answer = await fetch(`${url}/api/v1/session/begin?canary-query=1`, { method: 'POST', headers: { 'x-request-id': 'request-0002', 'content-type': 'application/json', origin: `http://localhost:${port}`, 'x-countersign': '1', authorization: 'Bearer canary-token' }, body: '{}' })
  expect(answer.status).toBe(503)
  await answer.text()
  await expect.poll(() => lines().filter(({ msg, request }) => msg === 'answered' && request === 'request-0002')).toHaveLength(1)
  const own = lines().filter(({ request }) => request === 'request-0002')
  expect(own.map(({ level, msg, status, route, method }) => ({ level, msg, status, route, method }))).toEqual([
    { level: 'error', msg: 'request failed', status: undefined, route: undefined, method: undefined },
    { level: 'info', msg: 'answered', status: 503, route: '/api/v1/session/begin', method: 'POST' },
  ])
  expect(written.some((line) => line.split('"request":').length > 2)).toBe(false)
  const secrets = ['canary', 'Canarya', (server.setupLink ?? '#none').split('#')[1] ?? 'none', 'countersign_session=']
  expect(secrets.filter((secret) => written.join('').includes(secret))).toEqual([])
})

it('a line of a room below carries the id of the request that it works for', async () => {
  const { log, lines } = keptLog()
  const { url, server } = await scratchServer({ watching: { log } })
  const { identity } = server.parts
  const done = identity.setUp.done.bind(identity.setUp)
  identity.setUp.done = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    log.info('deep inside')
    return done()
  }
  await fetch(`${url}/api/v1/status`, { headers: { 'x-request-id': 'request-0003' } })
  expect(lines().find(({ msg }) => msg === 'deep inside')?.request).toBe('request-0003')
})

it('one address that asks too often in a minute is told when to come back; health is answered all the same', async () => {
  const { url } = await scratchServer({ watching: { requestLimit: 60 } })
  const asked = async (path: string) => await fetch(url + path)
  const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await asked('/api/v1/status')).status))
  expect(new Set(statuses)).toEqual(new Set([200]))
  const refused = await asked('/api/v1/status')
  expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'rate_limited', status: 429 }])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await asked('/healthz')).status).toBe(200)
})
