/** The ceremony's door to the world: parse, call one use case, render. */
import { formatCode } from '@countersign/proof'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../identity/actor.ts'
import { rfc3339 } from '../platform/clock.ts'
import type { ChallengeView, gateUseCases } from './index.ts'

export type GateRoutesDeps = {
  useCases: ReturnType<typeof gateUseCases>
  /** Which of our addresses was asked. */
  originOf: (request: FastifyRequest) => string
  /** Who is calling, verified; null for a stranger. */
  actorOf: (request: FastifyRequest) => Actor | null
}

const base64url = z.string().max(8192).regex(/^[A-Za-z0-9_-]*$/, 'base64url without padding')
const assertion = z.object({
  id: base64url,
  response: z.object({ authenticatorData: base64url, clientDataJSON: base64url, signature: base64url }),
})
const ceremony = z.string().max(64)
const byCode = z.object({ code: z.string().min(1).max(40) })

export const gateRoutes: FastifyPluginAsyncZod<GateRoutesDeps> = async (app, { useCases, originOf, actorOf }) => {
  app.get('/api/v1/ceremonies', async (request) => {
    const waiting = await useCases.list.run(actorOf(request), {})
    return { waiting: waiting.map(render) }
  })

  app.get('/api/v1/reports', async (request) => ({ reports: await useCases.reports.run(actorOf(request), {}) }))

  app.get('/api/v1/ceremonies/:code', { schema: { params: byCode } }, async (request) =>
    render(await useCases.show.run(actorOf(request), { code: request.params.code })))

  app.post(
    '/api/v1/ceremonies/:code/begin',
    { schema: { params: byCode, body: z.strictObject({ typed: z.string().max(40).optional() }) } },
    async (request) => {
      const begun = await useCases.begin.run(actorOf(request), { code: request.params.code, typed: request.body.typed ?? '', origin: originOf(request) })
      return {
        ceremony: begun.ceremony,
        envelope: begun.envelope,
        expiresAt: rfc3339(begun.expiresAt),
        options: {
          challenge: Buffer.from(begun.challenge).toString('base64url'),
          rpId: begun.rpId,
          userVerification: 'required',
          timeout: 300_000,
          allowCredentials: begun.keys.map(({ credential }) => ({ type: 'public-key', id: credential.id, transports: credential.transports })),
        },
      }
    },
  )

  app.post(
    '/api/v1/ceremonies/:code/finish',
    { schema: { params: byCode, body: z.union([z.strictObject({ ceremony, response: assertion }), z.strictObject({ ceremony, totp: z.string().max(64) })]) } },
    async (request) => {
      const { body, params } = request
      const answer = 'totp' in body ? { totp: body.totp } : { assertion: body.response }
      return render(await useCases.finish.run(actorOf(request), { code: params.code, ceremony: body.ceremony, ...answer }))
    },
  )

  app.post('/api/v1/ceremonies/:code/deny', { schema: { params: byCode, body: z.strictObject({ report: z.boolean() }) } }, async (request) =>
    render(await useCases.deny.run(actorOf(request), { code: request.params.code, report: request.body.report })))
}

function render(view: ChallengeView) {
  return {
    code: formatCode(view.code), kind: view.kind, action: view.action, status: view.status, subject: view.text, subjectDigest: view.digest,
    requirement: view.requirement, createdAt: rfc3339(view.createdAt), expiresAt: rfc3339(view.expiresAt), requester: view.requester,
    source: { address: view.source.address, host: '', client: view.source.client }, you: view.you, typeCode: view.typeCode,
    countersignatures: view.signed.map(({ person, name, role, at, label }) => ({ person, name, role, at: rfc3339(at), label })),
    run: view.kind === 'run' ? view.ref : null,
  }
}
