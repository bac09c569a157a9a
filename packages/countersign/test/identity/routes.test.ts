import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { openApp, openBrowser } from './app.ts'
import { enrolOwner, openWorld, url } from './world.ts'

async function ready() {
  const world = await openWorld()
  const app = await openApp(world)
  return { world, ...world, app, browser: openBrowser(app) }
}

const privileged: [method: 'GET' | 'POST' | 'DELETE', path: string, body?: object][] = [
  ['GET', '/api/v1/session'], ['DELETE', '/api/v1/session'], ['GET', '/api/v1/sessions'], ['DELETE', '/api/v1/sessions/ses_1'],
  ['GET', '/api/v1/authenticators'], ['POST', '/api/v1/authenticators/begin', { label: 'x' }],
  ['POST', '/api/v1/authenticators/create', { ceremony: 'x', response: { id: 'AA', rawId: 'AA', type: 'public-key', response: { clientDataJSON: '', attestationObject: '' } } }],
  ['GET', '/api/v1/interactions/x'], ['POST', '/api/v1/interactions/x', { decision: 'allow' }], ['GET', '/api/v1/terminals'], ['DELETE', '/api/v1/terminals/tok_1'],
]

describe('before enrolment', () => {
  for (const [method, path, body] of privileged)
    test(`${method} ${path} refuses a stranger`, async () => {
      const { browser } = await ready()
      expect((await browser.call({ method, path, ...(body ? { body } : {}) })).json().code).toBe('session_required')
    })

  test('a terminal is refused', async () => {
    const { app } = await ready()
    expect((await app.send({ path: '/api/v1/me' })).json().code).toBe('token_required')
    expect((await app.send({ method: 'DELETE', path: '/api/v1/token' })).json().code).toBe('token_required')
  })

  test('nobody can sign in', async () => {
    const { browser } = await ready()
    expect((await browser.call({ method: 'POST', path: '/api/v1/session/begin', body: {} })).json().code).toBe('not_set_up')
  })
})

