/** Signing in and out, and the person's own sessions. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import type { Identity } from '../create.ts'
import type { Session } from '../sessions/sessions.ts'
import * as guards from './guards.ts'
import { clearSessionCookie, sessionCookie, setSessionCookie } from './session-cookie.ts'
import { authenticationResponse, requestOptions } from './webauthn-schemas.ts'

const person = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) })
const sessionView = z.object({
  id: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  idleExpiresAt: z.string(),
  expiresAt: z.string(),
  address: z.string(),
  client: z.string(),
  acr: z.enum(['aal1', 'aal2']),
  amr: z.array(z.string()),
  limitedTo: z.enum(['', 'enrolment']),
})
const begin = { body: z.object({}), response: { 200: z.object({ ceremony: z.string(), options: requestOptions }) } }
const finish = { body: z.object({ ceremony: z.string().max(128), response: authenticationResponse }), response: { 200: z.object({ person }) } }
const current = { response: { 200: z.object({ person, session: sessionView, demonstration: z.boolean() }) } }
const list = { response: { 200: z.object({ sessions: z.array(sessionView.extend({ thisSession: z.boolean() })) }) } }
const end = { params: z.object({ id: z.string().max(64) }), response: { 204: z.void() } }

export function sessionRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const signedIn = { preHandler: guards.requireSession(identity) }
  const limitedToo = { preHandler: guards.requireSession(identity, 'limited-too') }
  const open = { preHandler: guards.refuseForeignOrigin(identity) }

  app.post('/api/v1/session/begin', { ...open, schema: begin }, async (request) => identity.signIn.begin({ origin: guards.originOf(identity, request) }))

  app.post('/api/v1/session/finish', { ...open, schema: finish }, async (request, reply) => {
    const replaces = sessionCookie(identity, request)
    const opened = await identity.signIn.finish({ ...request.body, source: guards.sourceOf(request), replaces })
    setSessionCookie(identity, reply, opened.secret)
    return { person: opened.person }
  })

  app.get('/api/v1/session', { ...limitedToo, schema: current }, async (request) => {
    const { id, name, roles } = guards.actorOf(request)
    return { person: { id, name, roles }, session: view(guards.sessionOf(request)), demonstration: identity.context.settings.demonstration }
  })

  app.delete('/api/v1/session', { ...limitedToo, schema: { response: end.response } }, async (request, reply) => {
    await identity.sessions.end({ id: guards.sessionOf(request).id, person: guards.actorOf(request).id, why: 'signed-out' })
    clearSessionCookie(identity, reply)
    return reply.code(204).send()
  })

  app.get('/api/v1/sessions', { ...signedIn, schema: list }, async (request) => {
    const sessions = await identity.sessions.list(guards.actorOf(request).id)
    return { sessions: sessions.map((session) => ({ ...view(session), thisSession: session.id === guards.sessionOf(request).id })) }
  })

  app.delete('/api/v1/sessions/:id', { ...signedIn, schema: end }, async (request, reply) => {
    await identity.sessions.end({ id: request.params.id, person: guards.actorOf(request).id, why: 'ended-by-owner' })
    return reply.code(204).send()
  })
}

function view({ id, createdAt, lastSeenAt, idleExpiresAt, expiresAt, source, acr, amr, limitedTo }: Session): z.output<typeof sessionView> {
  return {
    id, createdAt: rfc3339(createdAt), lastSeenAt: rfc3339(lastSeenAt), idleExpiresAt: rfc3339(idleExpiresAt), expiresAt: rfc3339(expiresAt),
    address: source.address, client: source.client, acr, amr: [...amr], limitedTo,
  }
}
