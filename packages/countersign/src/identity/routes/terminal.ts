/** Letting a terminal in (the pages), the person's terminals, and what a terminal asks about itself. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import type { Actor } from '../actor.ts'
import type { Identity } from '../create.ts'
import { IdentityError } from '../errors.ts'
import type { TerminalToken } from '../terminal/tokens.ts'
import { actorOf, requireEither, requireSession, requireTerminal, sessionOf } from './guards.ts'

const uid = z.object({ uid: z.string().max(64) })
const asked = z.object({ client: z.string(), terminal: z.object({ host: z.string(), user: z.string() }).nullable(), thumbprint: z.string(), resources: z.array(z.string()) })
const tokenTimes = { createdAt: z.string(), expiresAt: z.string(), signedInUntil: z.string(), thumbprint: z.string() }
const kind = z.enum(['terminal', 'bearer'])
const person = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) })
const show = { params: uid, response: { 200: asked } }
const decide = { params: uid, body: z.object({ decision: z.enum(['allow', 'deny']) }), response: { 200: z.object({ redirect: z.string() }) } }
const list = { response: { 200: z.object({ terminals: z.array(z.object({ id: z.string(), client: z.string(), kind, audience: z.string(), thisTerminal: z.boolean(), ...tokenTimes })) }) } }
const end = { params: z.object({ id: z.string().max(64) }), response: { 204: z.void() } }
const me = { response: { 200: z.object({ person, token: z.object({ ...tokenTimes, kind, authTime: z.string(), acr: z.string() }) }) } }

const typed = z.string().min(1).max(32)
const device = z.object({
  client: z.string(), claim: z.string(), address: z.string(), agent: z.string(), startedAt: z.string(), expiresAt: z.string(), thumbprint: z.string(),
})
const lookUp = { body: z.object({ code: typed }), response: { 200: device } }
const answerDevice = { body: z.object({ code: typed, decision: z.enum(['allow', 'deny']) }), response: { 204: z.void() } }

export function terminalRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const browser = { preHandler: requireSession(identity) }
  const terminal = { preHandler: requireTerminal(identity) }
  const either = { preHandler: requireEither(identity) }

  app.get('/api/v1/interactions/:uid', { ...browser, schema: show }, async (request, reply) =>
    identity.interactions.show(http(request, reply), request.params.uid))

  app.post('/api/v1/interactions/:uid', { ...browser, schema: decide }, async (request, reply) => {
    const { decision } = request.body
    return await identity.interactions.decide(http(request, reply), { uid: request.params.uid, decision, session: sessionOf(request) })
  })

  app.get('/api/v1/terminals', { ...either, schema: list }, async (request) => {
    const { id: person, session } = notBearer(request)
    const tokens = await identity.tokens.list(person)
    return {
      terminals: tokens.map((token) => ({
        id: token.id, client: token.client, kind: token.via, audience: token.audience, thisTerminal: token.id === session, ...times(token),
      })),
    }
  })

  app.delete('/api/v1/terminals/:id', { ...either, schema: end }, async (request, reply) => {
    await identity.tokens.end({ id: request.params.id, person: notBearer(request).id, why: 'ended-by-owner' })
    return reply.code(204).send()
  })

  app.post('/api/v1/devices/lookup', { ...browser, schema: lookUp }, async (request) => {
    refuseOff(identity)
    const found = await identity.devices.show(request.body.code, sessionOf(request))
    return { ...found, startedAt: rfc3339(found.startedAt), expiresAt: rfc3339(found.expiresAt) }
  })

  app.post('/api/v1/devices/answer', { ...browser, schema: answerDevice }, async (request, reply) => {
    refuseOff(identity)
    const { code, decision } = request.body
    await identity.devices.decide({ typed: code, decision, session: sessionOf(request) })
    return reply.code(204).send()
  })

  app.get('/api/v1/me', { ...terminal, schema: me }, async (request) => {
    const { id, name, roles } = actorOf(request)
    if (!request.terminal) throw new IdentityError('token_required', 'The request carries no token.', 'Run `countersign login`.')
    const { via, authTime, acr } = request.terminal
    return { person: { id, name, roles }, token: { ...times(request.terminal), kind: via, authTime: rfc3339(authTime), acr } }
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

/** What anybody who finds the token can use must not show or end the others. */
function notBearer(request: FastifyRequest): Actor {
  const actor = actorOf(request)
  if (actor.via !== 'bearer') return actor
  throw new IdentityError('bearer_refused', 'A token without a key may not look at your terminals.', 'Use the console, or a terminal that is signed in with `countersign login`.')
}

function refuseOff(identity: Identity): void {
  if (identity.devices.on) return
  throw new IdentityError('device_off', 'This server does not let terminals in by a code.', 'Sign the terminal in with `countersign login`, or switch device_grant on.')
}

function times({ createdAt, expiresAt, signedInUntil, thumbprint }: TerminalToken) {
  return { createdAt: rfc3339(createdAt), expiresAt: rfc3339(expiresAt), signedInUntil: rfc3339(signedInUntil), thumbprint }
}
