/** The admin door over HTTP: parse, call one use case, render. */
import { formatCode } from '@countersign/proof'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../identity/actor.ts'
import { outcomeNames, typePattern } from '../../leaves/index.ts'
import type { SearchInput } from './search.ts'
import type { AdminUseCases } from './use-cases.ts'

export type AdminRoutesDeps = { useCases: AdminUseCases; origin: string; actorOf: (request: FastifyRequest) => Actor | null }

const changeId = z.object({ id: z.string().regex(/^pol_[0-9a-f]{32}$/, 'the id of a policy change') })
const keyId = z.object({ id: z.string().regex(/^aut_[0-9a-f]{32}$/, 'the id of a key') })
const size = z.coerce.number().int().min(0)
const moment = z.string().max(40).transform((text) => Date.parse(/^\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? text : '')).refine(Number.isFinite, 'a day as 2026-11-20, or a time with its zone as 2026-11-20T08:00Z').describe('a day (UTC), or a time with its zone')
const several = z.string().max(1_000).transform((text) => text.split(','))
/** What is looked for; what is left out is not looked at. */
const wanted = {
  person: z.string().min(1).max(200).optional().describe('did it, or it was done to them: an id, a part of a name, or "me"'),
  workspace: z.string().min(1).max(300).optional().describe('a workspace, or a project and all in it'),
  action: several.pipe(z.array(z.string().regex(typePattern, 'a type of entries, or the first part of one')).max(40)).optional().describe('types, or first parts of types, with commas between: gate.denied,state'),
  outcome: several.pipe(z.array(z.enum(outcomeNames))).optional().describe(`with commas between: ${outcomeNames.join(', ')}`),
  since: moment.optional(),
  until: moment.optional(),
  id: z.string().min(1).max(256).optional().describe('of a run, request, challenge, grant, state, key or session'),
}
type WantedQuery = z.output<z.ZodObject<typeof wanted>>
const wantedIn = ({ action: types, outcome: outcomes, person, workspace, since, until, id }: WantedQuery): SearchInput => ({ types, outcomes, person, workspace, since, until, id })

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

  app.post('/api/v1/policy/changes/:id/withdraw', { schema: { params: changeId, body: z.strictObject({}).optional() } }, async (request) => {
    const view = await useCases.withdrawChange.run(actorOf(request), { id: request.params.id })
    return { ...view, ...link(view.code) }
  })

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

  app.get('/api/v1/ledger/entries/:index', { schema: { params: z.object({ index: size }), querystring: z.object({ size: size.optional() }) } }, async (request) =>
    useCases.entry.run(actorOf(request), { ...request.params, ...request.query }))

  app.get(
    '/api/v1/ledger/search',
    { schema: { querystring: z.object({ ...wanted, before: size.optional(), size: size.optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }) } },
    async (request) => useCases.search.run(actorOf(request), { wanted: wantedIn(request.query), page: request.query }),
  )

  app.get('/api/v1/ledger/search/newer', { schema: { querystring: z.object({ ...wanted, after: z.coerce.number().int().min(-1) }) } }, async (request) =>
    useCases.newer.run(actorOf(request), { wanted: wantedIn(request.query), after: request.query.after }))

  app.get('/api/v1/directory', async (request) => useCases.directory.run(actorOf(request), {}))

  app.get('/api/v1/trust', async (request) => useCases.trust.run(actorOf(request), {}))
}
