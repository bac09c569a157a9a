/** The runs door over HTTP: parse, call one use case, render. */
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../identity/actor.ts'
import { IllFormed } from '../../platform/ill-formed.ts'
import { Unreadable } from '../../platform/json-body.ts'
import type { PlanReader } from './apart.ts'
import { LARGEST_REQUEST, newRun } from './asked.ts'
import { measured, outcome } from './claims.ts'
import { receiveRuns, SentRun } from './receive.ts'
import type { Taken } from './take.ts'
import type { RunsUseCases } from './use-cases.ts'

export type RunsRoutesDeps = { useCases: RunsUseCases; plans: PlanReader; actorOf: (request: FastifyRequest) => Actor | null }

const byId = z.object({ id: z.string().regex(/^run_[0-9a-f]{32}$/, 'the id of a run') })
const listing = z.object({ limit: z.coerce.number().int().min(1).max(100).default(50), before: z.iso.datetime().optional() })
const waiting = z.object({
  wait: z.coerce.number().int().min(0).max(50).default(0),
  since: z.coerce.number().int().min(0).optional(),
  with: z.literal('proof').optional(),
})

export const runsRoutes: FastifyPluginAsyncZod<RunsRoutesDeps> = async (app, { useCases, plans, actorOf }) => {
  await app.register(async (asking) => {
    receiveRuns(asking, plans)
    asking.setValidatorCompiler(readAlready)
    asking.post('/api/v1/runs', { bodyLimit: LARGEST_REQUEST, schema: { body: newRun }, preValidation: refuseUnread }, async (request, reply) => {
      const actor = actorOf(request)
      const { asked, dryRun } = runIn(request)
      if (dryRun) return useCases.preview.run(actor, asked)
      const run = await useCases.create.run(actor, asked)
      return reply.code(201).send(await useCases.show.run(actor, { run }))
    })
  })

  app.get('/api/v1/runs', { schema: { querystring: listing } }, async (request) => {
    const before = request.query.before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(request.query.before)
    return { runs: await useCases.list.run(actorOf(request), { limit: request.query.limit, before }) }
  })

  app.get('/api/v1/runs/:id', { schema: { params: byId, querystring: waiting } }, async (request) => {
    const gone = new AbortController()
    request.raw.once('close', () => gone.abort())
    return useCases.wait.run(actorOf(request), {
      id: request.params.id,
      seconds: request.query.wait,
      since: request.query.since ?? null,
      proof: request.query.with === 'proof',
      signal: gone.signal,
    })
  })

  app.get('/api/v1/runs/:id/plan', { schema: { params: byId } }, async (request, reply) =>
    reply.type('application/json; charset=utf-8').send(await useCases.plan.run(actorOf(request), { run: request.params.id })))

  app.get('/api/v1/runs/:id/evidence', { schema: { params: byId } }, async (request) =>
    useCases.evidence.run(actorOf(request), { run: request.params.id }))

  app.post('/api/v1/runs/:id/apply-start', { schema: { params: byId, body: z.strictObject({ grant: z.string().max(64), measured }) } }, async (request) =>
    useCases.start.run(actorOf(request), { run: request.params.id, ...request.body }))

  app.post('/api/v1/runs/:id/outcome', { schema: { params: byId, body: outcome } }, async (request) => {
    const actor = actorOf(request)
    await useCases.report.run(actor, { run: request.params.id, outcome: request.body })
    return useCases.show.run(actor, { run: request.params.id })
  })

  app.post('/api/v1/runs/:id/alive', { schema: { params: byId, body: z.strictObject({ lease: z.string().max(128) }) } }, async (request, reply) => {
    await useCases.alive.run(actorOf(request), { run: request.params.id, lease: request.body.lease })
    return reply.code(204).send()
  })

  app.post('/api/v1/runs/:id/cancel', { schema: { params: byId, body: z.strictObject({}).optional() } }, async (request) => {
    const actor = actorOf(request)
    await useCases.cancel.run(actor, { run: request.params.id })
    return useCases.show.run(actor, { run: request.params.id })
  })
}

/** What came as JSON was compared with the schema where it was read. */
const readAlready: FastifySchemaCompiler<z.ZodType> = (route) => (body) => (body instanceof SentRun ? { value: body } : validatorCompiler(route)(body))

const refuseUnread = async (request: FastifyRequest): Promise<void> => {
  if (request.body instanceof SentRun) runIn(request)
}

function runIn(request: FastifyRequest): Extract<Taken['body'], { is: 'run' }> {
  const sent: unknown = request.body
  if (!(sent instanceof SentRun)) throw new Unreadable('it did not come as JSON')
  if (sent.body.is === 'unreadable') throw new Unreadable(sent.body.why)
  if (sent.body.is === 'ill-formed') throw new IllFormed('body', sent.body.path, sent.body.message)
  return sent.body
}
