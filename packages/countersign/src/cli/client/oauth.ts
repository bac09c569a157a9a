/** What both ways of signing in have in common: the server's endpoints, and a token request with the proof of the key (RFC 9449). */
import { CliError } from '../exit.ts'
import { dpopProof } from './dpop.ts'
import { exchange, type Response } from './http.ts'
import { problemOf } from './problem.ts'
import type { TerminalKey } from './terminal-key.ts'

export const client = 'countersign-cli'
export const scope = 'openid countersign'

export type Granted = { readonly accessToken: string; readonly expiresAt: string; readonly refreshToken?: string }
/** `device` undefined: the server does not have that grant. */
export type Endpoints = { readonly authorization: string; readonly token: string; readonly issuer: string; readonly device: string | undefined }

/** Throws CliError `login_failed` where an endpoint is not the server's own. */
export async function discover(server: string): Promise<Endpoints> {
  const response = await exchange({ method: 'GET', url: `${server}/oidc/.well-known/openid-configuration` })
  if (response.status !== 200) throw problemOf(response, server)
  const said = JSON.parse(response.body.toString('utf8')) as Record<string, unknown>
  const endpoint = (name: string): string => {
    const value = said[name]
    // An endpoint on another host would receive the code: the server signs in to itself, or not at all.
    if (typeof value === 'string' && URL.canParse(value) && new URL(value).origin === server) return new URL(value).href // as it is shown and opened: without control characters
    throw new CliError('login_failed', `${server} names a sign-in endpoint that is not its own.`, `Use the address that the server is configured with${typeof value === 'string' && URL.canParse(value) ? `: --server ${new URL(value).origin}` : ''}.`)
  }
  return {
    authorization: endpoint('authorization_endpoint'), token: endpoint('token_endpoint'), issuer: endpoint('issuer'),
    device: said['device_authorization_endpoint'] === undefined ? undefined : endpoint('device_authorization_endpoint'),
  }
}

/** One POST of a form with a proof of the key; a second one with the server's nonce when it asks for that. */
export async function postForm(url: string, key: TerminalKey, form: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams(form).toString()
  const once = async (nonce: string | undefined): Promise<Response> =>
    await exchange({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded', dpop: await dpopProof(key, { method: 'POST', url, nonce }) }, body })
  const response = await once(undefined)
  const nonce = response.headers['dpop-nonce']
  return response.status === 400 && typeof nonce === 'string' && response.body.includes('use_dpop_nonce') ? await once(nonce) : response
}

/** Throws CliError of the server's refusal, `login_failed` for a token that is not bound to our key. */
export function grantedBy(response: Response, url: string): Granted {
  if (response.status !== 200) throw problemOf(response, new URL(url).origin)
  const said = JSON.parse(response.body.toString('utf8')) as { access_token?: unknown; token_type?: unknown; expires_in?: unknown; refresh_token?: unknown }
  // A bearer token would be worth something to a thief: only one that is bound to our key is taken.
  if (typeof said.access_token !== 'string' || String(said.token_type).toLowerCase() !== 'dpop') throw new CliError('login_failed', 'The server gave a token that is not bound to this terminal\'s key.', 'Tell the server\'s owner; do not use it.')
  const seconds = typeof said.expires_in === 'number' ? said.expires_in : 0
  return {
    accessToken: said.access_token, expiresAt: new Date(Date.now() + seconds * 1000).toISOString(),
    ...(typeof said.refresh_token === 'string' ? { refreshToken: said.refresh_token } : {}),
  }
}
