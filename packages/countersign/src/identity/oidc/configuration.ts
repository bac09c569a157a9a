/** How the OpenID provider is set up: its clients (clients.ts), the flows that they use, and everything else switched off by name. */
import { hkdfSync } from 'node:crypto'
import type { AdapterPayload, Configuration, JWKS, KoaContextWithOIDC } from 'oidc-provider'
import type { Room } from '../ports.ts'
import { tokenLimits } from '../terminal/tokens.ts'
import { createAdapter, type OidcErrors } from './adapter.ts'
import { acrValues, isAcr } from './assurance.ts'
import { bearerScope, isTerraformRedirect, oidcClients, terminalClient, terminalScope, terraformClient } from './clients.ts'
import { loadConsent } from './consent.ts'
import { deviceInfo, requireThumbprint } from './device-start.ts'
import type { ResourceServer } from './settings.ts'

/** Seconds. */
export const oidcLifetimes = { interaction: 600, code: 60, device: 600 } as const

const off = { enabled: false } as const
const switchedOff = {
  devInteractions: off, userinfo: off, clientCredentials: off, registration: off, registrationManagement: off, pushedAuthorizationRequests: off,
  rpInitiatedLogout: off, backchannelLogout: off, claimsParameter: off, requestObjects: off, encryption: off, jwtIntrospection: off,
  jwtResponseModes: off, jwtUserinfo: off, mTLS: off,
} satisfies Configuration['features']

export type OidcSecrets = { root: Uint8Array; jwks: JWKS }

export function oidcConfiguration(
  context: Room,
  errors: OidcErrors,
  secrets: OidcSecrets,
  /** Whether the directory has a person of this id. */
  knows: (person: string) => Promise<boolean>,
): Configuration {
  const { settings } = context
  const https = new URL(settings.url).protocol === 'https:'
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure: https } as const
  const [deviceGrant, resourceServers] = [settings.deviceGrant ?? false, settings.resourceServers ?? []]
  return {
    adapter: (model: string) => createAdapter(context, errors, model),
    clients: oidcClients({ deviceGrant, resourceServers }),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['none', 'client_secret_basic'],
    jwks: secrets.jwks,
    cookies: {
      names: { session: 'countersign_oidc', interaction: 'countersign_interaction', resume: 'countersign_resume' },
      keys: [derive(secrets.root, 'countersign.oidc.cookies.v1').toString('base64url')],
      long: cookie,
      // The interaction's cookie goes to the API that answers for the sign-in page, not only to the page.
      short: { ...cookie, path: '/' },
    },
    features: {
      ...switchedOff,
      dPoP: { enabled: true, requireNonce: () => true, nonceSecret: derive(secrets.root, 'countersign.oidc.dpop-nonce.v1') },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      introspection: { enabled: resourceServers.length > 0, allowedPolicy: async (_ctx, client, token) => mayIntrospect(resourceServers, client, token) },
      resourceIndicators: {
        enabled: resourceServers.length > 0,
        useGrantedResource: async () => true,
        async getResourceServerInfo(_ctx, resource) {
          if (!resourceServers.some(({ audience }) => audience === resource)) throw new errors.InvalidTarget()
          return { audience: resource, scope: terminalScope, accessTokenFormat: 'opaque', accessTokenTTL: tokenLimits.access / 1000 }
        },
      },
      deviceFlow: deviceGrant ? { enabled: true, charset: 'base-20', mask: '****-****', deviceInfo: deviceInfo(context.ports.clock) } : off,
    },
    responseTypes: ['code'],
    scopes: ['openid', terminalScope, bearerScope],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'] },
    acrValues: [...acrValues],
    pkce: { required: () => true },
    ...(deviceGrant ? { extraParams: { dpop_jkt: requireThumbprint(errors) } } : {}),
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    enabledJWA: { idTokenSigningAlgValues: ['ES256'], dPoPSigningAlgValues: ['ES256', 'EdDSA'] },
    ttl: {
      // The end of the sign-in is the consent's (access-tokens.ts); here it is only told.
      AccessToken: (ctx, _token, client) => (client.clientId === terminalClient ? Math.min(tokenLimits.access, restOfSignIn(ctx)) : tokenLimits.family) / 1000,
      RefreshToken: (ctx) => restOfSignIn(ctx) / 1000,
      Grant: tokenLimits.family / 1000 + oidcLifetimes.code,
      AuthorizationCode: oidcLifetimes.code,
      DeviceCode: oidcLifetimes.device,
      IdToken: 300,
      Interaction: oidcLifetimes.interaction,
      Session: oidcLifetimes.interaction,
    },
    expiresWithSession: async () => false,
    extraTokenClaims: async (_ctx, token) => await claimsOf(context, token),
    findAccount: async (_ctx, sub) => ((await knows(sub)) ? { accountId: sub, claims: async () => ({ sub }) } : undefined),
    interactions: {
      async url(_ctx, interaction) {
        refuseUnusable(interaction.params, errors)
        return `${settings.url}/sign-in?uid=${encodeURIComponent(interaction.uid)}`
      },
    },
    async renderError(ctx, out) {
      ctx.type = 'text/plain; charset=utf-8'
      ctx.body = `The sign-in of your terminal could not go on: ${out.error_description ?? out.error}.\nClose this page and run \`countersign login\` again.\n`
    },
  }
}

/** What our pages and stores would refuse later is refused before anybody is asked. */
function refuseUnusable(params: Readonly<Record<string, unknown>>, errors: OidcErrors): void {
  const { client_id: client, dpop_jkt: thumbprint, redirect_uri: redirect, acr_values: acr } = params
  if (client === terraformClient) {
    if (thumbprint !== undefined) throw new errors.InvalidRequest('dpop_jkt is not for this client')
    if (!isTerraformRedirect(String(redirect))) throw new errors.InvalidRequest('redirect_uri is not one of the ports 10000 to 10010')
  } else if (typeof thumbprint !== 'string') {
    // The page shows the key that it is asked to trust, and the token is refused to any other: so the request must name it.
    throw new errors.InvalidRequest('dpop_jkt is required')
  }
  // RFC 9470 section 5: nobody here can sign in in such a way.
  if (typeof acr === 'string' && acr.trim() !== '' && !acr.split(' ').some(isAcr)) throw new errors.UnmetAuthenticationRequirements('none of acr_values is known here')
}

/** Its own audience, and access tokens only. Whoever may not see a token is told what they are told of one that does not exist. */
function mayIntrospect(servers: readonly ResourceServer[], client: { clientId: string }, token: { kind: string; aud?: unknown }): boolean {
  const server = servers.find(({ name }) => name === client.clientId)
  return server !== undefined && token.kind === 'AccessToken' && token.aud === server.audience
}

/** RFC 9470 section 6.2: a resource server learns how and when the person signed in. */
async function claimsOf({ ports }: Room, { kind, grantId }: { kind: string; grantId?: string | undefined }): Promise<AdapterPayload['extra']> {
  if (kind !== 'AccessToken' || !grantId) return undefined
  const found = await ports.store.read((db) => loadConsent(db, grantId, ports.clock.now()))
  return found && { acr: found.consent.acr, amr: found.consent.amr, auth_time: Math.floor(found.consent.authTime / 1000) }
}

/** Milliseconds. A renewed token keeps the time at which the first was issued. */
function restOfSignIn(ctx: KoaContextWithOIDC): number {
  const used = ctx.oidc.entities.RefreshToken?.totalLifetime() ?? 0
  return Math.max(1000, tokenLimits.family - used * 1000)
}

function derive(root: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, new Uint8Array(), info, 32))
}
