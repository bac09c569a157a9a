/**
 * The headers every answer carries. The ceremony page decides what a person signs, so nothing foreign may run in it, look
 * into it or stand around it: no inline code, no other origin, no frames, Trusted Types.
 */
import type { FastifyInstance } from 'fastify'

const contentSecurityPolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "font-src 'self'", "manifest-src 'self'",
  "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ')

export function addHeaders(app: FastifyInstance, options: { https: boolean }): void {
  // On the raw answer, so that what the sign-in provider answers by itself carries it as well.
  if (options.https) app.addHook('onRequest', async (_request, reply) => void reply.raw.setHeader('Strict-Transport-Security', 'max-age=63072000'))
  app.addHook('onSend', async (request, reply) => {
    reply.headers({
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
    })
    if (request.url.startsWith('/api/') || !reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store')
  })
}
