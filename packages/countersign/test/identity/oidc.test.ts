import { describe, expect, test } from 'vitest'
import { loggedIn, openApp, openBrowser, openLogin, overSocket } from './app.ts'
import { openTerminal } from './terminal.ts'
import { addKey, enrolOwner, openWorld, revoke, signIn, url } from './world.ts'

async function ready() {
  const world = await openWorld()
  const owner = await enrolOwner(world)
  const app = await openApp(world)
  const [browser, terminal] = [openBrowser(app), await openTerminal()]
  await browser.signIn(owner.device)
  return { world, ...world, owner, ...app, app, browser, terminal, login: openLogin(app, terminal) }
}

const uidOf = (location: unknown) => new URL(String(location)).searchParams.get('uid') ?? ''
const errorOf = (location: unknown) => new URL(String(location)).searchParams.get('error')

describe('the sign-in of a terminal', () => {
  test('ends with a token that is bound to its key and works with proofs of it', async () => {
    const { world, app, owner } = await ready()
    const { response, token, terminal } = await loggedIn(app, owner.device)
    expect(response.json()).toMatchObject({ token_type: 'DPoP', expires_in: 60 * 60, scope: 'openid countersign' })
    expect(token).toMatch(/^cs_at_[\w-]{43}$/)
    expect(response.json().refresh_token).toMatch(/^cs_rt_[\w-]{43}$/)
    const first = await app.send({ path: '/api/v1/me', headers: { authorization: `DPoP ${token}`, dpop: terminal.proof({ method: 'GET', url: `${url}/api/v1/me`, token, now: world.clock.now() }) } })
    expect([first.json().code, typeof first.headers['dpop-nonce']]).toEqual(['use_dpop_nonce', 'string'])
    const dpop = terminal.proof({ method: 'GET', url: `${url}/api/v1/me`, token, nonce: String(first.headers['dpop-nonce']), now: world.clock.now() })
    const me = await app.send({ path: '/api/v1/me', headers: { authorization: `DPoP ${token}`, dpop } })
    expect(me.json()).toMatchObject({ person: { id: owner.person.id, name: 'Ada', roles: ['owner'] }, token: { thumbprint: terminal.thumbprint } })
    expect(world.leaves.at(-1)).toMatchObject({ type: 'terminal.signed-in', ids: { person: owner.person.id }, details: { client: 'ada@laptop', thumbprint: terminal.thumbprint } })
  })

  test('works the same over a real socket', async () => {
    const { app, owner } = await ready()
    const { response, token } = await loggedIn(await overSocket(app), owner.device)
    expect(response.json()).toMatchObject({ token_type: 'DPoP' })
    expect(token).toMatch(/^cs_at_/)
  })

  test('leaves no secret of it in the database', async () => {
    const { app, owner, store } = await ready()
    const { token, code, response } = await loggedIn(app, owner.device)
    const rows = JSON.stringify(await store.read(async (db) => [await db.selectFrom('oidc_record').selectAll().execute(), await db.selectFrom('terminal_token').selectAll().execute()]))
    for (const secret of [token, code, response.json().refresh_token, response.json().id_token]) expect(rows).not.toContain(secret)
  })

  test('the page shows what the terminal says of itself, and the key that counts', async () => {
    const { browser, login, terminal } = await ready()
    const page = await login.open(browser)
    expect(String(page.headers.location)).toMatch(/^http:\/\/localhost:7420\/sign-in\?uid=/)
    const shown = await browser.call({ path: `/api/v1/interactions/${uidOf(page.headers.location)}` })
    expect(shown.json()).toEqual({ client: 'Countersign CLI', terminal: { user: 'ada', host: 'laptop' }, thumbprint: terminal.thumbprint, resources: [] })
  })

  test('what the terminal says of itself cannot hide or reorder text', async () => {
    const { browser, login } = await ready()
    const page = await login.open(browser, { login_hint: 'ada\u202E\u0007@lap\u200Btop' })
    expect((await browser.call({ path: `/api/v1/interactions/${uidOf(page.headers.location)}` })).json().terminal).toEqual({ user: 'ada', host: 'laptop' })
  })

  test('is nothing without a session in the browser', async () => {
    const { app, login } = await ready()
    const stranger = openBrowser(app)
    const uid = uidOf((await login.open(stranger)).headers.location)
    for (const method of ['GET', 'POST'] as const)
      expect((await stranger.call({ method, path: `/api/v1/interactions/${uid}`, ...(method === 'POST' ? { body: { decision: 'allow' } } : {}) })).json().code).toBe('session_required')
  })

  test('another browser cannot answer it, whoever is signed in there', async () => {
    const { app, owner, browser, login } = await ready()
    const uid = uidOf((await login.open(browser)).headers.location)
    const victim = openBrowser(app)
    await victim.signIn(owner.device)
    expect((await victim.call({ method: 'POST', path: `/api/v1/interactions/${uid}`, body: { decision: 'allow' } })).json().code).toBe('interaction_unknown')
  })

  test('the cookie of one request does not answer another', async () => {
    const { browser, login } = await ready()
    const first = uidOf((await login.open(browser)).headers.location)
    await login.open(browser)
    expect((await browser.call({ method: 'POST', path: `/api/v1/interactions/${first}`, body: { decision: 'allow' } })).json().code).toBe('interaction_unknown')
  })

  test('denied goes back as access_denied, and is recorded', async () => {
    const { browser, login, leaves } = await ready()
    const uid = uidOf((await login.open(browser)).headers.location)
    const { redirect } = (await browser.call({ method: 'POST', path: `/api/v1/interactions/${uid}`, body: { decision: 'deny' } })).json()
    const back = await browser.call({ path: new URL(redirect).pathname })
    expect(errorOf(back.headers.location)).toBe('access_denied')
    expect(leaves.at(-1)).toMatchObject({ type: 'terminal.denied', details: { client: 'ada@laptop' } })
  })

  test('asks every time: an earlier consent is worth nothing to the next request', async () => {
    const { browser, login } = await ready()
    await login.code(browser)
    expect(String((await login.open(browser)).headers.location)).toMatch(/\/sign-in\?uid=/)
    expect(errorOf((await login.open(browser, { prompt: 'none' })).headers.location)).toBe('login_required')
  })
})

