/**
 * The OpenID provider as a plain Node request handler under /oidc.
 *
 * It builds its URLs from request headers. So a request for any host but the configured one is answered 421, and the forwarding
 * headers it would read are replaced by the configured URL before it sees them: nothing that a client sends decides where a browser
 * is sent or what a proof is compared with.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Room } from '../ports.ts'
import { secretPrefixes } from '../secrets.ts'
import { bearerScope, terraformClient } from './clients.ts'
import { oidcConfiguration, type OidcSecrets } from './configuration.ts'
import { answerOurPage } from './device-start.ts'
import { isOidcPath } from './paths.ts'
import { collectNotices } from './quiet.ts'
import { secretOpens } from './settings.ts'

export const oidcPath = '/oidc'

export type OidcLog = { notice(text: string): void; failure(error: unknown): void }
/** `address`: of the client, as the server sees it. */
export type OidcHandler = (request: IncomingMessage & { originalUrl?: string }, response: ServerResponse, address: string) => void

export async function createProvider(
  context: Room,
  secrets: OidcSecrets,
  knows: (person: string) => Promise<boolean>,
  log: OidcLog,
): Promise<Provider> {
  return await collectNotices(async () => {
    const library = await import('oidc-provider')
    const provider = new library.Provider(context.settings.url + oidcPath, oidcConfiguration(context, library.errors, secrets, knows))
    provider.proxy = true
    prefixTokens(provider)
    compareByHash(provider)
    provider.use(answerOurPage(context.settings.url))
    provider.on('server_error', (_ctx, error) => log.failure(error))
    return provider
  }, (text) => log.notice(text))
}

type Model = 'AccessToken' | 'RefreshToken' | 'DeviceCode'
const prefixes: Record<Model, (token: { clientId?: string }) => string> = {
  AccessToken: ({ clientId }) => (clientId === terraformClient ? secretPrefixes.bearerToken : secretPrefixes.accessToken),
  RefreshToken: () => secretPrefixes.refreshToken,
  DeviceCode: () => secretPrefixes.deviceCode,
}

/** The library asks each model for the id of a new token: 256 random bits. We put in front what it is. */
function prefixTokens(provider: Provider): void {
  for (const model of ['AccessToken', 'RefreshToken', 'DeviceCode'] as const) {
    const { prototype } = provider[model]
    const original: unknown = Reflect.get(prototype, 'generateTokenId')
    if (typeof original !== 'function') throw new Error('oidc-provider makes the ids of its tokens in another way than this was written for')
    Object.defineProperty(prototype, 'generateTokenId', {
      value(this: { clientId?: string }) {
        return prefixes[model](this) + String(Reflect.apply(original, this, []))
      },
    })
  }
}

/** The secret of a resource server is known to us as a hash; the library would compare it with what was sent. */
function compareByHash(provider: Provider): void {
  const { prototype } = provider.Client
  if (typeof Reflect.get(prototype, 'compareClientSecret') !== 'function') throw new Error('oidc-provider compares secrets in another way than this was written for')
  Object.defineProperty(prototype, 'compareClientSecret', {
    value(this: { clientSecret?: string }, given: string) {
      return secretOpens(given, this.clientSecret ?? '')
    },
  })
}

/** Terraform before 1.2 does not send the scopes that its service discovery names. */
function withScope(path: string): string {
  const [pathname, search = ''] = path.split('?', 2)
  const query = new URLSearchParams(search)
  const lacks = pathname === `${oidcPath}/auth` && query.get('client_id') === terraformClient && !query.has('scope')
  return lacks ? `${path}&scope=${bearerScope}` : path
}

export function createOidcHandler(provider: Provider, url: string): OidcHandler {
  const configured = new URL(url)
  const answer = provider.callback()
  return (request, response, address) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    if (request.headers.host?.toLowerCase() !== configured.host) return misdirected(response, url)
    const path = withScope(request.url ?? '')
    const below = path.startsWith(`${oidcPath}/`) ? path.slice(oidcPath.length) : ''
    if (!isOidcPath(below.split('?', 1)[0] ?? '')) return void response.writeHead(404).end()
    request.headers['x-forwarded-for'] = address
    request.headers['x-forwarded-host'] = configured.host
    request.headers['x-forwarded-proto'] = configured.protocol.slice(0, -1)
    request.originalUrl = path
    request.url = below
    void answer(request, response)
  }
}

const securityHeaders = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

function misdirected(response: ServerResponse, url: string): void {
  const problem = {
    type: 'about:blank', title: 'Misdirected Request', status: 421, code: 'misdirected_request',
    detail: 'This server does not answer for the host that was asked.', next: `Use ${url}.`,
  }
  response.writeHead(421, { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' }).end(JSON.stringify(problem))
}
