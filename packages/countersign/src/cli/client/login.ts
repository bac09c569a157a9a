/**
 * Signs this terminal in: OAuth 2 authorization code with PKCE (RFC 7636) over a loopback redirect (RFC 8252), the token bound to the
 * terminal's key by DPoP (RFC 9449).
 *
 * The redirect is guarded against others on this machine by `state` and PKCE, and the code against a thief by the key whose thumbprint
 * the authorization request names. The ID token is not used: who signed in is asked of the API, with the bound token.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, userInfo } from 'node:os'
import { CliError } from '../exit.ts'
import { client, discover, grantedBy, postForm, scope, type Granted } from './oauth.ts'
import type { TerminalKey } from './terminal-key.ts'

/** `show` is given the address to open, once it can be opened. Throws CliError `login_denied`, `login_timeout`, `login_failed`. */
export async function signIn(server: string, key: TerminalKey, show: (address: string) => void, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Granted> {
  const endpoints = await discover(server)
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const loopback = await listen(state, endpoints.issuer)
  try {
    const redirect = `http://127.0.0.1:${loopback.port}/callback`
    const question = new URLSearchParams({
      client_id: client, response_type: 'code', scope, redirect_uri: redirect, state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
      dpop_jkt: key.thumbprint, login_hint: whoAsks(),
    })
    show(`${endpoints.authorization}?${question.toString()}`)
    const code = await withLimit(loopback.code, options)
    const form = { grant_type: 'authorization_code', client_id: client, code, redirect_uri: redirect, code_verifier: verifier }
    return grantedBy(await postForm(endpoints.token, key, form), endpoints.token)
  } finally {
    loopback.close()
  }
}

/** `user@host`, for the page to show as a claim. */
export function whoAsks(): string {
  try {
    return `${userInfo().username}@${hostname()}`.slice(0, 120)
  } catch {
    return `somebody@${hostname()}`.slice(0, 120) // a container's user without a name
  }
}

async function listen(state: string, issuer: string): Promise<{ port: number; code: Promise<string>; close: () => void }> {
  let settle: { resolve: (code: string) => void; reject: (error: CliError) => void } | undefined
  const code = new Promise<string>((resolve, reject) => (settle = { resolve, reject }))
  code.catch(() => undefined)
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (request.method !== 'GET' || url.pathname !== '/callback') return page(response, 404, 'There is nothing here.')
    // Anybody on this machine, or a page in the browser, can call this address: without our state it is ignored.
    if (!same(url.searchParams.get('state') ?? '', state)) return page(response, 400, 'This answer belongs to another sign-in. Look at your terminal.')
    const [given, error, from] = ['code', 'error', 'iss'].map((name) => url.searchParams.get(name))
    if (from && from !== issuer) {
      settle?.reject(new CliError('login_failed', 'The answer came from another server than the one that was asked.', 'Run countersign login again.'))
      return page(response, 400, 'The answer came from another server. Look at your terminal.')
    }
    if (!given) {
      settle?.reject(error === 'access_denied' ? new CliError('login_denied', 'The sign-in was denied in the browser.', 'Run countersign login again if that was a mistake.') : new CliError('login_failed', `The sign-in failed${error ? ` (${error})` : ''}.`, 'Run countersign login again.'))
      return page(response, 200, 'This terminal was not signed in. You can close this page.')
    }
    settle?.resolve(given)
    page(response, 200, 'This terminal is signed in. You can close this page and go back to it.')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new CliError('login_failed', 'No port of 127.0.0.1 could be opened for the answer of the browser.', 'Check what forbids it: a sandbox or a firewall.', { cause })))
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    code,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': 'default-src \'none\'; style-src \'unsafe-inline\'', 'cache-control': 'no-store', connection: 'close', 'referrer-policy': 'no-referrer' })
  response.end(`<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Countersign</title><body style="font:18px/1.5 system-ui;max-width:34rem;margin:18vh auto;padding:0 1rem"><p>${text}</p>`)
}

async function withLimit<T>(work: Promise<T>, { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal }): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new CliError('login_timeout', `Nobody answered in the browser within ${Math.round(timeoutMs / 60_000)} minutes.`, 'Run countersign login again.')), timeoutMs)
        signal?.addEventListener('abort', () => reject(new CliError('interrupted', 'Interrupted. This terminal is not signed in.')), { once: true })
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
