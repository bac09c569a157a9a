/** `/api/v1/state`: parse, call one use case, render. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Actor } from '../../identity/actor.ts'
import { asked, credentialId, requestId, workspaceName } from './claims.ts'
import type { Asked, RequestAction } from './claims.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { actionOf } from './requests.ts'
import { findRequest } from './store.ts'
import { createTamperAlarm } from './tamper-alarm.ts'
import type { StateUseCases } from './use-cases.ts'
import type { RequestView } from './views.ts'

export type StateRoutesDeps = { deps: StateDeps; useCases: StateUseCases; actorOf: (request: FastifyRequest) => Actor | null }

const byId = z.object({ id: requestId })
const named = z.object({ name: workspaceName })
const number = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const waiting = z.object({ wait: z.coerce.number().int().min(0).max(50).default(0), since: number.optional() })
const page = z.object({ before: number.min(1).default(Number.MAX_SAFE_INTEGER), limit: z.coerce.number().int().min(1).max(100).default(50) })

export const stateRoutes: FastifyPluginAsyncZod<StateRoutesDeps> = async (app, { deps, useCases, actorOf }) => {
  const alarmed = createTamperAlarm(deps)
  app.addHook('onError', async (request, _reply, error) => {
    if (error instanceof StateError && error.code === 'state_tampered') await alarmed(await workspaceIn(deps, request), error)
  })
  // A state that is imported is received by the use case, which knows its size and its limit; nothing here reads it.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  const asking = askingOf(useCases)

  app.post('/api/v1/state/requests', { schema: { body: asked } }, async (request, reply) =>
    reply.code(201).send(await asking[request.body.action].run(actorOf(request), request.body)))

  app.get('/api/v1/state/requests/:id', { schema: { params: byId, querystring: waiting } }, async (request) =>
    useCases.request.run(actorOf(request), { id: request.params.id, ...waitOf(request, request.query) }))

  app.post('/api/v1/state/requests/:id/redeem', { schema: { params: byId } }, async (request, reply) => redeem(deps, useCases, actorOf(request), request.params.id, request, reply))

  app.post('/api/v1/state/requests/:id/withdraw', { schema: { params: byId, body: z.strictObject({}).optional() } }, async (request) => useCases.withdraw.run(actorOf(request), { id: request.params.id }))

  app.get('/api/v1/state/requests/:id/evidence', { schema: { params: byId } }, async (request) => useCases.evidence.run(actorOf(request), { id: request.params.id }))

  app.get('/api/v1/state/waiting', { schema: { querystring: waiting } }, async (request) => useCases.waiting.run(actorOf(request), waitOf(request, request.query)))

  app.get('/api/v1/state/workspaces', async (request) => ({ workspaces: await useCases.workspaces.run(actorOf(request), {}) }))

  app.get('/api/v1/state/workspaces/:name', { schema: { params: named } }, async (request) => useCases.workspace.run(actorOf(request), { name: request.params.name }))

  app.get('/api/v1/state/workspaces/:name/versions', { schema: { params: named, querystring: page } }, async (request) => ({
    versions: await useCases.versions.run(actorOf(request), { name: request.params.name, ...request.query }),
  }))

  app.get('/api/v1/state/workspaces/:name/versions/:version', { schema: { params: named.extend({ version: number.min(1) }) } }, async (request) =>
    useCases.version.run(actorOf(request), request.params))

  app.get('/api/v1/state/workspaces/:name/diff', { schema: { params: named, querystring: z.object({ from: number, to: number.min(1) }) } }, async (request) =>
    useCases.diff.run(actorOf(request), { name: request.params.name, ...request.query }))

  app.get('/api/v1/state/workspaces/:name/reads', { schema: { params: named, querystring: page } }, async (request) => ({
    reads: await useCases.reads.run(actorOf(request), { name: request.params.name, ...request.query }),
  }))

  app.get('/api/v1/state/workspaces/:name/quarantine', { schema: { params: named } }, async (request) => useCases.quarantine.run(actorOf(request), { name: request.params.name }))

  app.get('/api/v1/state/credentials', async (request) => ({ credentials: await useCases.credentials.run(actorOf(request), {}) }))

  app.delete('/api/v1/state/credentials/:id', { schema: { params: z.object({ id: credentialId }) } }, async (request, reply) => {
    await useCases.revokeCredential.run(actorOf(request), { id: request.params.id })
    return reply.code(204).send()
  })
}

/** Which workspace a request was about, where it says so. */
async function workspaceIn(deps: StateDeps, { params, body }: FastifyRequest): Promise<string> {
  const said = { ...(typeof body === 'object' ? body : {}), ...(params as object) } as { name?: unknown; workspace?: unknown; id?: unknown }
  if (typeof said.name === 'string') return said.name
  if (typeof said.id !== 'string') return typeof said.workspace === 'string' ? said.workspace : ''
  return (await deps.store.read((db) => findRequest(db, String(said.id))))?.workspace_name ?? ''
}

type Asking = { run(actor: Actor | null, input: Asked): Promise<RequestView> }

function askingOf(useCases: StateUseCases): Record<RequestAction, Asking> {
  return {
    'state.credential': useCases.askCredential, 'state.run-credential': useCases.askRunCredential, 'state.read': useCases.askRead,
    'state.read-redacted': useCases.askReadRedacted, 'state.read-outputs': useCases.askReadOutputs, 'state.import': useCases.askImport,
    'state.rollback': useCases.askRollback, 'state.delete': useCases.askDelete, 'state.restore': useCases.askRestore, 'state.accept': useCases.askAccept,
    'state.discard': useCases.askDiscard, 'state.force-unlock': useCases.askForceUnlock,
  }
}

/** A credential answers JSON, a reading the state itself; what is imported comes as octets. What is not there is asked for by its own use case, which refuses. */
async function redeem(deps: StateDeps, useCases: StateUseCases, actor: Actor | null, id: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const state = async (reading: { run(actor: Actor | null, input: { id: string }): Promise<{ size: number; body: Readable }> }): Promise<unknown> => {
    const { size, body } = await reading.run(actor, { id })
    return reply.type('application/json').header('cache-control', 'no-store').header('content-length', size).send(body)
  }
  switch (actor === null ? null : await actionOf(deps, id)) {
    case 'state.run-credential': return reply.header('cache-control', 'no-store').send(await useCases.redeemRunCredential.run(actor, { id }))
    case 'state.read': return state(useCases.redeemRead)
    case 'state.read-redacted': return state(useCases.redeemReadRedacted)
    case 'state.read-outputs': return state(useCases.redeemReadOutputs)
    case 'state.import': {
      const length = Number(request.headers['content-length'] ?? Number.NaN)
      const body = request.body instanceof Readable ? request.body : undefined
      return useCases.redeemImport.run(actor, { id, body, length: Number.isSafeInteger(length) ? length : null, encoding: request.headers['content-encoding'] ?? '' })
    }
    default: return reply.header('cache-control', 'no-store').send(await useCases.redeemCredential.run(actor, { id }))
  }
}

function waitOf(request: FastifyRequest, { wait, since }: { wait: number; since?: number | undefined }): { seconds: number; since: number | null; signal: AbortSignal } {
  const gone = new AbortController()
  request.raw.once('close', () => gone.abort())
  return { seconds: wait, since: since ?? null, signal: gone.signal }
}
