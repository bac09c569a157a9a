/** The session's cookie: HttpOnly, SameSite=Strict, for the whole of this host and, on https, for nobody else's (`__Host-`, Secure). */
import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../create.ts'

function cookieName(identity: Identity): string {
  return secure(identity) ? '__Host-countersign_session' : 'countersign_session'
}

export function sessionCookie(identity: Identity, request: FastifyRequest): string | undefined {
  return request.cookies[cookieName(identity)]
}

/** No expiry in the cookie: the server knows when it ends, and the browser forgets it when it closes. */
export function setSessionCookie(identity: Identity, reply: FastifyReply, secret: string): void {
  reply.setCookie(cookieName(identity), secret, { path: '/', httpOnly: true, sameSite: 'strict', secure: secure(identity) })
}

export function clearSessionCookie(identity: Identity, reply: FastifyReply): void {
  reply.clearCookie(cookieName(identity), { path: '/', httpOnly: true, sameSite: 'strict', secure: secure(identity) })
}

function secure(identity: Identity): boolean {
  return new URL(identity.context.settings.url).protocol === 'https:'
}
