/** The members door over HTTP: parse, call one use case, render. */
import { formatCode } from '@countersign/proof'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../identity/index.ts'
import { authenticationResponse, parseName } from '../../identity/index.ts'
import type { MembersUseCases } from './use-cases.ts'

export type MembersRoutesDeps = { useCases: MembersUseCases; origin: string; actorOf: (request: FastifyRequest) => Actor | null }

const person = z.object({ id: z.string().regex(/^usr_[0-9a-f]{32}$/, 'the id of a person') })
const pending = z.object({ id: z.string().regex(/^aut_[0-9a-f]{32}$/, 'the id of a key') })
const role = { role: z.string().max(64), scope: z.string().max(512).default('') }
export const membersRoutes: FastifyPluginAsyncZod<MembersRoutesDeps> = async (app, { useCases, origin, actorOf }) => {
  const shown = <T extends { code: string }>(asked: T) => ({ ...asked, code: formatCode(asked.code), link: `${origin}/c/${formatCode(asked.code)}` })

  app.get('/api/v1/members', async (request) => ({ members: await useCases.list.run(actorOf(request), {}) }))

  app.get('/api/v1/members/me', async (request) => useCases.me.run(actorOf(request), {}))

  app.get('/api/v1/notices', async (request) => useCases.notices.run(actorOf(request), {}))

  app.post('/api/v1/members', { schema: { body: z.strictObject({ name: z.string().max(400), ...role }) } }, async (request, reply) => {
    const asked = await useCases.invite.run(actorOf(request), { ...request.body, name: parseName(request.body.name, 'name') })
    return reply.code(201).send(shown(asked))
  })

  app.post('/api/v1/members/:id/roles', { schema: { params: person, body: z.strictObject({ ...role, change: z.enum(['grant', 'remove']) }) } }, async (request, reply) =>
    reply.code(201).send(shown(await useCases.role.run(actorOf(request), { person: request.params.id, ...request.body }))))

  app.post('/api/v1/members/:id/link', { schema: { params: person, body: z.strictObject({}) } }, async (request, reply) =>
    reply.code(201).send(await useCases.link.run(actorOf(request), { person: request.params.id })))

  app.post('/api/v1/members/:id/profile', { schema: { params: person, body: z.strictObject({ login: z.string().max(256), email: z.string().max(256).default('') }) } }, async (request) =>
    useCases.profile.run(actorOf(request), { person: request.params.id, ...request.body }))

  app.post('/api/v1/members/:id/removal', { schema: { params: person, body: z.strictObject({}) } }, async (request, reply) =>
    reply.code(201).send(shown(await useCases.remove.run(actorOf(request), { person: request.params.id }))))

  app.post('/api/v1/members/:id/recovery', { schema: { params: person, body: z.strictObject({ change: z.enum(['start', 'veto']) }) } }, async (request, reply) =>
    reply.code(201).send(shown(await useCases.recover.run(actorOf(request), { person: request.params.id, change: request.body.change }))))

  app.post('/api/v1/members/:id/same', { schema: { params: person, body: z.strictObject({ same: person.shape.id }) } }, async (request, reply) =>
    reply.code(201).send(shown(await useCases.same.run(actorOf(request), { person: request.params.id, same: request.body.same }))))

  app.post('/api/v1/pending-keys/:id/begin', { schema: { params: pending, body: z.strictObject({ code: z.string().max(40) }) } }, async (request) =>
    useCases.beginVouching.run(actorOf(request), { pending: request.params.id, code: request.body.code }))

  app.post('/api/v1/pending-keys/:id/finish', { schema: { params: pending, body: z.strictObject({ ceremony: z.string().max(128), response: authenticationResponse }) } }, async (request) =>
    useCases.finishVouching.run(actorOf(request), { ceremony: request.body.ceremony, response: request.body.response }))
}
