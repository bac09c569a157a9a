/**
 * Who is calling, for every route that needs somebody: hooks that put an Actor on the request, or refuse.
 *
 * A browser's call that changes something must carry `X-Countersign: 1`, which no form and no foreign page can send without a preflight
 * that we never answer, and come from our own origin. A terminal's call carries a proof of its key instead, and no cookie counts there.
 */
import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import type { Actor, Source } from '../actor.ts'
import type { Identity } from '../create.ts'
import { IdentityError } from '../errors.ts'
import type { Session } from '../sessions/sessions.ts'
import type { TerminalToken } from '../terminal/tokens.ts'
import { clientFamily } from '../words.ts'
import { sitesOf } from '../sites.ts'
import { sessionCookie } from './session-cookie.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guards; null on public routes. */
    actor: Actor | null
    session: Session | null
    terminal: TerminalToken | null
  }
}

/** Once, on the root instance. */
export function decorateRequests(app: FastifyInstance): void {
  app.decorateRequest('actor', null)
  app.decorateRequest('session', null)
  app.decorateRequest('terminal', null)
}

/** A page that looks for news while nobody is at it says `X-Countersign: unattended`: that keeps no session from ending. */
const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A browser that is signed in. A session that is limited to enrolment is let through only where the route says so. */
export function requireSession(identity: Identity, limited: 'limited-refused' | 'limited-too' = 'limited-refused'): preHandlerAsyncHookHandler {
  return async (request) => {
    if (!safe.has(request.method)) refuseForeignPages(identity, request)
    const { actor, session } = await identity.sessions.resolve(sessionCookie(identity, request), sourceOf(request).client, request.headers['x-countersign'] === 'unattended')
    if (limited === 'limited-refused' && session.limitedTo !== '') throw onlyEnrolment()
    request.actor = actor
    request.session = session
  }
}

/** A terminal that is signed in. Every answer carries the nonce for the next proof. */
export function requireTerminal(identity: Identity): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    reply.header('DPoP-Nonce', identity.tokens.nonce())
    const { method, url, headers } = request.raw
    const { actor, token } = await identity.tokens.resolve({ method: method ?? '', url: url ?? '/', headers, remoteAddress: request.ip, origin: originOf(identity, request) })
    request.actor = actor
    request.terminal = token
  }
}

/** Either: whoever sends an Authorization header is a terminal, and stands or falls as one. */
export function requireEither(identity: Identity, limited: 'limited-refused' | 'limited-too' = 'limited-refused'): preHandlerAsyncHookHandler {
  const [session, terminal] = [requireSession(identity, limited), requireTerminal(identity)]
  return async function either(request, reply) {
    await (request.headers.authorization === undefined ? session : terminal).call(this, request, reply)
  }
}

/** For calls that nobody is signed in to yet: another page must not make this browser begin or finish one. */
export function refuseForeignOrigin(identity: Identity): preHandlerAsyncHookHandler {
  return async (request) => {
    const { origin } = request.headers
    if (origin !== undefined && !isOwn(identity, origin)) throw foreign()
  }
}

/** Which of our addresses was asked; other hosts are not answered at all. */
export function originOf(identity: Identity, request: FastifyRequest): string {
  const host = request.headers.host?.toLowerCase()
  const { settings } = identity.context
  return sitesOf(settings).find(({ origin }) => new URL(origin).host === host)?.origin ?? settings.url
}

/** The Actor that a guard has set. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.actor) throw new IdentityError('session_required', 'Nobody is signed in.', 'Sign in with your passkey or security key.')
  return request.actor
}

export function sessionOf(request: FastifyRequest): Session {
  if (!request.session) throw new IdentityError('session_required', 'Nobody is signed in.', 'Sign in with your passkey or security key.')
  return request.session
}

export function sourceOf(request: FastifyRequest): Source {
  return { address: request.ip, client: clientFamily(request.headers['user-agent'] ?? '') }
}

function refuseForeignPages(identity: Identity, request: FastifyRequest): void {
  if (!isOwn(identity, request.headers.origin ?? '')) throw foreign()
  if (request.headers['x-countersign'] === '1') return
  throw new IdentityError('client_header_required', 'A change needs the header X-Countersign: 1.', 'Use the console, or send the header.')
}

function onlyEnrolment(): IdentityError {
  const next = 'Add a key or an authenticator app, have it vouched for, and sign in with that.'
  return new IdentityError('session_limited', 'You are signed in with a recovery code, which is good for adding an authenticator only.', next)
}

function foreign(): IdentityError {
  return new IdentityError('origin_refused', 'The call did not come from a page of this server.', 'Use the console at the configured URL.')
}

function isOwn(identity: Identity, origin: string): boolean {
  return sitesOf(identity.context.settings).some((site) => site.origin === origin)
}
