/**
 * A terminal without the command line's own checks: token, key, and whatever requests somebody cares to make with them. The
 * demonstration and the tests are the attacker here, so the server must refuse by itself.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import type { Answer } from './software-person.ts'

export type TerminalKey = { privateKey: CryptoKey; publicJwk: JWK; thumbprint: string }

export async function newTerminalKey(): Promise<TerminalKey> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = await exportJWK(pair.publicKey)
  return { privateKey: pair.privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) }
}

/** A key as the command line stores it: a private JWK. */
export async function terminalKeyOf(privateJwk: JWK): Promise<TerminalKey> {
  const { d: _, ...publicJwk } = privateJwk
  const privateKey = await importJWK(privateJwk, 'ES256')
  if (privateKey instanceof Uint8Array) throw new TypeError('not an EC key')
  return { privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) }
}

export class RawTerminal {
  readonly url: string
  readonly token: string
  readonly key: TerminalKey
  /** Where a test moves the server's clock, the terminal's moves with it. */
  now: () => number = Date.now
  /** Sent with each request. */
  headers: Readonly<Record<string, string>> = {}
  #nonce: string | undefined

  constructor(url: string, token: string, key: TerminalKey) {
    this.url = url
    this.token = token
    this.key = key
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const first = await this.once(method, path, body)
    if (first.body['code'] !== 'use_dpop_nonce') return first
    return this.once(method, path, body)
  }

  async must(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.call(method, path, body)
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async bytes(path: string): Promise<Buffer> {
    const first = await this.#send('GET', path, undefined)
    const response = first.status === 401 ? await this.#send('GET', path, undefined) : first
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  }

  /** One request with the nonce there is, and the answer as it came. */
  async once(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#send(method, path, body)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} }
  }

  async #send(method: string, path: string, body: unknown): Promise<Response> {
    const url = new URL(path, this.url)
    const response = await fetch(url, {
      method,
      headers: {
        ...this.headers,
        authorization: `DPoP ${this.token}`,
        dpop: await dpopProof(this.key, { method, url, token: this.token, nonce: this.#nonce, time: this.now() }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    this.#nonce = response.headers.get('dpop-nonce') ?? this.#nonce
    return response
  }
}

export type ProofSpec = { method: string; url: URL; token?: string | undefined; nonce?: string | undefined; time?: number }

/** RFC 9449, section 4.2. */
export async function dpopProof(key: TerminalKey, { method, url, token, nonce, time = Date.now() }: ProofSpec): Promise<string> {
  return new SignJWT({
    htm: method, htu: `${url.origin}${url.pathname}`, jti: randomUUID(),
    ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
    ...(nonce === undefined ? {} : { nonce }),
  }).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk }).setIssuedAt(Math.floor(time / 1000)).sign(key.privateKey)
}

/** Signs a terminal in: authorization code with PKCE over loopback. `open` is the person's browser. */
export async function signInTerminal(url: string, open: (link: string) => Promise<void>, key?: TerminalKey): Promise<RawTerminal> {
  const own = key ?? (await newTerminalKey())
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const landing = await listenForCode(state)
  try {
    const redirect = `http://127.0.0.1:${landing.port}/callback`
    const authorize = new URL('/oidc/auth', url)
    authorize.search = new URLSearchParams({
      client_id: 'countersign-cli',
      response_type: 'code',
      scope: 'openid countersign',
      redirect_uri: redirect,
      state,
      prompt: 'consent',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      dpop_jkt: own.thumbprint,
      login_hint: 'you@demonstration',
    }).toString()
    await open(authorize.href)
    const code = await landing.code
    return new RawTerminal(url, await exchange(url, own, { code, verifier, redirect }), own)
  } finally {
    landing.close()
  }
}

async function exchange(url: string, key: TerminalKey, given: { code: string; verifier: string; redirect: string }): Promise<string> {
  const endpoint = new URL('/oidc/token', url)
  let nonce: string | undefined
  for (let attempt = 0; attempt < 2; attempt++) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', dpop: await dpopProof(key, { method: 'POST', url: endpoint, nonce }) },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'countersign-cli',
        code: given.code,
        code_verifier: given.verifier,
        redirect_uri: given.redirect,
      }),
    })
    const answer = (await response.json()) as { access_token?: string; error?: string }
    if (answer.access_token !== undefined) return answer.access_token
    nonce = response.headers.get('dpop-nonce') ?? undefined
    if (answer.error !== 'use_dpop_nonce') throw new Error(`the token was refused: ${JSON.stringify(answer)}`)
  }
  throw new Error('the token was refused twice for its nonce')
}

async function listenForCode(state: string): Promise<{ port: number; code: Promise<string>; close(): void }> {
  let settle: { resolve: (code: string) => void; reject: (error: Error) => void } | undefined
  const code = new Promise<string>((resolve, reject) => {
    settle = { resolve, reject }
  })
  code.catch(() => undefined)
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    response.end('You can close this page.')
    const given = searchParams.get('code')
    if (given !== null && searchParams.get('state') === state) settle?.resolve(given)
    else settle?.reject(new Error(`the sign-in came back with ${searchParams.get('error') ?? 'another state'}`))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, code, close: () => void server.close() }
}
