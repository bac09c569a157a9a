/** Every way in which a request can fail, rendered once. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { IllFormed } from '../../platform/ill-formed.ts'
import { challengeFor } from './challenge.ts'
import { isCoded, problem, problemOf } from './problem.ts'
import type { Problem } from './problem.ts'

export function addErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = answerTo(error)
    if (answer.status >= 500) request.log.error({ request: request.id, err: error, code: answer.code }, 'request failed')
    if (isCoded(error)) reply.headers(error.headers ?? {})
    const challenge = challengeFor(answer, isCoded(error) ? error.stepUp : undefined, request.headers.authorization)
    if (challenge !== undefined && !reply.hasHeader('WWW-Authenticate')) reply.header('WWW-Authenticate', challenge)
    return send(reply, answer)
  })
  app.setNotFoundHandler((request, reply) =>
    send(reply, problem('not_found', `There is nothing at ${request.method} ${pathOf(request)}.`, 'See /openapi.json for what there is.')),
  )
}

export function send(reply: FastifyReply, answer: Problem): FastifyReply {
  return reply.code(answer.status).type('application/problem+json; charset=utf-8').serializer(JSON.stringify).send({ ...answer, requestId: reply.request.id })
}

function answerTo(error: FastifyError): Problem {
  if (isCoded(error)) return problemOf(error)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0]
    return problemOf(new IllFormed(error.validationContext ?? 'request', first?.instancePath ?? '', first?.message ?? 'unreadable'))
  }
  const { statusCode = 500 } = error
  if (statusCode === 413) return problem('too_large', 'The request is larger than this server reads.', 'Split the change into smaller plans.')
  if (statusCode === 415) return problem('unsupported_media_type', 'The request is not JSON.', 'Send application/json.')
  if (statusCode === 429) return problem('rate_limited', 'Too many requests in a short time.', 'Wait a moment, then try again.')
  if (statusCode >= 400 && statusCode < 500)
    return problem('invalid_request', 'The request cannot be read.', 'Correct it; /openapi.json describes every request.')
  return problem('internal', 'The server made a mistake. Nothing was changed.', 'Try again; if it stays, see the server\'s log.')
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0]?.slice(0, 100).replaceAll(/[^\x21-\x7e]/g, '?') ?? ''
}
