/**
 * Who may ask for tokens. There is no registration: these, and the resource servers of the settings, which get no tokens.
 *
 * Terraform knows neither DPoP nor refresh tokens (its login protocol, `login.v1`): what it gets is a bearer token, so it is one that can
 * read and plan and nothing else. Its redirects are those of its protocol: ports 10000 to 10010 of localhost, nothing around them.
 */
import type { ClientMetadata } from 'oidc-provider'
import type { ResourceServer } from './settings.ts'

export const terminalClient = 'countersign-cli'
export const terraformClient = 'terraform'
export const terminalScope = 'countersign'
export const bearerScope = 'plan'
export const terraformPorts = { first: 10_000, last: 10_010 } as const
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'

const terraformRedirects = Array.from({ length: terraformPorts.last - terraformPorts.first + 1 }, (_, at) => `http://localhost:${terraformPorts.first + at}/login`)

export function oidcClients(options: { deviceGrant: boolean; resourceServers: readonly ResourceServer[] }): ClientMetadata[] {
  const publicClient = { application_type: 'native', token_endpoint_auth_method: 'none', response_types: ['code'], id_token_signed_response_alg: 'ES256' } as const
  return [
    {
      // Any port of 127.0.0.1 (RFC 8252 section 7.3), and the key of the terminal for every token (RFC 9449).
      ...publicClient, response_types: ['code'], client_id: terminalClient, client_name: 'Countersign CLI', scope: `openid ${terminalScope}`,
      grant_types: ['authorization_code', 'refresh_token', ...(options.deviceGrant ? [deviceGrantType] : [])],
      redirect_uris: ['http://127.0.0.1/callback'], dpop_bound_access_tokens: true,
    },
    {
      ...publicClient, response_types: ['code'], client_id: terraformClient, client_name: 'Terraform', scope: bearerScope,
      grant_types: ['authorization_code'], redirect_uris: terraformRedirects,
    },
    ...options.resourceServers.map(({ name, secretHash }): ClientMetadata => ({
      client_id: name, client_secret: secretHash, token_endpoint_auth_method: 'client_secret_basic', grant_types: [], response_types: [], redirect_uris: [],
    })),
  ]
}

/** The library takes any port of a loopback address; what Terraform may be sent to is named port by port. */
export function isTerraformRedirect(redirect: string): boolean {
  return terraformRedirects.includes(redirect)
}
