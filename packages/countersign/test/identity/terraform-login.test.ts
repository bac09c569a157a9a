import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { freePort, HandClock, ownedServer, scratchFolder, scratchServer } from '../support/scratch-server.ts'
import { terraformOrSkip } from '../support/terraform.ts'
import { tlsFront } from '../support/tls-front.ts'
import { createHash, randomBytes } from 'node:crypto'

type Owned = { url: string; person: SoftwarePerson }

/** What Terraform does between its question and its token, request by request; `change` is where it would lie. */
async function terraformSignIn({ url, person }: Owned, change: { redirect?: string; query?: Record<string, string> } = {}): Promise<{ token: string; answer: Record<string, unknown>; page: URL }> {
  const service = (await (await fetch(`${url}/.well-known/terraform.json`)).json()) as { 'login.v1': { client: string; authz: string; token: string; scopes: string[] } }
  const { client, authz, token, scopes } = service['login.v1']
  const verifier = randomBytes(32).toString('base64url')
  const redirect = change.redirect ?? 'http://localhost:10003/login'
  const query = new URLSearchParams({
    client_id: client, code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', redirect_uri: redirect,
    response_type: 'code', scope: scopes.join(' '), state: 'uuid', ...change.query,
  })
  for (const [name, value] of query) if (value === '') query.delete(name)
  const page = await hop(person, new URL(`${authz}?${query}`))
  const uid = page.searchParams.get('uid')
  if (uid === null) return { token: '', answer: {}, page }
  const { redirect: back } = await person.must('POST', `/api/v1/interactions/${uid}`, { decision: 'allow' })
  const landed = await hop(person, new URL(String(back)))
  const form = new URLSearchParams({ grant_type: 'authorization_code', code: landed.searchParams.get('code') ?? '', redirect_uri: redirect, code_verifier: verifier })
  // Go's oauth2 tries the header with an empty secret first, and the form after that was refused.
  const first = await fetch(token, { method: 'POST', body: form, headers: { authorization: `Basic ${Buffer.from(`${client}:`).toString('base64')}` } })
  expect(first.ok).toBe(false)
  form.set('client_id', client)
  const answer = (await (await fetch(token, { method: 'POST', body: form })).json()) as Record<string, unknown>
  return { token: typeof answer['access_token'] === 'string' ? answer['access_token'] : '', answer, page }
}

async function hop(person: SoftwarePerson, link: URL): Promise<URL> {
  let at = link
  while (at.origin === new URL(person.url).origin && at.pathname !== '/sign-in') {
    const next = (await person.call('GET', at.href)).headers.get('location')
    if (next === null) return at
    at = new URL(next, at)
  }
  return at
}

async function bearer(url: string, token: string, method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(path, url), {
    method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '', body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} }
}

