/** How the OpenID provider is set up: one client, one flow, one scope, and everything else switched off by name. */
import { hkdfSync } from 'node:crypto'
import type { ClientMetadata, Configuration, JWKS } from 'oidc-provider'
import type { Room } from '../ports.ts'
import { tokenLifetime } from '../terminal/tokens.ts'
import { createAdapter, type OidcErrors } from './adapter.ts'

const terminalClient = 'countersign-cli'
export const terminalScope = 'openid countersign'
/** Seconds. */
export const oidcLifetimes = { interaction: 600, code: 60 } as const

/** Native: any port of 127.0.0.1 (RFC 8252 section 7.3), and the key of the terminal for every token (RFC 9449). */
const client: ClientMetadata = {
  client_id: terminalClient,
  client_name: 'Countersign CLI',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback'],
  dpop_bound_access_tokens: true,
  id_token_signed_response_alg: 'ES256',
}

const off = { enabled: false } as const
const features: Configuration['features'] = {
  dPoP: { enabled: true, requireNonce: () => true },
  devInteractions: off, userinfo: off, revocation: off, introspection: off, clientCredentials: off, deviceFlow: off, registration: off,
  registrationManagement: off, pushedAuthorizationRequests: off, resourceIndicators: off, rpInitiatedLogout: off, backchannelLogout: off,
  claimsParameter: off, requestObjects: off, encryption: off, jwtIntrospection: off, jwtResponseModes: off, jwtUserinfo: off, mTLS: off,
}

export type OidcSecrets = { root: Uint8Array; jwks: JWKS }

export function oidcConfiguration(
  context: Room,
  errors: OidcErrors,
  secrets: OidcSecrets,
  /** Whether the directory has a person of this id. */
  knows: (person: string) => Promise<boolean>,
): Configuration {
  const https = new URL(context.settings.url).protocol === 'https:'
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure: https } as const
  return {
    adapter: (model: string) => createAdapter(context, errors, model),
    clients: [client],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: secrets.jwks,
    cookies: {
      names: { session: 'countersign_oidc', interaction: 'countersign_interaction', resume: 'countersign_resume' },
      keys: [derive(secrets.root, 'countersign.oidc.cookies.v1').toString('base64url')],
      long: cookie,
      // The interaction's cookie goes to the API that answers for the sign-in page, not only to the page.
      short: { ...cookie, path: '/' },
    },
    features: { ...features, dPoP: { ...features?.dPoP, nonceSecret: derive(secrets.root, 'countersign.oidc.dpop-nonce.v1') } },
    responseTypes: ['code'],
    scopes: ['openid', 'countersign'],
    claims: { openid: ['sub'] },
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'], dPoPSigningAlgValues: ['ES256', 'EdDSA'] },
    ttl: {
      AccessToken: tokenLifetime / 1000,
      Grant: tokenLifetime / 1000,
      AuthorizationCode: oidcLifetimes.code,
      IdToken: 300,
      Interaction: oidcLifetimes.interaction,
      Session: oidcLifetimes.interaction,
    },
    expiresWithSession: async () => false,
    findAccount: async (_ctx, sub) => ((await knows(sub)) ? { accountId: sub, claims: async () => ({ sub }) } : undefined),
    interactions: {
      async url(_ctx, interaction) {
        // The page shows the key that it is asked to trust, and the token is refused to any other: so the request must name it.
        if (typeof interaction.params['dpop_jkt'] !== 'string') throw new errors.InvalidRequest('dpop_jkt is required')
        return `${context.settings.url}/sign-in?uid=${encodeURIComponent(interaction.uid)}`
      },
    },
    async renderError(ctx, out) {
      ctx.type = 'text/plain; charset=utf-8'
      ctx.body = `The sign-in of your terminal could not go on: ${out.error_description ?? out.error}.\nClose this page and run \`countersign login\` again.\n`
    },
  }
}

function derive(root: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, new Uint8Array(), info, 32))
}
