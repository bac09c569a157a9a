/** The three calls of the set-up page. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Identity } from '../create.ts'
import type { From } from '../setup/token.ts'
import { refuseForeignOrigin, sourceOf } from './guards.ts'
import { setSessionCookie } from './session-cookie.ts'
import { authenticationResponse, creationOptions, registrationResponse, requestOptions } from './webauthn-schemas.ts'

const token = z.string().max(128)
const text = z.string().max(400)
const begin = {
  body: z.object({ token, name: text, label: text }),
  response: { 200: z.object({ intent: z.string(), options: creationOptions }) },
}
const create = {
  body: z.object({ token, response: registrationResponse }),
  response: { 200: z.object({ subject: z.string(), envelope: z.string(), code: z.string(), options: requestOptions }) },
}
const finish = {
  body: z.object({ token, response: authenticationResponse }),
  response: { 200: z.object({ person: z.object({ id: z.string(), name: z.string() }), fingerprint: z.string() }) },
}

export function setupRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const preHandler = refuseForeignOrigin(identity)
  const { setUp } = identity

  app.post('/api/v1/setup/begin', { preHandler, schema: begin }, async (request) => setUp.begin({ ...request.body, from: from(request) }))

  app.post('/api/v1/setup/create', { preHandler, schema: create }, async (request) => setUp.create({ ...request.body, from: from(request) }))

  app.post('/api/v1/setup/finish', { preHandler, schema: finish }, async (request, reply) => {
    const founded = await setUp.finish({ ...request.body, from: from(request), source: sourceOf(request) })
    setSessionCookie(identity, reply, founded.secret)
    return { person: founded.person, fingerprint: founded.fingerprint }
  })
}

const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/**
 * By the socket, or by what a proxy says that the operator named: any other proxy on this machine speaks for the whole world. Fastify
 * names more than one address where it believed the header.
 */
export function from({ ip, ips, raw }: FastifyRequest): From {
  const believed = ips !== undefined && ips.length > 1
  return { address: ip, forwarded: !believed && proxyHeaders.some((name) => raw.headers[name] !== undefined) }
}
