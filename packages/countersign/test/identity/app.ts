/** The routes of this room in a server, and a browser and a terminal that talk to it. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import cookie from '@fastify/cookie'
import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import fastify, { type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { onTestFinished } from 'vitest'
import { IdentityError, type SoftwareAuthenticator } from '../../src/identity/index.ts'
import { decorateRequests, identityRoutes } from '../../src/identity/routes.ts'
import { openTerminal, type ProofClaims, type ProofHeader, type Terminal } from './terminal.ts'
import { url, type World } from './world.ts'

type Options = PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON
/** Whatever an answer may hold, as far as tests look into it. */
type Body = {
  code: string
  error: string
  access_token: string
  ceremony: string
  redirect: string
  options: Options
  codes: string[]
  pending: { id: string }
  possession: { options: Options }
  voucher: { options: Options }
  authenticators: { label: string; thisSession: boolean }[]
  keys: Record<string, unknown>[]
  [other: string]: unknown
}
export type Answer = {
  statusCode: number
  headers: Record<string, unknown>
  body: string
  json: () => Body
  cookies: { name: string; value: string; expires?: Date }[]
}
export type App = { app: FastifyInstance; send: (given: Send) => Promise<Answer> }
type Send = { method?: 'GET' | 'POST' | 'DELETE'; path: string; body?: unknown; headers?: Record<string, string>; form?: Record<string, string> }

export async function openApp(world: World): Promise<App> {
  const app = fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof IdentityError) return await reply.code(401).headers(error.headers).send({ code: error.code })
    return await reply.code(error.statusCode ?? 500).send({ code: error.statusCode === 400 ? 'invalid_request' : 'failed', message: error.message })
  })
  await app.register(cookie)
  decorateRequests(app)
  await app.register((scope) => identityRoutes(scope, { identity: world.identity }))
  await app.ready()
  const send = async ({ method = 'GET', path, body, form, headers = {} }: Send): Promise<Answer> =>
    await app.inject({
      method, url: path,
      headers: { host: 'localhost:7420', ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers },
      ...(form ? { payload: new URLSearchParams(form).toString() } : body === undefined ? {} : { payload: JSON.stringify(body), headers: { host: 'localhost:7420', 'content-type': 'application/json', ...headers } }),
    })
  return { app, send }
}

/** The same app, asked through a socket. */
export async function overSocket({ app }: App): Promise<App> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const send = async ({ method = 'GET', path, body, form, headers = {} }: Send): Promise<Answer> => {
    const payload = form ? new URLSearchParams(form).toString() : body === undefined ? '' : JSON.stringify(body)
    const type = form ? 'application/x-www-form-urlencoded' : 'application/json'
    const request = http.request({ host: '127.0.0.1', port: address.port, method, path, headers: { host: 'localhost:7420', ...(payload ? { 'content-type': type } : {}), ...headers } })
    request.end(payload)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const text = Buffer.concat(await response.toArray()).toString()
    return {
      statusCode: response.statusCode ?? 0, headers: response.headers, body: text, json: () => JSON.parse(text),
      cookies: (response.headers['set-cookie'] ?? []).map(parseCookie),
    }
  }
  return { app, send }
}

function parseCookie(line: string): { name: string; value: string; expires?: Date } {
  const [pair = '', ...rest] = line.split('; ')
  const at = pair.indexOf('=')
  const expires = rest.find((attribute) => attribute.toLowerCase().startsWith('expires='))
  return { name: pair.slice(0, at), value: pair.slice(at + 1), ...(expires ? { expires: new Date(expires.slice('expires='.length)) } : {}) }
}

/** A browser on our pages: it keeps cookies, and sends what the console sends. */
export function openBrowser({ send }: App) {
  const jar = new Map<string, string>()
  return {
    jar,
    async call(given: Send): Promise<Answer> {
      const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await send({ ...given, headers: { origin: url, 'x-countersign': '1', ...(cookies ? { cookie: cookies } : {}), ...given.headers } })
      for (const { name, value, expires } of response.cookies)
        if (expires && expires.getTime() <= Date.now()) jar.delete(name)
        else jar.set(name, value)
      return response
    },
    async signIn(device: SoftwareAuthenticator): Promise<Answer> {
      const { ceremony, options } = (await this.call({ method: 'POST', path: '/api/v1/session/begin', body: {} })).json()
      return await this.call({ method: 'POST', path: '/api/v1/session/finish', body: { ceremony, response: device.get(options, url) } })
    },
  }
}

export type Browser = ReturnType<typeof openBrowser>

/** The command line's side of the sign-in. */
export function openLogin(app: App, terminal: Terminal) {
  const verifier = randomBytes(32).toString('base64url')
  const redirectUri = 'http://127.0.0.1:51234/callback'
  const query: Record<string, string> = {
    client_id: 'countersign-cli', response_type: 'code', scope: 'openid countersign', redirect_uri: redirectUri, state: 'st', login_hint: 'ada@laptop',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', dpop_jkt: terminal.thumbprint,
  }
  const exchange = async (code: string, change: Record<string, string | undefined> = {}, by = terminal, claims: ProofClaims = {}, header: ProofHeader = {}) => {
    const given: Record<string, string | undefined> = { grant_type: 'authorization_code', client_id: 'countersign-cli', code, redirect_uri: redirectUri, code_verifier: verifier, ...change }
    const form = Object.fromEntries(Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined))
    const post = (nonce?: string) =>
      app.send({ method: 'POST', path: '/oidc/token', form, headers: { dpop: by.proof({ method: 'POST', url: `${url}/oidc/token`, now: Date.now(), ...(nonce ? { nonce } : {}) }, claims, header) } })
    const first = await post()
    const nonce = first.headers['dpop-nonce']
    return first.json().error === 'use_dpop_nonce' && typeof nonce === 'string' ? await post(nonce) : first
  }
  return {
    query, verifier, redirectUri, exchange,
    /** Opens the page; the answer to it is the browser's. */
    open: async (browser: Browser, change: Record<string, string | undefined> = {}) => {
      const changed = Object.fromEntries(Object.entries({ ...query, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined))
      return await browser.call({ path: `/oidc/auth?${new URLSearchParams(changed)}` })
    },
    /** The whole way: page, allow, code. */
    async code(browser: Browser): Promise<string> {
      const page = await this.open(browser)
      const uid = new URL(String(page.headers.location)).searchParams.get('uid') ?? ''
      const { redirect } = (await browser.call({ method: 'POST', path: `/api/v1/interactions/${uid}`, body: { decision: 'allow' } })).json()
      const back = await browser.call({ path: new URL(redirect).pathname })
      return new URL(String(back.headers.location)).searchParams.get('code') ?? ''
    },
  }
}

export async function loggedIn(app: App, device: SoftwareAuthenticator) {
  const [browser, terminal] = [openBrowser(app), await openTerminal()]
  await browser.signIn(device)
  const login = openLogin(app, terminal)
  const code = await login.code(browser)
  const response = await login.exchange(code)
  return { browser, terminal, login, code, response, token: response.json().access_token }
}