describe('the authorization request', () => {
  for (const [what, change, error] of [
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with PKCE plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['without the key it is for', { dpop_jkt: undefined }, 'invalid_request'],
    ['for a token in the front channel', { response_type: 'token' }, 'unsupported_response_type'],
    ['for an implicit id token', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
  ] as const)
    test(`${what} is refused`, async () => {
      const { browser, login } = await ready()
      const { location } = (await login.open(browser, change)).headers
      expect(new URL(String(location)).origin).toBe('http://127.0.0.1:51234')
      expect(errorOf(String(location).replace('#', '?'))).toBe(error)
    })

  for (const redirect of ['http://evil.example/callback', 'http://127.0.0.1.evil.example/callback', 'https://127.0.0.1:51234/callback', 'http://127.0.0.1:51234/other', 'http://127.0.0.1:51234/callback?x=1', 'http://user@127.0.0.1:51234/callback', 'http://192.0.2.1/callback', 'javascript:alert(1)'])
    test(`with the redirect ${redirect} is refused, and goes nowhere`, async () => {
      const { browser, login } = await ready()
      const response = await login.open(browser, { redirect_uri: redirect })
      expect([response.statusCode, response.headers.location]).toEqual([400, undefined])
      expect(response.body).toContain('countersign login')
      expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
    })

  test('of another client is refused', async () => {
    const { browser, login } = await ready()
    expect((await login.open(browser, { client_id: 'other' })).statusCode).toBe(400)
  })
})

describe('the exchange of the code', () => {
  const refused = async (answer: Promise<{ statusCode: number; json(): { error?: string; access_token?: string } }>) => {
    const response = await answer
    expect(response.json().access_token).toBeUndefined()
    return response.json().error
  }

  test('with another verifier, or none, is refused', async () => {
    const { browser, login } = await ready()
    const code = await login.code(browser)
    expect(await refused(login.exchange(code, { code_verifier: undefined }))).toBe('invalid_grant')
    expect(await refused(login.exchange(code, { code_verifier: 'A'.repeat(43) }))).toBe('invalid_grant')
  })

  test('without a proof of the key, or with another key than the page showed, is refused', async () => {
    const { browser, login, app } = await ready()
    const code = await login.code(browser)
    const form = { grant_type: 'authorization_code', client_id: 'countersign-cli', code, redirect_uri: login.redirectUri, code_verifier: login.verifier }
    expect(await refused(app.send({ method: 'POST', path: '/oidc/token', form }))).toBe('invalid_grant')
    const again = await login.code(browser)
    expect(await refused(login.exchange(again, {}, await openTerminal()))).toBe('invalid_grant')
  })

  test('with a symmetric, unsigned or stale proof is refused', async () => {
    const { browser, login, terminal } = await ready()
    const code = await login.code(browser)
    expect(await refused(login.exchange(code, {}, terminal, {}, { alg: 'HS256' }))).toBe('invalid_dpop_proof')
    expect(await refused(login.exchange(code, {}, terminal, {}, { alg: 'none' }))).toBe('invalid_dpop_proof')
    expect(await refused(login.exchange(code, {}, terminal, { htu: 'http://evil.example/oidc/token' }))).toBe('invalid_dpop_proof')
    expect(await refused(login.exchange(code, {}, terminal, {}, { jwk: terminal.privateKey.export({ format: 'jwk' }) }))).toBe('invalid_dpop_proof')
  })

  test('a second time is refused, and the token of the first is ended', async () => {
    const { app, owner, store } = await ready()
    const { login, code } = await loggedIn(app, owner.device)
    expect(await refused(login.exchange(code))).toBe('invalid_grant')
    expect(await store.read((db) => db.selectFrom('terminal_token').select('ended_why').execute())).toEqual([{ ended_why: 'replayed' }])
  })

  test('of two at once, at most one gets a token', async () => {
    const { browser, login } = await ready()
    const code = await login.code(browser)
    const answers = await Promise.all([login.exchange(code), login.exchange(code)])
    expect(answers.filter((response) => response.json().access_token !== undefined).length).toBeLessThanOrEqual(1)
  })

  test('after the key that allowed it was removed is refused', async () => {
    const { world, identity, app, owner } = await ready()
    const second = await addKey(world, { ...owner, ...(await signIn(identity, owner.device)), person: owner.person })
    const browser = openBrowser(app)
    await browser.signIn(second.device)
    const login = openLogin(app, await openTerminal())
    const code = await login.code(browser)
    await revoke(world, owner, second.authenticator.id, second.authenticator.credential.id)
    expect(await refused(login.exchange(code))).toBe('invalid_grant')
  })

  test('a code that was not used within a minute is worth nothing', async () => {
    const { browser, login, clock } = await ready()
    const code = await login.code(browser)
    clock.advance(61_000)
    expect(await refused(login.exchange(code))).toBe('invalid_grant')
  })
})

describe('the provider', () => {
  for (const host of ['evil.example', 'localhost', '127.0.0.1:7420', 'localhost:7421', ''])
    test(`does not answer for the host ${JSON.stringify(host)}`, async () => {
      const { app } = await ready()
      const response = await app.send({ path: '/oidc/.well-known/openid-configuration', headers: { host } })
      expect([response.statusCode, response.json().code]).toEqual([421, 'misdirected_request'])
    })

  test('builds its URLs from the configured one, whatever a proxy header says', async () => {
    const { app, browser, login } = await ready()
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' }
    const discovery = (await app.send({ path: '/oidc/.well-known/openid-configuration', headers })).json()
    expect(discovery).toMatchObject({ issuer: `${url}/oidc`, token_endpoint: `${url}/oidc/token`, authorization_endpoint: `${url}/oidc/auth` })
    const page = await browser.call({ path: `/oidc/auth?${new URLSearchParams(login.query)}`, headers })
    expect(String(page.headers.location)).toMatch(/^http:\/\/localhost:7420\/sign-in/)
  })

  test('offers code with S256, ES256 and EdDSA proofs, and nothing else', async () => {
    const { app } = await ready()
    const discovery = (await app.send({ path: '/oidc/.well-known/openid-configuration' })).json()
    expect(discovery).toMatchObject({
      response_types_supported: ['code'], grant_types_supported: ['authorization_code', 'refresh_token'], code_challenge_methods_supported: ['S256'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA'], id_token_signing_alg_values_supported: ['ES256'], token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      revocation_endpoint: `${url}/oidc/token/revocation`, acr_values_supported: ['aal1', 'aal2', 'phr'], scopes_supported: expect.arrayContaining(['openid', 'countersign', 'plan']),
    })
    for (const endpoint of ['registration_endpoint', 'introspection_endpoint', 'userinfo_endpoint', 'device_authorization_endpoint', 'pushed_authorization_request_endpoint', 'end_session_endpoint', 'backchannel_authentication_endpoint'])
      expect(discovery[endpoint]).toBeUndefined()
  })

  for (const path of ['/oidc/reg', '/oidc/token/introspection', '/oidc/me', '/oidc/device', '/oidc/device/auth', '/oidc/request', '/oidc/session/end', '/oidc/backchannel', '/oidc/interaction/x'])
    test(`${path} is not there`, async () => {
      const { app } = await ready()
      expect((await app.send({ path })).statusCode).toBe(404)
      expect((await app.send({ method: 'POST', path, form: {} })).statusCode).toBe(404)
    })

  test('has one spelling of each path: capitals, slashes, dots and escapes lead nowhere', async () => {
    // Over a socket: nothing on the way tidies the path up.
    const app = await overSocket((await ready()).app)
    const paths = ['/.well-known/openid-configuration', '/auth', '/token', '/jwks', '/token/revocation']
    const spellings: ((path: string) => string)[] = [
      (path) => `/oidc${path}/`, (path) => `/oidc${path.toUpperCase()}`, (path) => `/OIDC${path}`, (path) => `/oidc/${path}`, (path) => `//oidc${path}`,
      (path) => `/oidc/.${path}`, (path) => `/oidc/x/..${path}`, (path) => `/oidc${path}%2f`, (path) => `/oidc%2f${path.slice(1)}`, (path) => `/oidc${path};x=1`, (path) => `/oidc${path}%00`, (path) => `/oidc${path}%3fx`,
      (path) => `/oidc${path.replace(/[a-z](?=[^a-z]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`, (path) => `/oidc\\${path.slice(1)}`, (path) => `/oidc${path.replace('k', '\u212a')}`,
    ]
    const answered: string[] = []
    for (const spell of spellings) {
      for (const path of paths.map(spell).filter((spelled) => !paths.some((one) => spelled === `/oidc${one}`))) {
        for (const method of ['GET', 'POST'] as const) {
          const response = await app.send({ method, path: path.replace('\u212a', '%E2%84%AA'), ...(method === 'POST' ? { form: {} } : {}) })
          if (response.statusCode !== 404 && response.statusCode !== 400) answered.push(`${method} ${path} ${response.statusCode}`)
          else expect(response.body, path).not.toMatch(/invalid_client|invalid_request/)
        }
      }
    }
    expect(answered).toEqual([])
  })

  test('publishes public keys only', async () => {
    const { app } = await ready()
    const { keys } = (await app.send({ path: '/oidc/jwks' })).json()
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatchObject({ kty: 'EC', alg: 'ES256' })
    expect(keys[0]).not.toHaveProperty('d')
  })
})