describe('terraform login', () => {
  test.skipIf(terraformOrSkip().skip)('the real program signs in over HTTPS and saves a token that can read and plan, and never apply', async () => {
    const [port, behind] = [await freePort(), await freePort()]
    const { caFile } = await tlsFront(port, behind)
    const { url, server } = await scratchServer({ port: behind, url: `https://localhost:${port}` })
    const home = await scratchFolder('terraform-home')
    await mkdir(join(home, '.terraform.d'))
    await trusting(async () => {
      const person = new SoftwarePerson(url)
      await person.setUp(server.setupLink ?? '', 'Ada Owner')
      // Without a PATH it finds no browser, and prints the link.
      const terraform = spawn(process.env['TERRAFORM_BIN'] ?? await which('terraform'), ['login', `localhost:${port}`], {
        cwd: home, env: { HOME: home, SSL_CERT_FILE: caFile, PATH: '/nonexistent', CHECKPOINT_DISABLE: '1' }, stdio: ['pipe', 'pipe', 'pipe'],
      })
      let said = ''
      let opened: Promise<void> | undefined
      for (const stream of [terraform.stdout, terraform.stderr]) stream.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        const link = /(https:\/\/localhost:\d+\/oidc\/auth\?\S+)/.exec(said)?.[1]
        if (link !== undefined) opened ??= person.allowTerminal(link)
      })
      terraform.stdin.end('yes\n')
      const [code] = (await once(terraform, 'close')) as [number]
      await opened
      expect(said).toContain('Terraform has obtained and saved an API token')
      expect(code).toBe(0)
      const saved = JSON.parse(await readFile(join(home, '.terraform.d', 'credentials.tfrc.json'), 'utf8')) as { credentials: Record<string, { token: string }> }
      const token = saved.credentials[`localhost:${port}`]?.token ?? ''
      expect(token).toMatch(/^cs_tf_[\w-]{43}$/)
      expect((await bearer(url, token, 'GET', '/api/v1/runs')).status).toBe(200)
      expect((await bearer(url, token, 'POST', '/api/v1/runs', { ...runBody(), dryRun: true })).status).toBe(200)
      expect((await bearer(url, token, 'POST', '/api/v1/runs', runBody())).body['code']).toBe('wrong_channel')
    })
  })

  test('the token reads and plans, and is refused everything else, with the scope that is missing', async () => {
    const owned = await ownedServer()
    const { token, answer } = await terraformSignIn(owned)
    expect(answer).toMatchObject({ token_type: 'Bearer', scope: 'plan' })
    expect(answer['refresh_token']).toBeUndefined()
    expect(answer['id_token']).toBeUndefined()
    const run = await ask(owned.terminal, runBody())
    for (const path of ['/api/v1/runs', `/api/v1/runs/${run.id}`, `/api/v1/runs/${run.id}/plan`, '/api/v1/me']) expect((await bearer(owned.url, token, 'GET', path)).status, path).toBe(200)
    expect((await bearer(owned.url, token, 'POST', '/api/v1/runs', { ...runBody(), dryRun: true })).status).toBe(200)
    const forAnyone = /^\/api\/v1\/(status|setup\/|session\/|enrol|join|invitation)/
    // Its own end comes last.
    const own = ({ url }: { url: string }): number => Number(url === '/api/v1/token')
    const routes = owned.server.app.routeTable.filter(({ method, url }) => url.startsWith('/api/v1/') && !forAnyone.test(url) && method !== 'HEAD' && method !== 'OPTIONS')
    const letIn: string[] = []
    for (const { method, url } of routes.sort((a, b) => own(a) - own(b))) {
      const path = url.replace(':code', run.code).replace('/runs/:id', `/runs/${run.id}`).replace(/:[a-z]+/g, 'x')
      const got = await bearer(owned.url, token, method, path, method === 'GET' || method === 'DELETE' ? undefined : {})
      if (got.status < 400) letIn.push(`${method} ${url}`)
    }
    expect(letIn.sort()).toEqual(['DELETE /api/v1/token', 'GET /api/v1/me', 'GET /api/v1/runs', 'GET /api/v1/runs/:id', 'GET /api/v1/runs/:id/evidence', 'GET /api/v1/runs/:id/plan'])
  })

  test('what it may not do is said in the words of RFC 6750, and what waits goes on waiting', async () => {
    const owned = await ownedServer()
    const { token } = await terraformSignIn(owned)
    const asked = await bearer(owned.url, token, 'POST', '/api/v1/runs', runBody())
    expect([asked.status, asked.body['code'], asked.challenge]).toEqual([403, 'wrong_channel', 'Bearer error="insufficient_scope", scope="countersign"'])
    const run = await ask(owned.terminal, runBody())
    expect((await bearer(owned.url, token, 'GET', '/api/v1/ceremonies')).body['code']).toBe('wrong_channel')
    expect((await bearer(owned.url, token, 'POST', `/api/v1/runs/${run.id}/cancel`, {})).body['code']).toBe('wrong_channel')
    expect((await bearer(owned.url, token, 'GET', '/api/v1/terminals')).body['code']).toBe('bearer_refused')
  })

  test('its redirects are the ports 10000 to 10010 of localhost, and nothing that looks like them', async () => {
    const owned = await ownedServer()
    for (const port of [10_000, 10_010]) expect((await terraformSignIn(owned, { redirect: `http://localhost:${port}/login` })).token).toMatch(/^cs_tf_/)
    for (const redirect of [
      'http://localhost:9999/login', 'http://localhost:10011/login', 'http://localhost/login', 'http://127.0.0.1:10000/login', 'https://localhost:10000/login', 'http://localhost:10000/', 'http://localhost:10000/login/',
      'http://localhost:10000/Login', 'http://LOCALHOST:10000/login', 'http://localhost:10000/login?x=1', 'http://localhost:10000/login#x', 'http://localhost:10000@evil.example/login', 'http://localhost.evil.example:10000/login',
      'http://evil.example/login', 'http://localhost:10000/%6cogin', 'http://localhost:10000/x/../login', 'http://localhost:10000\\@evil.example/login', 'http://127.0.0.1/callback',
    ]) {
      const { page, token } = await terraformSignIn(owned, { redirect })
      // Refused before anybody is asked, and no browser is sent there.
      expect([page.searchParams.get('uid'), token, page.searchParams.get('code')], redirect).toEqual([null, '', null])
    }
  })

  test('cannot ask for another scope, another flow, or a token of the command line', async () => {
    const owned = await ownedServer()
    for (const query of [{ scope: 'countersign' }, { scope: 'plan countersign' }, { scope: 'openid' }, { code_challenge: '', code_challenge_method: '' }, { dpop_jkt: 'A'.repeat(43) }, { response_type: 'token' }]) {
      const { token, page } = await terraformSignIn(owned, { query })
      expect([page.searchParams.get('uid'), token], JSON.stringify(query)).toEqual([null, ''])
    }

    expect((await terraformSignIn(owned, { query: { scope: '' } })).answer['scope']).toBe('plan')
  })

  test('neither kind of token is taken for the other', async () => {
    const owned = await ownedServer()
    const { token } = await terraformSignIn(owned)
    expect((await bearer(owned.url, owned.terminal.token, 'GET', '/api/v1/runs')).body['code']).toBe('bearer_refused')
    expect((await bearer(owned.url, 'cs_tf_nothing', 'GET', '/api/v1/runs')).body['code']).toBe('token_invalid')
    const dressed = await signInTerminal(owned.url, (link) => owned.person.allowTerminal(link))
    Object.defineProperty(dressed, 'token', { value: token })
    expect((await dressed.call('GET', '/api/v1/runs')).body['code']).toBe('dpop_key_mismatch')
  })

  test('the token is a hash in the database, ends after eight hours, and ends on the person\'s page', async () => {
    const clock = new HandClock()
    const owned = await ownedServer({ clock })
    const { token } = await terraformSignIn(owned)
    const rows = JSON.stringify(await owned.server.parts.base.store.read((db) => db.selectFrom('terminal_token').selectAll().execute()))
    expect(rows).not.toContain(token)
    const { terminals } = (await owned.person.must('GET', '/api/v1/terminals')) as { terminals: { id: string; kind: string; client: string }[] }
    const listed = terminals.find(({ kind }) => kind === 'bearer')
    expect(listed?.client).toBe('Terraform')
    const other = await terraformSignIn(owned)
    await owned.person.must('DELETE', `/api/v1/terminals/${listed?.id}`)
    expect((await bearer(owned.url, token, 'GET', '/api/v1/runs')).body['code']).toBe('token_invalid')
    clock.time += 8 * 60 * 60_000
    expect((await bearer(owned.url, other.token, 'GET', '/api/v1/runs')).body['code']).toBe('token_expired')
  })
})

/** The person's browser trusts the test's authority; terraform is told of it by its own variable. */
async function trusting(work: () => Promise<void>): Promise<void> {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  try {
    await work()
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
  }
}

async function which(name: string): Promise<string> {
  const { execFileSync } = await import('node:child_process')
  return execFileSync('sh', ['-c', `command -v ${name}`]).toString().trim()
}
