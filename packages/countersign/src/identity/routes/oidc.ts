/** Everything under /oidc goes to the provider on the raw request: it reads the body itself, so nobody here may have read it before. */
import type { FastifyInstance } from 'fastify'
import type { Identity } from '../create.ts'
import { oidcPath } from '../oidc/provider.ts'

export async function oidcRoutes(app: FastifyInstance, identity: Identity): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.all(`${oidcPath}/*`, { schema: { hide: true } }, (request, reply) => {
      reply.hijack()
      identity.oidc(request.raw, reply.raw)
    })
  })
}
