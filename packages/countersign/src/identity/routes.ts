/**
 * The routes of this room, as one Fastify plugin. The server brings @fastify/cookie, the zod compilers, `decorateRequests(app)` on the
 * root and the mapping of IdentityError to an answer; routes parse, call one use case, and render.
 */
import type { FastifyInstance } from 'fastify'
import type { Identity } from './create.ts'
import { authenticatorRoutes } from './routes/authenticators.ts'
import { codeRoutes } from './routes/codes.ts'
import { hostRecoveryRoutes } from './routes/host-recovery.ts'
import { invitationRoutes } from './routes/invitation.ts'
import { oidcRoutes } from './routes/oidc.ts'
import { passwordRoutes } from './routes/password.ts'
import { recoveryCodeRoutes } from './routes/recovery-codes.ts'
import { sessionRoutes } from './routes/session.ts'
import { setupRoutes } from './routes/setup.ts'
import { terminalRoutes } from './routes/terminal.ts'

export { decorateRequests, requireEither, sourceOf } from './routes/guards.ts'

export async function identityRoutes(app: FastifyInstance, deps: { identity: Identity }): Promise<void> {
  setupRoutes(app, deps.identity)
  sessionRoutes(app, deps.identity)
  authenticatorRoutes(app, deps.identity)
  codeRoutes(app, deps.identity)
  passwordRoutes(app, deps.identity)
  recoveryCodeRoutes(app, deps.identity)
  invitationRoutes(app, deps.identity)
  hostRecoveryRoutes(app, deps.identity)
  terminalRoutes(app, deps.identity)
  await oidcRoutes(app, deps.identity)
}
