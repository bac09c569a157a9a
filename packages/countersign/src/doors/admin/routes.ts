/** The admin door over HTTP: parse, call one use case, render. */
import { formatCode } from '@countersign/proof'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../identity/actor.ts'
import type { AdminUseCases } from './use-cases.ts'

export type AdminRoutesDeps = { useCases: AdminUseCases; origin: string; actorOf: (request: FastifyRequest) => Actor | null }

const changeId = z.object({ id: z.string().regex(/^pol_[0-9a-f]{32}$/, 'the id of a policy change') })
const keyId = z.object({ id: z.string().regex(/^aut_[0-9a-f]{32}$/, 'the id of a key') })
const size = z.coerce.number().int().min(0)

export const adminRoutes: FastifyPluginAsyncZod<AdminRoutesDeps> = async (app, { useCases, origin, actorOf }) => {
  const link = (code: string): { code: string; link: string } => ({ code: formatCode(code), link: `${origin}/c/${formatCode(code)}` })

  app.get('/api/v1/policy', async (request) => useCases.policy.run(actorOf(request), {}))

  app.get('/api/v1/policy/chain', async (request) => useCases.chain.run(actorOf(request), {}))

  app.post('/api/v1/policy/changes', { schema: { body: z.strictObject({ yaml: z.string().max(256 * 1024) }) } }, async (request, reply) => {
    const asked = await useCases.changePolicy.run(actorOf(request), request.body)
    return reply.code(201).send({ ...asked, ...link(asked.code) })
  })

  app.get(
    '/api/v1/policy/changes/:id',
    { schema: { params: changeId, querystring: z.object({ wait: z.coerce.number().int().min(0).max(50).default(0) }) } },
    async (request) => {
      const gone = new AbortController()
      request.raw.once('close', () => gone.abort())
      const view = await useCases.change.run(actorOf(request), { id: request.params.id, seconds: request.query.wait, signal: gone.signal })
      return { ...view, ...link(view.code) }
    },
  )

  app.get('/api/v1/policy/changes/:id/texts', { schema: { params: changeId } }, async (request) =>
    useCases.changeTexts.run(actorOf(request), { id: request.params.id }))

  app.post(
    '/api/v1/authenticators/:id/revocation',
    { schema: { params: keyId, body: z.strictObject({ reason: z.enum(['removed', 'lost', 'compromised']) }) } },
    async (request, reply) => {
      const asked = await useCases.revoke.run(actorOf(request), { authenticator: request.params.id, reason: request.body.reason })
      return reply.code(201).send({ ...asked, ...link(asked.code) })
    },
  )

  app.get('/api/v1/sites', async (request) => useCases.sites.run(actorOf(request), {}))

  app.post('/api/v1/sites', { schema: { body: z.strictObject({ change: z.enum(['add', 'retire']), url: z.string().max(300) }) } }, async (request, reply) => {
    const asked = await useCases.site.run(actorOf(request), request.body)
    return reply.code(201).send({ ...asked, ...link(asked.code) })
  })

  app.get('/api/v1/ledger/checkpoint', async (request) => useCases.checkpoint.run(actorOf(request), {}))

  app.get('/api/v1/ledger/consistency', { schema: { querystring: z.object({ from: size, to: size }) } }, async (request) =>
    useCases.consistency.run(actorOf(request), request.query))

  app.get(
    '/api/v1/ledger/entries',
    { schema: { querystring: z.object({ from: size.default(0), limit: z.coerce.number().int().min(1).max(500).default(100) }) } },
    async (request) => useCases.entries.run(actorOf(request), request.query),
  )

  app.get('/api/v1/directory', async (request) => useCases.directory.run(actorOf(request), {}))

  app.get('/api/v1/trust', async (request) => useCases.trust.run(actorOf(request), {}))
}
