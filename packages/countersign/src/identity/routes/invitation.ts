/** The calls of the enrolment page: for whoever holds the link, and for nobody who is signed in by it. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import type { Identity } from '../create.ts'
import { refuseForeignOrigin, sourceOf } from './guards.ts'
import { authenticationResponse, creationOptions, registrationResponse, requestOptions } from './webauthn-schemas.ts'

const token = z.string().max(128)
const ceremony = z.string().max(128)
const person = z.object({ id: z.string(), name: z.string() })
const show = { body: z.strictObject({ token }), response: { 200: z.object({ person, expiresAt: z.string() }) } }
const begin = {
  body: z.strictObject({ token, label: z.string().max(400) }),
  response: { 200: z.object({ ceremony, person, intent: z.string(), options: creationOptions }) },
}
const create = {
  body: z.strictObject({ token, ceremony, response: registrationResponse }),
  response: { 200: z.object({ subject: z.string(), envelope: z.string(), code: z.string(), options: requestOptions }) },
}
const finish = {
  body: z.strictObject({ token, ceremony, response: authenticationResponse }),
  response: { 200: z.object({ name: z.string(), code: z.string(), inviter: z.string(), expiresAt: z.string() }) },
}

export function invitationRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const preHandler = refuseForeignOrigin(identity)
  const { invitation } = identity

  app.post('/api/v1/invitation/show', { preHandler, schema: show }, async (request) => {
    const shown = await invitation.show(request.body)
    return { ...shown, expiresAt: rfc3339(shown.expiresAt) }
  })

  app.post('/api/v1/invitation/begin', { preHandler, schema: begin }, async (request) => invitation.begin(request.body))

  app.post('/api/v1/invitation/create', { preHandler, schema: create }, async (request) => invitation.create(request.body))

  app.post('/api/v1/invitation/finish', { preHandler, schema: finish }, async (request) => {
    const made = await invitation.finish({ ...request.body, source: sourceOf(request) })
    return { ...made, expiresAt: rfc3339(made.expiresAt) }
  })
}
