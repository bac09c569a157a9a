/**
 * Everything under /oidc goes to the provider on the raw request: it reads the body itself, so nobody here may have read it before.
 * And what Terraform asks first of a host that one wants to sign in to: its remote service discovery, with the login protocol's `login.v1`.
 */
import type { FastifyInstance } from 'fastify'
import type { Identity } from '../create.ts'
import { bearerScope, terraformClient, terraformPorts } from '../oidc/clients.ts'
import { oidcPath } from '../oidc/provider.ts'

export async function oidcRoutes(app: FastifyInstance, identity: Identity): Promise<void> {
  const base = identity.context.settings.url + oidcPath
  const discovery = {
    'login.v1': {
      client: terraformClient, grant_types: ['authz_code'], authz: `${base}/auth`, token: `${base}/token`,
      ports: [terraformPorts.first, terraformPorts.last], scopes: [bearerScope],
    },
  }
  app.get('/.well-known/terraform.json', { schema: { hide: true } }, async () => discovery)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.all(`${oidcPath}/*`, { schema: { hide: true } }, (request, reply) => {
      reply.hijack()
      identity.oidc(request.raw, reply.raw, request.ip)
    })
  })
}
