/** Reading JSON bodies (platform/json-body.ts), and addresses without NUL. */
import type { FastifyInstance } from 'fastify'
import { readJsonBody } from '../../platform/json-body.ts'
import { send } from './errors.ts'
import { problem } from './problem.ts'

export function readJson(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.includes('%00')) await send(reply, problem('invalid_request', 'The address holds a NUL character.', 'Correct it; /openapi.json describes every request.'))
  })
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, body: string) => readJsonBody(body))
}
