/**
 * Each request by its id: in the answer's header, in the problem document, in every line of the log, and in its span. How long it took
 * is counted by the route's pattern, never by the address that was asked: that holds codes and ids.
 *
 * An id that comes with the request is taken where it is well formed, so that a proxy's log and ours can be laid side by side. It is a
 * name that anybody can choose: nothing rests on it.
 */
import type { FastifyInstance, FastifyRequest, RawRequestDefaultExpression } from 'fastify'
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { finished } from 'node:stream'
import { inRequest, type Telemetry } from '../../platform/telemetry/index.ts'

const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/

export function requestId(raw: RawRequestDefaultExpression): string {
  const given = raw.headers['x-request-id']
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : randomUUID()
}

type Ended = { method: string; route: string; status: number; seconds: number }

export function watchRequests(app: FastifyInstance, telemetry: Telemetry): void {
  const contexts = new WeakMap<FastifyRequest, { id: string; span: unknown }>()
  let inFlight = 0
  const moved = (by: 1 | -1): void => telemetry.metrics.set('countersign_http_requests_in_flight', {}, (inFlight += by))

  app.addHook('onRequest', (request, reply, done) => {
    const started = performance.now()
    const span = telemetry.tracing.request('HTTP request')
    const context = { id: request.id, span: span.span }
    contexts.set(request, context)
    // On the raw answer: what the sign-in provider answers by itself carries it as well.
    reply.raw.setHeader('X-Request-Id', request.id)
    moved(1)
    finished(reply.raw, () => {
      moved(-1)
      const ended: Ended = { method: methodOf(request), route: routeOf(request), status: reply.raw.statusCode, seconds: (performance.now() - started) / 1000 }
      telemetry.metrics.observe('countersign_http_request_seconds', { method: ended.method, route: ended.route, status: String(ended.status) }, ended.seconds)
      span.end(`${ended.method} ${ended.route}`, {
        'http.request.method': ended.method, 'http.route': ended.route, 'http.response.status_code': ended.status, 'countersign.request': request.id,
      })
      tell(app, request.id, ended)
    })
    inRequest(context, done)
  })
  // Reading the body went on in the connection's name, not in the request's.
  app.addHook('preValidation', (request, _reply, done) => {
    const context = contexts.get(request)
    if (context === undefined) return done()
    return inRequest(context, done)
  })
}

/** Of a route that is not there nothing is told: strangers would write our labels. */
function routeOf(request: FastifyRequest): string {
  const route = request.routeOptions.url
  if (route === undefined || request.is404) return '(none)'
  return route.startsWith('/assets/') ? '/assets/*' : route
}

function methodOf(request: FastifyRequest): string {
  return request.is404 ? '(any)' : request.method
}

/** Reading is the ordinary case, and most of it; changes and refusals are told. */
function tell(app: FastifyInstance, request: string, { method, route, status, seconds }: Ended): void {
  const quiet = status < 400 && (method === 'GET' || method === 'HEAD')
  app.log[quiet ? 'debug' : 'info']({ request, method, route, status, ms: Math.round(seconds * 1000) }, 'answered')
}
