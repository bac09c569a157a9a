/**
 * Idempotency-Key on every call that changes something and that somebody is signed in for (the header of
 * draft-ietf-httpapi-idempotency-key-header). The calls of people who are not, setting up and signing in, each consume something that
 * works once; repeating one is refused for that.
 */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify'
import type { Actor } from '../../identity/actor.ts'
import { DigestedBody } from '../../platform/once/index.ts'
import type { Once, OnceCall } from '../../platform/once/index.ts'

const CALLS = new WeakMap<FastifyRequest, OnceCall>()
const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Last of a route's own checks, wherever it stands: by then it is known who calls. Before any route. */
export function addOnce(app: FastifyInstance, once: Once): void {
  app.addHook('onRoute', (route) => {
    if (![route.method].flat().some((method) => changing.has(method))) return
    const own = route.preHandler === undefined ? [] : [route.preHandler].flat()
    route.preHandler = [...own, withKey(once)]
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const call = CALLS.get(request)
    if (call === undefined) return payload
    await once.answered(call, { status: reply.statusCode, body: typeof payload === 'string' ? payload : payload === null || payload === undefined ? '' : null })
    return payload
  })
  app.addHook('onRequestAbort', async (request) => release(once, request))
  app.addHook('onResponse', async (request) => release(once, request))
}

function release(once: Once, request: FastifyRequest): void {
  const call = CALLS.get(request)
  CALLS.delete(request)
  if (call) once.ended(call)
}

/** In callback style, because what the handler starts must be started inside. */
function withKey(once: Once): preHandlerHookHandler {
  return (request, reply, done) => {
    const { 'idempotency-key': key } = request.headers
    const { actor } = request
    if (typeof key !== 'string' || actor === null) return done()
    once
      .open({ caller: callerOf(actor), key, method: request.method, url: request.url, body: bodyOf(request) })
      .then((opened) => {
        if ('kept' in opened) return void replay(reply, opened.kept)
        CALLS.set(request, opened.call)
        once.within(opened.call, done)
      })
      .catch((error: Error) => done(error))
  }
}

/** A person in a browser, or with one terminal's key: what one of them was answered is not for another. */
function callerOf({ id, via, executor }: Actor): string {
  return [id, via, executor].join(' ')
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  if (body instanceof Uint8Array) return body
  if (body instanceof DigestedBody) return body.digest
  // What is sent as a stream is named by the call's address: a request that is redeemed is one request.
  if (body instanceof Readable) return new Uint8Array()
  return Buffer.from(body === undefined ? '' : JSON.stringify(body), 'utf8')
}

function replay(reply: FastifyReply, kept: { status: number; body: string }): void {
  void reply.header('Idempotency-Replayed', 'true').code(kept.status)
  if (kept.body === '') return void reply.send()
  void reply.type('application/json; charset=utf-8').serializer(String).send(kept.body)
}
