/** My keys: the list, and adding one. Removing one goes through the gate and is the admin door's. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rfc3339 } from '../../platform/clock.ts'
import type { Authenticator } from '../authenticators/authenticators.ts'
import { modelOf } from '../authenticators/models.ts'
import { nameOf } from '../attestation/certificate.ts'
import { noRoots, type AttestationRoots } from '../attestation/roots.ts'
import type { Identity } from '../create.ts'
import { appView, by, pendingView, shownOfPending, viewOfApp } from './codes.ts'
import { actorOf, requireSession, sessionOf } from './guards.ts'
import { authenticationResponse, creationOptions, registrationResponse, requestOptions } from './webauthn-schemas.ts'

const authenticatorView = z.object({
  id: z.string(),
  label: z.string(),
  credential: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
  backupEligible: z.boolean(),
  backedUp: z.boolean(),
  aaguid: z.string(),
  model: z.string(),
  /** true where no attestation of it was verified to a root that is configured: what it says of itself is its claim. */
  claimed: z.boolean(),
  /** Name of the root that says what it is; "" where it is claimed. */
  attestedBy: z.string(),
  demonstration: z.boolean(),
  thisSession: z.boolean(),
  alg: z.number(),
})
const signing = z.object({ envelope: z.string(), options: requestOptions })
const ceremony = z.string().max(128)
const list = {
  response: {
    200: z.object({
      authenticators: z.array(authenticatorView),
      apps: z.array(appView),
      /** A key that was made at the main address and waits for the word of one of this one. */
      pendingKey: z.object({ id: z.string(), label: z.string() }).nullable(),
      /** Apps that wait until a key vouches for them. */
      pendingApps: z.array(pendingView),
      /** What somebody types to sign in without a key; "" when they have no such name. */
      login: z.string(),
      passwordChangedAt: z.string().nullable(),
      /** How many were not used. */
      recoveryCodes: z.number(),
    }),
  },
}
const keyId = z.object({ id: z.string().max(64) })
const move = { body: z.strictObject({}), response: { 200: z.object({ link: z.string(), expiresAt: z.string() }) } }
const moveBegin = { params: keyId, body: z.strictObject({ code: z.string().max(40) }), response: { 200: z.object({ ceremony: z.string(), subject: z.string(), envelope: z.string(), options: requestOptions }) } }
const moveFinish = { params: keyId, body: z.strictObject({ ceremony, response: authenticationResponse }), response: { 200: z.object({ person: z.string(), authenticator: z.string() }) } }
const begin = {
  body: z.object({ label: z.string().max(400) }),
  response: { 200: z.object({ ceremony: z.string(), intent: z.string(), options: creationOptions }) },
}
const create = {
  body: z.object({ ceremony, response: registrationResponse }),
  response: { 200: z.object({ subject: z.string(), code: z.string(), possession: signing, voucher: signing }) },
}
const finish = {
  body: z.object({ ceremony, possession: authenticationResponse, voucher: authenticationResponse }),
  response: { 200: z.object({ authenticator: authenticatorView }) },
}

export function authenticatorRoutes(root: FastifyInstance, identity: Identity): void {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const signedIn = { preHandler: requireSession(identity) }
  const { registration } = identity
  const roots = identity.context.settings.attestationRoots ?? noRoots

  app.get('/api/v1/authenticators', { preHandler: requireSession(identity, 'limited-too'), schema: list }, async (request) => {
    const person = actorOf(request).id
    const current = sessionOf(request).authenticator
    const keys = await identity.authenticators.of(person)
    const { apps, pending, moved, login, changedAt, recoveryCodes } = await identity.context.ports.store.read(async (db) => ({
      apps: await identity.codes.of(db, person), pending: await identity.codes.pending(db, person), moved: (await identity.invitation.pending(db)).find((one) => one.person === person && one.voucher === person),
      login: (await identity.profiles.of(db, person))?.login ?? '', changedAt: await identity.passwords.changedAt(db, person),
      recoveryCodes: await identity.recoveryCodes.remaining(db, person),
    }))
    return {
      authenticators: keys.map((key) => view(key, current, roots)), apps: apps.map((one) => viewOfApp(one, current)), pendingApps: pending.map(shownOfPending), pendingKey: moved ? { id: moved.id, label: moved.label } : null,
      login, passwordChangedAt: changedAt === null ? null : rfc3339(changedAt), recoveryCodes,
    }
  })

  // While an installation moves: the key is made at the main address, and vouched for here, with a key of this one.
  app.post('/api/v1/authenticators/move', { ...signedIn, schema: move }, async (request) => {
    const { token, expiresAt } = await identity.invitation.issueOwn({ person: actorOf(request).id, session: sessionOf(request).id })
    return { link: `${identity.context.settings.url}/join#${token}`, expiresAt: rfc3339(expiresAt) }
  })

  app.post('/api/v1/authenticators/move/:id/begin', { ...signedIn, schema: moveBegin }, async (request) =>
    identity.invitation.beginVouching(actorOf(request), { pending: request.params.id, code: request.body.code }))

  app.post('/api/v1/authenticators/move/:id/finish', { ...signedIn, schema: moveFinish }, async (request) =>
    identity.invitation.finishVouching(actorOf(request), { ...request.body, own: request.params.id }))

  app.post('/api/v1/authenticators/begin', { ...signedIn, schema: begin }, async (request) => registration.begin(by(request), request.body))

  app.post('/api/v1/authenticators/create', { ...signedIn, schema: create }, async (request) => registration.create(by(request), request.body))

  app.post('/api/v1/authenticators/finish', { ...signedIn, schema: finish }, async (request) => {
    const key = await registration.finish(by(request), request.body)
    return { authenticator: view(key, sessionOf(request).authenticator, roots) }
  })
}

function view({ id, label, credential, createdAt, lastUsedAt, demonstration, attestationRoot }: Authenticator, current: string, roots: AttestationRoots): z.output<typeof authenticatorView> {
  const { aaguid, backupEligible, backedUp, alg } = credential
  const root = roots.get(attestationRoot)
  return {
    id, label, credential: credential.id, createdAt: rfc3339(createdAt), lastUsedAt: lastUsedAt === null ? null : rfc3339(lastUsedAt),
    backupEligible, backedUp, aaguid, model: modelOf(aaguid), claimed: root === undefined, attestedBy: root ? nameOf(root) : '', demonstration, thisSession: id === current, alg,
  }
}
