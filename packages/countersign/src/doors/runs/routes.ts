/** The runs door over HTTP: parse, call one use case, render. */
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../identity/actor.ts'
import { measured, outcome, runClaims, workspaceName } from './claims.ts'
import type { RunsUseCases } from './use-cases.ts'

export type RunsRoutesDeps = { useCases: RunsUseCases; actorOf: (request: FastifyRequest) => Actor | null }

/** A redacted plan of 10,000 resources is about 8 MB; what is larger than this is no plan that a person could countersign. */
export const LARGEST_REQUEST = 96 * 1024 * 1024

const byId = z.object({ id: z.string().regex(/^run_[0-9a-f]{32}$/, 'the id of a run') })
const newRun = z.strictObject({
  workspace: workspaceName,
  scope: z.enum(['apply', 'destroy']),
  claims: runClaims,
  plan: z.string(),
  findings: z.array(z.unknown()).max(1000).default([]),
  dryRun: z.boolean().default(false),
}).refine((run) => run.workspace === run.claims.workspace.name, { message: 'the workspace is named twice, and differently' })

const listing = z.object({ limit: z.coerce.number().int().min(1).max(100).default(50), before: z.iso.datetime().optional() })
const waiting = z.object({
  wait: z.coerce.number().int().min(0).max(50).default(0),
  since: z.coerce.number().int().min(0).optional(),
  with: z.literal('proof').optional(),
})

export const runsRoutes: FastifyPluginAsyncZod<RunsRoutesDeps> = async (app, { useCases, actorOf }) => {
  app.post('/api/v1/runs', { bodyLimit: LARGEST_REQUEST, schema: { body: newRun } }, async (request, reply) => {
    const actor = actorOf(request)
    const { dryRun, ...asked } = request.body
    if (dryRun) return useCases.preview.run(actor, asked)
    const run = await useCases.create.run(actor, asked)
    return reply.code(201).send(await useCases.show.run(actor, { run }))
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