describe('in the browser', () => {
  test('set-up, sign-out, sign-in and adding a key, as the console does them', async () => {
    const { world, browser } = await ready()
    const { token } = await world.identity.setUp.issueToken()
    const device = createSoftwareAuthenticator()
    const begun = (await browser.call({ method: 'POST', path: '/api/v1/setup/begin', body: { token, name: 'Ada', label: 'key' } })).json()
    const created = (await browser.call({ method: 'POST', path: '/api/v1/setup/create', body: { token, response: device.create(begun.options, url) } })).json()
    expect(created.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    const finished = await browser.call({ method: 'POST', path: '/api/v1/setup/finish', body: { token, response: device.get(created.options, url) } })
    expect(finished.json()).toMatchObject({ person: { name: 'Ada' }, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(finished.cookies).toMatchObject([{ name: 'countersign_session', httpOnly: true, sameSite: 'Strict', path: '/' }])

    expect((await browser.call({ path: '/api/v1/session' })).json()).toMatchObject({ person: { name: 'Ada', roles: ['owner'] }, demonstration: true, session: { idleExpiresAt: expect.any(String) } })
    expect((await browser.call({ method: 'DELETE', path: '/api/v1/session' })).statusCode).toBe(204)
    expect((await browser.call({ path: '/api/v1/session' })).json().code).toBe('session_required')
    expect((await browser.signIn(device)).json()).toMatchObject({ person: { name: 'Ada', roles: ['owner'] } })

    world.clock.advance(1)
    const second = createSoftwareAuthenticator()
    const adding = (await browser.call({ method: 'POST', path: '/api/v1/authenticators/begin', body: { label: 'second' } })).json()
    const made = (await browser.call({ method: 'POST', path: '/api/v1/authenticators/create', body: { ceremony: adding.ceremony, response: second.create(adding.options, url) } })).json()
    const body = { ceremony: adding.ceremony, possession: second.get(made.possession.options, url), voucher: device.get(made.voucher.options, url) }
    expect((await browser.call({ method: 'POST', path: '/api/v1/authenticators/finish', body })).json()).toMatchObject({ authenticator: { label: 'second', claimed: true, demonstration: true, model: 'Software key of demonstrations', thisSession: false } })
    const { authenticators } = (await browser.call({ path: '/api/v1/authenticators' })).json()
    expect(authenticators.map((key: { label: string; thisSession: boolean }) => [key.label, key.thisSession])).toEqual([['key', true], ['second', false]])
  })

  test('a page that nobody is at keeps no session from ending', async () => {
    const { world, browser } = await ready()
    await browser.signIn((await enrolOwner(world)).device)
    const looks = async (headers: Record<string, string>): Promise<number> => {
      world.clock.advance(8 * 60_000)
      return (await browser.call({ path: '/api/v1/session', headers })).statusCode
    }
    expect([await looks({}), await looks({}), await looks({ 'x-countersign': 'unattended' }), await looks({ 'x-countersign': 'unattended' })]).toEqual([200, 200, 200, 401])
  })

  test('a change without our header, or from another origin, or without one, is refused', async () => {
    const { world, browser } = await ready()
    await browser.signIn((await enrolOwner(world)).device)
    const change = (headers: Record<string, string>) => browser.call({ method: 'POST', path: '/api/v1/authenticators/begin', body: { label: 'x' }, headers })
    expect((await change({ 'x-countersign': '' })).json().code).toBe('client_header_required')
    expect((await change({ 'x-countersign': 'unattended' })).json().code).toBe('client_header_required')
    expect((await change({ origin: 'https://evil.example' })).json().code).toBe('origin_refused')
    expect((await change({ origin: 'null' })).json().code).toBe('origin_refused')
    expect((await change({ origin: '' })).json().code).toBe('origin_refused')
    expect((await change({})).statusCode).toBe(200)
  })

  test('another page cannot sign this browser in, nor set the server up', async () => {
    const { world, browser } = await ready()
    const { token } = await world.identity.setUp.issueToken()
    const headers = { origin: 'https://evil.example' }
    expect((await browser.call({ method: 'POST', path: '/api/v1/setup/begin', body: { token, name: 'Eve', label: 'x' }, headers })).json().code).toBe('origin_refused')
    expect((await browser.call({ method: 'POST', path: '/api/v1/session/begin', body: {}, headers })).json().code).toBe('origin_refused')
  })

  test('set-up behind a proxy is refused, although the proxy is on this machine', async () => {
    const { world, browser } = await ready()
    const { token } = await world.identity.setUp.issueToken()
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect((await browser.call({ method: 'POST', path: '/api/v1/setup/begin', body: { token, name: 'Eve', label: 'x' }, headers: { [name]: '127.0.0.1' } })).json().code).toBe('setup_not_local')
  })

  test('a terminal token is no session, and a session no terminal token', async () => {
    const { world, browser, app } = await ready()
    const { secret } = await enrolOwner(world)
    browser.jar.set('countersign_session', 'cs_at_something')
    expect((await browser.call({ path: '/api/v1/session' })).json().code).toBe('session_required')
    expect((await app.send({ path: '/api/v1/me', headers: { cookie: `countersign_session=${secret}` } })).json().code).toBe('token_required')
  })

  test('over https the cookie has the __Host- prefix and is Secure', async () => {
    const https = 'https://countersign.example'
    const world = await openWorld({ url: https, origins: [https], rpId: 'countersign.example' })
    const app = await openApp(world)
    const { token } = await world.identity.setUp.issueToken()
    const device = createSoftwareAuthenticator()
    const post = async (path: string, body: object) => await app.send({ method: 'POST', path, body, headers: { host: 'countersign.example', origin: https } })
    const begun = (await post('/api/v1/setup/begin', { token, name: 'Ada', label: 'key' })).json()
    const created = (await post('/api/v1/setup/create', { token, response: device.create(begun.options, https) })).json()
    const finished = await post('/api/v1/setup/finish', { token, response: device.get(created.options, https) })
    expect(finished.cookies).toMatchObject([{ name: '__Host-countersign_session', secure: true, httpOnly: true, sameSite: 'Strict', path: '/' }])
  })
})

describe('foreign input', () => {
  for (const body of [null, [], {}, { token: 1 }, { token: 'x'.repeat(200), name: 'a', label: 'b' }, { token: 'x', name: 'a'.repeat(500), label: 'b' }])
    test(`set-up answers invalid_request to ${JSON.stringify(body).slice(0, 40)}`, async () => {
      const { browser } = await ready()
      expect((await browser.call({ method: 'POST', path: '/api/v1/setup/begin', body })).json().code).toBe('invalid_request')
    })

  test('rubbish in the place of an authenticator\'s answer is refused by name and does not fail', async () => {
    const { world, browser } = await ready()
    const { device } = await enrolOwner(world)
    const { ceremony, options } = (await browser.call({ method: 'POST', path: '/api/v1/session/begin', body: {} })).json()
    const honest = device.get(options, url)
    for (const member of ['clientDataJSON', 'authenticatorData', 'signature'] as const)
      for (const value of ['', 'AAAA', 'e30', Buffer.from('{"a":').toString('base64url')]) {
        const response = { ...honest, response: { ...honest.response, [member]: value } }
        const answer = await browser.call({ method: 'POST', path: '/api/v1/session/finish', body: { ceremony, response } })
        expect(['assertion_invalid', 'challenge_mismatch']).toContain(answer.json().code)
      }
  })
})

describe('stdout is data only', () => {
  const written: string[] = []
  const spy = vi.spyOn(process.stdout, 'write')
  beforeAll(() => void spy.mockImplementation((chunk) => (written.push(String(chunk)), true)))
  afterAll(() => spy.mockRestore())

  test('the provider prints nothing; its notices go to the log', async () => {
    const { notices } = await ready()
    expect(written.join('')).not.toContain('oidc-provider')
    expect(notices.every((notice) => notice.includes('oidc-provider'))).toBe(true)
  })
})
