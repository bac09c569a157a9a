/**
 * Authenticator apps: adding one of my own, over a session, a terminal's sign-in or an enrolment link, and vouching, which is a browser's
 * alone. Removing one goes through the gate.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import type { App, PendingApp } from '../codes/apps.ts'
import type { Identity } from '../create.ts'
import type { Enrolling } from '../codes/stages.ts'
import type { By } from '../registration/stages.ts'
import { IdentityError } from '../errors.ts'
import { actorOf, refuseForeignOrigin, requireEither, requireSession, sessionOf } from './guards.ts'
import { authenticationResponse, requestOptions } from './webauthn-schemas.ts'

export const appView = z.object({
  id: z.string(), kind: z.literal('totp'), label: z.string(), createdAt: z.string(), lastUsedAt: z.string().nullable(), thisSession: z.boolean(),
})
export const pendingView = z.object({ id: z.string(), kind: z.literal('totp'), label: z.string(), createdAt: z.string(), fingerprint: z.string(), fromTerminal: z.string() })

const ceremony = z.string().max(128)
const token = z.string().max(128)
const label = z.string().max(400)
const typed = z.string().max(64)
const codes = z.tuple([typed, typed])
/** `secret`, `address` and `picture` (rows of 1 for dark and 0 for light, the quiet zone included) are answered once. */
const shown = z.object({ ceremony: z.string(), secret: z.string(), address: z.string(), picture: z.array(z.string()) })
const id = z.object({ id: z.string().max(64) })
const list = { response: { 200: z.object({ apps: z.array(appView), pending: z.array(pendingView), /** whether a key of the person's own can vouch */ hasKey: z.boolean() }) } }
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
  const terminalToo = { preHandler: requireEither(identity, 'limited-too') }
  const link = { preHandler: refuseForeignOrigin(identity) }

  app.get('/api/v1/authenticator-apps', { ...terminalToo, schema: list }, async (request) => {
    const { person } = mine(request)
    const { apps, pending, keys } = await identity.context.ports.store.read(async (db) => ({
      apps: await identity.codes.of(db, person.id), pending: await identity.codes.pending(db, person.id), keys: await identity.keys.usableBy(db, person.id),
    }))
    return { apps: apps.map((one) => viewOfApp(one, request.session?.authenticator ?? '')), pending: pending.map(shownOfPending), hasKey: keys.length > 0 }
  })

  app.post('/api/v1/authenticator-apps/begin', { ...terminalToo, schema: begin }, async (request) => identity.codes.begin(mine(request), request.body))

  app.post('/api/v1/authenticator-apps/confirm', { ...terminalToo, schema: confirm }, async (request) => ({
    pending: viewOfPending(await identity.codes.confirm(mine(request), request.body)),
  }))

  app.delete('/api/v1/authenticator-apps/:id', { ...terminalToo, schema: drop }, async (request, reply) => {
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

/** Whose app, over which sign-in. What anybody who finds a bearer token can use adds nothing here. */
function mine(request: FastifyRequest): Enrolling {
  const { id: person, name, via, session, source } = actorOf(request)
  if (via === 'bearer') throw new IdentityError('bearer_refused', 'A token without a key may not look at your authenticator apps, nor add one.', 'Use the console, or a terminal that is signed in with `countersign login`.')
  return { person: { id: person, name }, session, ...(via === 'terminal' ? { fromTerminal: `${source.client} at ${source.address}` } : {}) }
}

export function viewOfApp({ id: authenticator, kind, label: name, createdAt, lastUsedAt }: App, current: string): z.output<typeof appView> {
  return {
    id: authenticator, kind, label: name, createdAt: rfc3339(createdAt), lastUsedAt: lastUsedAt === null ? null : rfc3339(lastUsedAt),
    thisSession: authenticator === current,
  }
}

export function viewOfPending({ id: authenticator, kind, label: name, createdAt, fingerprint, fromTerminal }: PendingApp): z.output<typeof pendingView> {
  return { id: authenticator, kind, label: name, createdAt: rfc3339(createdAt), fingerprint, fromTerminal }
}

/** Later than when it was made: the fingerprint of one from a terminal stands on that terminal, and nowhere else. */
export function shownOfPending(app: PendingApp): z.output<typeof pendingView> {
  return viewOfPending(app.fromTerminal === '' ? app : { ...app, fingerprint: '' })
}
