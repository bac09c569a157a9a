/** The three calls of the owner's recovery page, for whoever holds the link that the host printed. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Identity } from '../create.ts'
import { refuseForeignOrigin, sourceOf } from './guards.ts'
import { setSessionCookie } from './session-cookie.ts'
import { from } from './setup.ts'
import { authenticationResponse, creationOptions, registrationResponse, requestOptions } from './webauthn-schemas.ts'

const token = z.string().max(128)
const ceremony = z.string().max(128)
const person = z.object({ id: z.string(), name: z.string() })
const begin = { body: z.strictObject({ token, label: z.string().max(400) }), response: { 200: z.object({ ceremony, person, intent: z.string(), options: creationOptions }) } }
const create = {
  body: z.strictObject({ token, ceremony, response: registrationResponse }),
  response: { 200: z.object({ subject: z.string(), envelope: z.string(), code: z.string(), options: requestOptions }) },
}
const finish = { body: z.strictObject({ token, ceremony, response: authenticationResponse }), response: { 200: z.object({ person, fingerprint: z.string() }) } }

export function hostRecoveryRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const preHandler = refuseForeignOrigin(identity)
  const { hostRecovery } = identity

  app.post('/api/v1/owner-recovery/begin', { preHandler, schema: begin }, async (request) => hostRecovery.begin({ ...request.body, from: from(request) }))

  app.post('/api/v1/owner-recovery/create', { preHandler, schema: create }, async (request) => hostRecovery.create({ ...request.body, from: from(request) }))

  app.post('/api/v1/owner-recovery/finish', { preHandler, schema: finish }, async (request, reply) => {
    const { secret, ...recovered } = await hostRecovery.finish({ ...request.body, from: from(request), source: sourceOf(request) })
    setSessionCookie(identity, reply, secret)
    return { person: recovered.person, fingerprint: recovered.fingerprint }
  })
}
