/** Making recovery codes, and signing in with one. */
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
const signIn = {
  body: z.strictObject({ login: z.string().max(256), code: z.string().max(128) }),
  response: { 200: z.object({ person, limitedTo: z.literal('enrolment') }) },
}
const begin = { body: z.strictObject({}), response: { 200: freshBegun } }
const make = { body: z.strictObject({ proof: freshProof }), response: { 200: z.object({ codes: z.array(z.string()) }) } }

export function recoveryCodeRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const signedIn = { preHandler: requireSession(identity) }
  const open = { preHandler: refuseForeignOrigin(identity) }

  app.post('/api/v1/session/recovery', { ...open, ...signInLimit, schema: signIn }, async (request, reply) => {
    const replaces = sessionCookie(identity, request)
    const opened = await identity.recoveryCodes.use({ ...request.body, source: sourceOf(request), replaces })
    setSessionCookie(identity, reply, opened.secret)
    return { person: opened.person, limitedTo: 'enrolment' as const }
  })

  app.post('/api/v1/recovery-codes/begin', { ...signedIn, schema: begin }, async (request) => identity.beginFresh(by(request), 'recovery-codes'))

  app.post('/api/v1/recovery-codes', { ...signedIn, schema: make }, async (request) => ({ codes: await identity.recoveryCodes.make(by(request), request.body) }))
}
