/**
 * Reading JSON bodies. Nothing of ours is nested deep, and everything that walks a body (the parser, the validation, its error
 * texts) pays for depth more than for length: so depth is refused first. Keys that would reach a prototype are refused too, and NUL, which
 * no name of ours holds and not every database stores.
 */
import type { FastifyInstance } from 'fastify'
import { send } from './errors.ts'
import { problem } from './problem.ts'

const DEEPEST = 64

export function readJson(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.includes('%00')) await send(reply, problem('invalid_request', 'The address holds a NUL character.', 'Correct it; /openapi.json describes every request.'))
  })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (depthOf(body) > DEEPEST) {
      return done(Object.assign(new Error(`nested deeper than ${DEEPEST} levels`), { statusCode: 400 }), undefined)
    }
    if (holdsNul(body)) return done(Object.assign(new Error('a NUL character'), { statusCode: 400 }), undefined)
    return parse(request, body, done)
  })
}

/** The deepest nesting of a JSON text, counted until it is more than anybody needs. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length && deepest <= DEEPEST; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) at = endOfString(text, at)
    else if (unit === 0x7b || unit === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (unit === 0x7d || unit === 0x5d) depth--
  }
  return deepest
}

function endOfString(text: string, quote: number): number {
  let at = text.indexOf('"', quote + 1)
  while (at > 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at < 0 ? text.length : at
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0
  while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++
  return slashes % 2 === 1
}

function holdsNul(text: string): boolean {
  for (let at = text.indexOf('\\u0000'); at >= 0; at = text.indexOf('\\u0000', at + 1)) if (!isEscaped(text, at)) return true
  return false
}
