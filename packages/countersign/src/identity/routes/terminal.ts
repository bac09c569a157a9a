/** Letting a terminal in (the page), the person's terminals, and what a terminal asks about itself. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import type { Identity } from '../create.ts'
import { IdentityError } from '../errors.ts'
import type { TerminalToken } from '../terminal/tokens.ts'
import { actorOf, requireSession, requireTerminal, sessionOf } from './guards.ts'

const uid = z.object({ uid: z.string().max(64) })
const asked = z.object({ client: z.string(), terminal: z.object({ host: z.string(), user: z.string() }).nullable(), thumbprint: z.string() })
const tokenTimes = { createdAt: z.string(), expiresAt: z.string(), thumbprint: z.string() }
const person = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) })
const show = { params: uid, response: { 200: asked } }
const decide = { params: uid, body: z.object({ decision: z.enum(['allow', 'deny']) }), response: { 200: z.object({ redirect: z.string() }) } }
const list = { response: { 200: z.object({ terminals: z.array(z.object({ id: z.string(), client: z.string(), ...tokenTimes })) }) } }
const end = { params: z.object({ id: z.string().max(64) }), response: { 204: z.void() } }
const me = { response: { 200: z.object({ person, token: z.object(tokenTimes) }) } }

export function terminalRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const browser = { preHandler: requireSession(identity) }
  const terminal = { preHandler: requireTerminal(identity) }

  app.get('/api/v1/interactions/:uid', { ...browser, schema: show }, async (request, reply) =>
    identity.interactions.show(http(request, reply), request.params.uid))

  app.post('/api/v1/interactions/:uid', { ...browser, schema: decide }, async (request, reply) => {
    const { decision } = request.body
    return await identity.interactions.decide(http(request, reply), { uid: request.params.uid, decision, session: sessionOf(request) })
  })

  app.get('/api/v1/terminals', { ...browser, schema: list }, async (request) => {
    const tokens = await identity.tokens.list(actorOf(request).id)
    return { terminals: tokens.map((token) => ({ id: token.id, client: token.client, ...times(token) })) }
  })

  app.delete('/api/v1/terminals/:id', { ...browser, schema: end }, async (request, reply) => {
    await identity.tokens.end({ id: request.params.id, person: actorOf(request).id, why: 'ended-by-owner' })
    return reply.code(204).send()
  })

  app.get('/api/v1/me', { ...terminal, schema: me }, async (request) => {
    const { id, name, roles } = actorOf(request)
    if (!request.terminal) throw new IdentityError('token_required', 'The request carries no token.', 'Run `countersign login`.')
    return { person: { id, name, roles }, token: times(request.terminal) }
  })

  app.delete('/api/v1/token', { ...terminal, schema: { response: end.response } }, async (request, reply) => {
    const { id, session } = actorOf(request)
    await identity.tokens.end({ id: session, person: id, why: 'signed-out' })
    return reply.code(204).send()
  })
}

/** The library reads its own cookie from the raw request. */
function http(request: FastifyRequest, reply: FastifyReply) {
  return { request: request.raw, response: reply.raw }
}

function times({ createdAt, expiresAt, thumbprint }: TerminalToken) {
  return { createdAt: rfc3339(createdAt), expiresAt: rfc3339(expiresAt), thumbprint }
}
