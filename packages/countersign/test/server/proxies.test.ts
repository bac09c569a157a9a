/** Whose word counts on where a request came from; and what is refused before anything listens. */
import http from 'node:http'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import { databaseOf } from '../support/database.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'

const url = 'https://countersign.example'

async function serve(over: { trustedProxies?: string[]; address?: string; url?: string; tls?: { cert: string; key: string } } = {}) {
  const dataDir = await scratchFolder('data')
  const port = await freePort()
  const server = await startServer({
    dataDir, databaseUrl: await databaseOf(dataDir), addresses: [{ host: over.address ?? '127.0.0.1', port }], url: over.url ?? url, demonstration: true,
    log: createLog('silent'), trustedProxies: over.trustedProxies ?? [], tls: over.tls ?? null,
  })
  onTestFinished(() => server.close())
  return { server, port }
}

type Answer = { status: number; body: Record<string, unknown> }

async function call(port: number, path: string, headers: Record<string, string>, body?: unknown, at = { host: '127.0.0.1' }): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const request = http.request({ ...at, port, path, method: body === undefined ? 'GET' : 'POST', agent: false, headers: { host: 'countersign.example', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers } }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).once('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> }))
    })
    request.once('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const forwarded = (from: string, more: Record<string, string> = {}) => ({ 'x-forwarded-for': from, 'x-forwarded-proto': 'https', ...more })

/** The set-up link works from this machine only: so what it answers tells where the server thinks we are. */
async function isLocal(port: number, headers: Record<string, string>): Promise<boolean> {
  const { body } = await call(port, '/api/v1/setup/begin', headers, { token: 'wrong', name: 'A', label: 'B' })
  expect(['setup_not_local', 'setup_token_invalid']).toContain(body['code'])
  return body['code'] === 'setup_token_invalid'
}

describe('a server behind a named proxy', () => {
  it('takes the source from it: the last address that is not a proxy of ours', async () => {
    const { port } = await serve({ trustedProxies: ['127.0.0.1', '10.0.0.0/8'] })
    expect(await isLocal(port, forwarded('127.0.0.2'))).toBe(true)
    expect(await isLocal(port, forwarded('203.0.113.5'))).toBe(false)
    expect(await isLocal(port, forwarded('127.0.0.2, 203.0.113.5'))).toBe(false)
    expect(await isLocal(port, forwarded('203.0.113.5, 127.0.0.2, 10.1.2.3'))).toBe(true)
    expect(await isLocal(port, forwarded('127.0.0.2, 203.0.113.5, ::ffff:10.1.2.3'))).toBe(false)
  })

  it('reads no other header, and nothing that is no address', async () => {
    const { port } = await serve({ trustedProxies: ['127.0.0.1'] })
    expect(await isLocal(port, forwarded('203.0.113.5', { forwarded: 'for=127.0.0.2', 'x-real-ip': '127.0.0.2', 'x-forwarded-host': 'evil.example' }))).toBe(false)
    expect(await isLocal(port, forwarded('127.0.0.2, 203.0.113.5:4711'))).toBe(false)
    expect(await isLocal(port, forwarded('203.0.113.5, 127.0.0.2:4711'))).toBe(true)
    expect(await isLocal(port, forwarded('[2001:db8::1]:4711'))).toBe(false)
    expect(await isLocal(port, forwarded('127.0.0.2, unknown'))).toBe(false)
    expect((await call(port, '/api/v1/status', forwarded('203.0.113.5', { 'x-forwarded-host': 'evil.example' }))).status).toBe(200)
    expect((await call(port, '/api/v1/status', forwarded('203.0.113.5', { host: 'evil.example', 'x-forwarded-host': 'countersign.example' }))).status).toBe(421)
  })

  it('that does not say whom it speaks for speaks for nobody on this machine', async () => {
    const { port } = await serve({ trustedProxies: ['127.0.0.1'] })
    expect(await isLocal(port, { 'x-forwarded-proto': 'https' })).toBe(false)
    expect(await isLocal(port, forwarded('unknown'))).toBe(false)
  })

  it('wants to hear from it that its side was HTTPS', async () => {
    const { port } = await serve({ trustedProxies: ['127.0.0.1'] })
    const answers = [{ 'x-forwarded-proto': 'http' }, {}, { 'x-forwarded-proto': 'https, http' }].map((headers) => call(port, '/api/v1/status', headers))
    expect((await Promise.all(answers)).map(({ status, body }) => [status, body['code']])).toEqual(Array.from({ length: 3 }, () => [403, 'https_required']))
  })

  it('a proxy that was not named is believed nothing, and is not this machine', async () => {
    const { port } = await serve({ trustedProxies: ['10.0.0.1'] })
    expect(await isLocal(port, {})).toBe(true)
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host']) expect(await isLocal(port, { [header]: '127.0.0.2' })).toBe(false)
  })

  it('is set up through it from the machine itself, and the browser is told to come back over HTTPS', async () => {
    const { server, port } = await serve({ trustedProxies: ['127.0.0.1'] })
    const token = new URL(server.setupLink ?? '').hash.slice(1)
    expect(server.setupLink).toMatch(/^https:\/\/countersign\.example\/setup#/)
    const answer = await call(port, '/api/v1/setup/begin', forwarded('127.0.0.1', { origin: url }), { token, name: 'Ada', label: 'key' })
    expect(answer).toMatchObject({ status: 200, body: { options: { rp: { id: 'countersign.example' } } } })
    expect((await call(port, '/api/v1/setup/begin', forwarded('127.0.0.1', { origin: 'https://evil.example' }), { token, name: 'Ada', label: 'key' })).body['code']).toBe('origin_refused')
  })
})

describe('before anything listens', () => {
  const refused = (over: Parameters<typeof serve>[0]): Promise<unknown> => serve(over).then(() => 'listens', (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error))

  it('an address that others reach is refused without TLS and without a named proxy', async () => {
    expect(await refused({ address: '0.0.0.0' })).toBe('open_without_tls')
    expect(await refused({ address: '0.0.0.0', trustedProxies: ['10.0.0.1'] })).toBe('listens')
  })

  it('a URL that works on this machine only is refused where others are to come', async () => {
    expect(await refused({ address: '0.0.0.0', trustedProxies: ['10.0.0.1'], url: 'http://localhost:7420' })).toBe('url_not_public')
    expect(await refused({ trustedProxies: ['10.0.0.1'], url: 'http://localhost:7420' })).toBe('url_not_public')
  })

  it('half a pair, and HTTPS under an http URL, are refused', async () => {
    const nowhere = join(await scratchFolder('tls'), 'x.pem')
    expect(await refused({ tls: { cert: nowhere, key: '' } })).toBe('tls_incomplete')
    expect(await refused({ tls: { cert: '', key: nowhere } })).toBe('tls_incomplete')
    expect(await refused({ tls: { cert: nowhere, key: nowhere }, url: 'http://localhost:7420' })).toBe('tls_needs_https')
    expect(await refused({ tls: { cert: nowhere, key: nowhere } })).toBe('tls_unusable')
  })
})

const others = Object.values(networkInterfaces()).flat().find((one) => one?.family === 'IPv4' && !one.internal)?.address

describe('beyond loopback with a named proxy', () => {
  it.skipIf(others === undefined)('whoever goes around the proxy is refused on plain HTTP; this machine is not', async () => {
    const { port } = await serve({ address: '0.0.0.0', trustedProxies: ['10.255.255.254'] })
    const from = async (localAddress: string): Promise<number> => (await call(port, '/api/v1/status', {}, undefined, { host: localAddress })).status
    expect([await from(others ?? ''), await from('127.0.0.1')]).toEqual([403, 200])
  })
})

describe('a NUL character', () => {
  it('in a body or an address is refused as what it is, on either database', async () => {
    const dataDir = await scratchFolder('data')
    const port = await freePort()
    const server = await startServer({ dataDir, databaseUrl: await databaseOf(dataDir), addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, demonstration: true, log: createLog('silent') })
    onTestFinished(() => server.close())
    const token = new URL(server.setupLink ?? '').hash.slice(1)
    const send = (name: string) => new SoftwarePerson(server.url).call('POST', '/api/v1/setup/begin', { token, name, label: 'key' })
    expect([(await send('A\0da')).status, (await send('A\\u0000da')).status]).toEqual([400, 200])
    expect((await Promise.all(['/api/v1/audit/%00', '/api/v1/runs/run_%00', '/api/v1/status?a=%00'].map((path) => fetch(server.url + path)))).map(({ status }) => status)).toEqual([400, 400, 400])
  })
})
