/** Authenticator apps: adding one of my own, over a session or over an enrolment link, and vouching. Removing one goes through the gate. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import type { App, PendingApp } from '../codes/apps.ts'
import type { Identity } from '../create.ts'
import type { By } from '../registration/stages.ts'
import { actorOf, refuseForeignOrigin, requireSession, sessionOf } from './guards.ts'
import { authenticationResponse, requestOptions } from './webauthn-schemas.ts'

export const appView = z.object({
  id: z.string(), kind: z.literal('totp'), label: z.string(), createdAt: z.string(), lastUsedAt: z.string().nullable(), thisSession: z.boolean(),
})
export const pendingView = z.object({ id: z.string(), kind: z.literal('totp'), label: z.string(), createdAt: z.string(), fingerprint: z.string() })

const ceremony = z.string().max(128)
const token = z.string().max(128)
const label = z.string().max(400)
const typed = z.string().max(64)
const codes = z.tuple([typed, typed])
/** `secret`, `address` and `picture` (rows of 1 for dark and 0 for light, the quiet zone included) are answered once. */
const shown = z.object({ ceremony: z.string(), secret: z.string(), address: z.string(), picture: z.array(z.string()) })
const id = z.object({ id: z.string().max(64) })
const begin = { body: z.strictObject({ label }), response: { 200: shown } }
const confirm = { body: z.strictObject({ ceremony, codes }), response: { 200: z.object({ pending: pendingView }) } }
const drop = { params: id, response: { 204: z.void() } }
const beginVouching = {
  params: id, body: z.strictObject({ fingerprint: z.string().max(64).optional() }),
  response: { 200: z.object({ ceremony: z.string(), subject: z.string(), code: z.string(), voucher: z.object({ envelope: z.string(), options: requestOptions }) }) },
}
const finishVouching = { params: id, body: z.strictObject({ ceremony, response: authenticationResponse }), response: { 200: z.object({ app: appView }) } }
const beginInvited = { body: z.strictObject({ token, label }), response: { 200: shown } }
const confirmInvited = {
  body: z.strictObject({ token, ceremony, codes, password: z.string().max(2048), login: z.string().max(256).optional() }),
  response: { 200: z.object({ name: z.string(), login: z.string(), pending: pendingView }) },
}

export function codeRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const signedIn = { preHandler: requireSession(identity) }
  const limitedToo = { preHandler: requireSession(identity, 'limited-too') }
  const link = { preHandler: refuseForeignOrigin(identity) }

  app.post('/api/v1/authenticator-apps/begin', { ...limitedToo, schema: begin }, async (request) => identity.codes.begin(mine(request), request.body))

  app.post('/api/v1/authenticator-apps/confirm', { ...limitedToo, schema: confirm }, async (request) => ({
    pending: viewOfPending(await identity.codes.confirm(mine(request), request.body)),
  }))

  app.delete('/api/v1/authenticator-apps/:id', { ...limitedToo, schema: drop }, async (request, reply) => {
    await identity.codes.drop(mine(request), { authenticator: request.params.id })
    return reply.code(204).send()
  })

  app.post('/api/v1/authenticator-apps/:id/voucher/begin', { ...signedIn, schema: beginVouching }, async (request) =>
    identity.codes.beginVouching(by(request), { authenticator: request.params.id, fingerprint: request.body.fingerprint }))

  app.post('/api/v1/authenticator-apps/:id/voucher/finish', { ...signedIn, schema: finishVouching }, async (request) => {
    const vouched = await identity.codes.finishVouching(by(request), { authenticator: request.params.id, ...request.body })
    return { app: viewOfApp(vouched, sessionOf(request).authenticator) }
  })

  app.post('/api/v1/invitation/app/begin', { ...link, schema: beginInvited }, async (request) => identity.codes.beginInvited(request.body))

  app.post('/api/v1/invitation/app/confirm', { ...link, schema: confirmInvited }, async (request) => {
    const { name, login, ...pending } = await identity.codes.confirmInvited(request.body)
    return { name, login, pending: viewOfPending(pending) }
  })
}

/** The signed-in person and their session, as the ceremonies want them. */
export function by(request: FastifyRequest): By {
  const { id: person, name } = actorOf(request)
  return { session: sessionOf(request), person: { id: person, name } }
}

function mine(request: FastifyRequest) {
  const { person, session } = by(request)
  return { person, session: session.id }
}

export function viewOfApp({ id: authenticator, kind, label: name, createdAt, lastUsedAt }: App, current: string): z.output<typeof appView> {
  return {
    id: authenticator, kind, label: name, createdAt: rfc3339(createdAt), lastUsedAt: lastUsedAt === null ? null : rfc3339(lastUsedAt),
    thisSession: authenticator === current,
  }
}

export function viewOfPending({ id: authenticator, kind, label: name, createdAt, fingerprint }: PendingApp): z.output<typeof pendingView> {
  return { id: authenticator, kind, label: name, createdAt: rfc3339(createdAt), fingerprint }
}
