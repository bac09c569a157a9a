/** Signing in with a password and a code, and setting one's password. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Identity } from '../create.ts'
import { by } from './codes.ts'
import { freshBegun, freshProof } from './fresh-schemas.ts'
import { refuseForeignOrigin, requireSession, sourceOf } from './guards.ts'
import { sessionCookie, setSessionCookie } from './session-cookie.ts'
import { signInLimit } from './sign-in-limit.ts'

const person = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) })
const password = z.string().max(2048)
const signIn = { body: z.strictObject({ login: z.string().max(256), password, code: z.string().max(64) }), response: { 200: z.object({ person }) } }
const begin = { body: z.strictObject({}), response: { 200: freshBegun } }
const set = { body: z.strictObject({ password, proof: freshProof }), response: { 204: z.void() } }

export function passwordRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const signedIn = { preHandler: requireSession(identity) }
  const open = { preHandler: refuseForeignOrigin(identity) }

  app.post('/api/v1/session/password', { ...open, ...signInLimit, schema: signIn }, async (request, reply) => {
    const replaces = sessionCookie(identity, request)
    const opened = await identity.passwords.signIn({ ...request.body, source: sourceOf(request), replaces })
    setSessionCookie(identity, reply, opened.secret)
    return { person: opened.person }
  })

  app.post('/api/v1/password/begin', { ...signedIn, schema: begin }, async (request) => identity.beginFresh(by(request), 'password'))

  app.post('/api/v1/password', { ...signedIn, schema: set }, async (request, reply) => {
    await identity.passwords.set(by(request), request.body)
    return reply.code(204).send()
  })
}
