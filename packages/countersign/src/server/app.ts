/** The HTTP server: hooks and doors in the order in which a request meets them. */
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { adminRoutes } from '../doors/admin/routes.ts'
import { membersRoutes } from '../doors/members/routes.ts'
import { runsRoutes } from '../doors/runs/routes.ts'
import { stateRoutes } from '../doors/state/routes.ts'
import { wireRoutes } from '../doors/state/wire-routes.ts'
import { createTamperAlarm } from '../gate/index.ts'
import { gateRoutes } from '../gate/routes.ts'
import { decorateRequests, identityRoutes, requireEither, sourceOf } from '../identity/routes.ts'
import { rfc3339 } from '../platform/clock.ts'
import { addConsole } from './http/console.ts'
import { addErrors, send } from './http/errors.ts'
import { addHeaders } from './http/headers.ts'
import { readJson } from './http/json.ts'
import { addOnce } from './http/once.ts'
import { openapiOptions } from './http/openapi.ts'
import { problem } from './http/problem.ts'
import { requestId, watchRequests } from './http/requests.ts'
import { refusePlainHttp, type Trust } from './http/proxies.ts'
import type { Parts } from './parts.ts'
import { version } from './version.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is: what a test of strangers goes through. */
    routeTable: { method: string; url: string }[]
  }
}

export type AppOptions = { log: Logger; consoleFolder: string; demonstration: boolean; trust: Trust; requestLimit: number }

export async function createApp(parts: Parts, options: AppOptions): Promise<FastifyInstance> {
  const logger: FastifyBaseLogger = options.log
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // The log takes the request's id from where the work stands (platform/telemetry): said once, not twice.
    childLoggerFactory: (parent) => parent,
    requestIdHeader: false,
    genReqId: requestId,
    bodyLimit: 256 * 1024,
    // tidyForwarded (http/proxies.ts) has left of a named proxy's header the one address that counts.
    trustProxy: (address, hop) => hop === 0 && options.trust.named(address),
    // The set-up token and codes never stand in a query; an over-long address is refused before it is routed. The longest that there is
    // names a workspace: a project of 64, and 200 characters of which each may be twelve when it is encoded.
    routerOptions: { maxParamLength: 64 + 3 + 200 * 12, caseSensitive: true, ignoreTrailingSlash: false },
    requestTimeout: 300_000,
    keepAliveTimeout: 75_000,
    // An address that cannot be decoded never reaches a route.
    frameworkErrors: (_error, _request, reply) => void send(reply, problem('invalid_request', 'The address cannot be read: a percent sign in it encodes nothing.', 'Correct it; /openapi.json describes every request.')),
  })
  for (const method of ['LOCK', 'UNLOCK']) app.addHttpMethod(method, { hasBody: true })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  listRoutes(app)
  watchRequests(app, parts.base.telemetry)
  addErrors(app)
  const alarmed = createTamperAlarm({ ...parts.base, notices: parts.notices })
  app.addHook('onError', async (_request, _reply, error) => alarmed(error))
  const https = parts.place.origin.startsWith('https:')
  addHeaders(app, { https })
  refuseOtherHosts(app, parts.place.sites.map(({ origin }) => origin))
  refusePlainHttp(app, { https, trust: options.trust, origin: parts.place.origin })
  await app.register(cookie)
  await app.register(rateLimit, {
    global: true,
    max: options.requestLimit,
    timeWindow: '1 minute',
    errorResponseBuilder: () => Object.assign(new Error('rate limited'), { statusCode: 429 }),
  })
  await app.register(swagger, openapiOptions)
  decorateRequests(app)
  addOnce(app, parts.base.once)
  readJson(app)
  await addDoors(app, parts, options)
  await addConsole(app, options.consoleFolder)
  return app
}

function listRoutes(app: FastifyInstance): void {
  app.decorate('routeTable', [])
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) app.routeTable.push({ method: one, url })
  })
}

async function addDoors(app: FastifyInstance, parts: Parts, options: AppOptions): Promise<void> {
  app.get('/api/v1/status', async (request) => ({
    name: 'countersign', version, setUp: await parts.identity.setUp.done(), demonstration: options.demonstration,
    rpId: siteAsked(parts, request).rpId, url: siteAsked(parts, request).origin, time: rfc3339(parts.base.clock.now()),
  }))
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.register((scope) => identityRoutes(scope, { identity: parts.identity }))
  await app.register(async (scope) => {
    // Before the body is read: a stranger's 96 MB are never received, let alone parsed.
    const identify = requireEither(parts.identity)
    scope.addHook('onRequest', async (request, reply) => identify.call(scope, request, reply))
    const actorOf = (request: FastifyRequest) => request.actor
    await scope.register(gateRoutes, { useCases: parts.useCases.gate, originOf: (request) => siteAsked(parts, request).origin, actorOf })
    await scope.register(runsRoutes, { useCases: parts.useCases.runs, plans: parts.runs.plans, actorOf })
    await scope.register(membersRoutes, { useCases: parts.useCases.members, origin: parts.place.origin, actorOf })
    await scope.register(adminRoutes, { useCases: parts.useCases.admin, origin: parts.place.origin, actorOf })
    await scope.register(stateRoutes, { deps: parts.state, useCases: parts.useCases.state, actorOf })
  })
  // Its own credentials, and none of the above: what signs in there is of no use here.
  await app.register(wireRoutes, { deps: parts.state, useCases: parts.useCases.wire, sourceOf })
}

/** By the host that was asked: no other is answered. */
function siteAsked({ place }: Parts, request: FastifyRequest): { rpId: string; origin: string } {
  return place.sites.find(({ origin }) => new URL(origin).host === request.headers.host?.toLowerCase()) ?? place
}

/**
 * Only the configured hosts are answered. A page of another origin that resolves its own name to this address (DNS rebinding)
 * would otherwise be same-origin with us in the eyes of a browser.
 */
function refuseOtherHosts(app: FastifyInstance, origins: readonly string[]): void {
  const hosts = new Set(origins.map((origin) => new URL(origin).host))
  app.addHook('onRequest', async (request, reply) => {
    if (hosts.has(request.headers.host?.toLowerCase() ?? '')) return
    await send(reply, problem('misdirected_request', 'This server does not answer for the host that was asked.', `Use ${origins[0] ?? ''}.`))
  })
}
