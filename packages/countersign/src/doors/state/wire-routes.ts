/**
 * Terraform's `http` backend: GET, POST, PUT, DELETE, LOCK, UNLOCK on `/state/v1/{project}/{workspace}`, and the three styles of locking.
 *
 * The order: name, credential, scope of the credential, then what is asked, and only then a body. Who has no credential is told nothing,
 * not even whether there is such a workspace. Refusals are problem documents, except where Terraform wants a LockInfo.
 */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createRoom } from '../../apart/index.ts'
import type { Room } from '../../apart/index.ts'
import type { Actor } from '../../identity/actor.ts'
import { GateError } from '../../gate/index.ts'
import { authenticate, readBasic } from './authenticate.ts'
import type { Caller } from './authenticate.ts'
import { StateError } from './errors.ts'
import { createGuesses } from './guesses.ts'
import { isWholeLock, LARGEST_LOCK, lockDigest, readLockInfo } from './lock-info.ts'
import { readPlace, WIRE } from './names.ts'
import type { Place } from './names.ts'
import type { StateDeps } from './ports.ts'
import { receive, receiveText } from './receive.ts'
import type { Announced, Received } from './receive.ts'
import { runUnlocked } from './reconcile.ts'
import { createRefusalLog, whoOf } from './refusals.ts'
import { lockOf, workspaceNamed } from './store.ts'
import { createTamperAlarm } from './tamper-alarm.ts'
import type { WireUseCases } from './wire-use-cases.ts'
import { admitWrite, writeState } from './write.ts'

export type WireRoutesDeps = { deps: StateDeps; useCases: WireUseCases; sourceOf: (request: FastifyRequest) => Actor['source'] }

type Asked = { place: Place; caller: Caller; signal: AbortSignal }
type Doing = 'read' | 'write' | 'delete' | 'lock' | 'unlock'

/** Methods of the address, and of its `/lock`: GitLab's settings and HashiCorp's example use these. */
const onAddress: Record<string, Doing> = { GET: 'read', POST: 'write', PUT: 'write', DELETE: 'delete', LOCK: 'lock', UNLOCK: 'unlock' }
const onLock: Record<string, Doing> = { LOCK: 'lock', POST: 'lock', PUT: 'lock', UNLOCK: 'unlock', DELETE: 'unlock' }

const challenge = 'Basic realm="countersign state", charset="UTF-8"'
const asked = new WeakMap<FastifyRequest, Asked & { doing: Doing }>()

export async function wireRoutes(app: FastifyInstance, { deps, useCases, sourceOf }: WireRoutesDeps): Promise<void> {
  // Nothing here reads a body on its own: what is asked decides whether, how and how much of it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  const refused = createRefusalLog(deps)
  const alarmed = createTamperAlarm(deps)
  const guesses = createGuesses(deps.clock)
  const room = createRoom({ bytes: 2 * deps.limits.largest, errors: { left: () => new StateError('body_incomplete', 'The client left before its body was taken.', 'Send it again, whole.') } })

  app.addHook('onRequest', async (request, reply) => {
    const place = readPlace(request.raw.url ?? '')
    const doing = (place.lock ? onLock : onAddress)[request.method]
    const caller = await known(request, reply)
    // Before it may be refused: that somebody tries this credential elsewhere is recorded as well.
    asked.set(request, { place, caller, doing: doing ?? 'read', signal: leaving(reply) })
    await inScope(deps, caller, place, doing)
    if (doing === undefined) throw new StateError('method_refused', 'This address does not take this method.', 'See the guide for the settings of the backend block.')
  })

  app.addHook('onError', async (request, _reply, error) => {
    const about = asked.get(request) ?? null
    if (!about || !isRefusal(error)) return
    if (error.code === 'state_tampered') await alarmed(about.place.name, error)
    // Under the credential's own workspace: other names are whoever's words, and there is no end to them.
    await refused(whoOf(about.caller), { action: `state.${about.doing}`, name: about.caller.credential.workspace_name, code: error.code, address: sourceOf(request).address })
  })

  app.route({
    method: [...new Set([...Object.keys(onAddress), ...Object.keys(onLock)])], url: `${WIRE}*`, exposeHeadRoute: false, schema: { hide: true },
    handler: async (request, reply) => {
      const about = asked.get(request)
      if (!about) throw new StateError('credential_required', 'A state credential is required.', 'Get one: countersign state init.')
      return doings[about.doing]({ deps, useCases, room, request, reply, ...about })
    },
  })

  async function known(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const basic = readBasic(request.headers.authorization)
    const source = sourceOf(request)
    const found = basic && (await authenticate(deps, basic, source))
    if (found && 'actor' in found) return found
    if (found?.refused === 'tampered') {
      await alarmed(found.credential.workspace_name, found.cause)
      throw found.cause
    }
    void reply.header('WWW-Authenticate', challenge)
    if (found?.refused === 'known') await refused({ credential: found.credential.id, person: found.credential.person }, { action: 'state.sign-in', name: '', code: 'credential_required', address: source.address })
    if (basic && guesses.tooMany(source.address)) {
      void reply.header('Retry-After', '60')
      throw new StateError('credential_guessed', 'Too many wrong credentials came from this address.', 'Wait a minute. If it is not you who tries, tell whoever looks after this server.')
    }
    throw new StateError('credential_required', 'A state credential is required, and this is none.', 'Get one: countersign state init. Other tokens and passwords are of no use here.')
  }
}

/** Over the one workspace that it is for; and where it has expired or was revoked, only what its own lock still needs. */
async function inScope(deps: StateDeps, { credential, standing }: Caller, place: Place, doing: Doing | undefined): Promise<void> {
  if (credential.workspace_name !== place.name) throw new StateError('credential_scope', 'This state credential is for another workspace.', 'Get one for this workspace: countersign state init.')
  if (credential.tier !== 'full' && doing !== 'read') throw new StateError('credential_scope', 'This state credential reads, and nothing else.', 'Get one for a plan or an apply: countersign state init.')
  if (credential.phase === 'plan' && (doing === 'delete')) throw new StateError('credential_scope', 'This state credential is for plans.', 'Get one for an apply: countersign state init.')
  if (standing === 'valid' || doing === 'write' || doing === 'unlock') return
  const workspace = await deps.store.read((db) => workspaceNamed(db, place.name))
  const lock = workspace && (await deps.store.read((db) => lockOf(db, workspace.id)))
  if (standing === 'expired' && lock?.credential === credential.id && (doing === 'read' || doing === 'lock')) return
  throw new StateError('credential_expired', `This state credential ${standing === 'revoked' ? 'was revoked' : 'has expired'}.`, 'Get a new one: countersign state init.')
}

function isRefusal(error: unknown): error is StateError | GateError {
  // What the gate refuses at its door it has recorded itself.
  if (error instanceof GateError) return !['not_permitted', 'wrong_channel', 'session_required'].includes(error.code)
  return error instanceof StateError && error.code !== 'countersignature_awaited'
}

/** Of the answer, not of the request: that one closes when its body has been read. */
function leaving(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}

type Handling = Asked & { deps: StateDeps; useCases: WireUseCases; room: Room; request: FastifyRequest; reply: FastifyReply }

const doings: Record<Doing, (handling: Handling) => Promise<unknown>> = { read, write, delete: remove, lock, unlock }

async function read({ useCases, caller, place, signal, reply }: Handling): Promise<unknown> {
  const found = await useCases.read[caller.credential.tier].run(caller.actor, { name: place.name, caller, signal })
  if (!found) return reply.code(404).type('application/problem+json; charset=utf-8').send(JSON.stringify(noState(place.name)))
  return reply.type('application/json').header('Content-Length', found.size).send(found.body)
}

/** Terraform takes 404 for "no state yet". */
function noState(name: string) {
  return { type: 'urn:countersign:problem:state_empty', title: 'state empty', status: 404, detail: `${name} has no state.`, code: 'state_empty', next: 'The first apply makes one.' }
}

async function write({ deps, useCases, room, caller, place, signal, request, reply }: Handling): Promise<unknown> {
  const id = place.query.get('ID') ?? ''
  const writing = { name: place.name, caller, lock: id === '' ? '' : lockDigest(id) }
  await admitWrite(deps, writing)
  const announced = announcedBy(request, deps.limits.largest)
  const held = await room.enter(announced.length ?? deps.limits.largest, signal)
  let body: Received | undefined
  try {
    body = await receive(bodyOf(request), announced, held.memory)
    try {
      await useCases.write.run(caller.actor, { ...writing, body })
    } catch (error) {
      // The resources have changed already: whose role is gone loses the right to write, and not what was written.
      if (!(error instanceof GateError) || error.code !== 'not_permitted') throw error
      await writeState(deps, null, writing, body)
    }
  } finally {
    body?.packing?.stop()
    void Promise.allSettled(body?.uses ?? []).then(() => held.leave())
  }
  return reply.code(200).send()
}

async function remove({ useCases, caller, place, signal, reply }: Handling): Promise<unknown> {
  await useCases.remove.run(caller.actor, { name: place.name, caller, signal })
  return reply.code(200).send()
}

async function lock({ useCases, caller, place, signal, request, reply }: Handling): Promise<unknown> {
  const info = readLockInfo(await receiveText(bodyOf(request), announcedBy(request, LARGEST_LOCK)))
  const plan = info.operation === 'OperationTypePlan'
  if (!plan && caller.credential.phase === 'plan') throw new StateError('credential_scope', 'This state credential is for plans.', 'Get one for an apply: countersign state init.')
  const answer = await (plan ? useCases.lockForPlan : useCases.lockToWrite).run(caller.actor, { name: place.name, caller, info, signal })
  if (answer.taken) return reply.code(200).send()
  return reply.code(423).type('application/json').send(JSON.stringify(answer.held))
}

async function unlock({ deps, useCases, caller, place, signal, request, reply }: Handling): Promise<unknown> {
  const text = await receiveText(bodyOf(request), announcedBy(request, LARGEST_LOCK))
  const unlocking = { name: place.name, caller, lock: isWholeLock(text) ? readLockInfo(text).digest : '' }
  if (await useCases.release.run(caller.actor, unlocking)) {
    // What a run changed is compared with its consent; the client does not wait for that.
    if (caller.credential.run !== '') void runUnlocked(deps, caller.credential.run)
    return reply.code(200).send()
  }
  if (caller.standing !== 'valid') throw new StateError('credential_expired', 'This state credential has expired or was revoked: it can release its own lock, and nothing else.', 'Get a new one: countersign state init.')
  if (caller.credential.phase === 'plan') throw new StateError('credential_scope', 'This state credential is for plans, and ends nobody\'s lock.', 'Get one for an apply: countersign state init.')
  await useCases.forceUnlock.run(caller.actor, { ...unlocking, signal })
  return reply.code(200).send()
}

const bodyOf = (request: FastifyRequest): Readable | undefined => (request.body instanceof Readable ? request.body : undefined)

function announcedBy({ headers }: FastifyRequest, largest: number): Announced {
  const length = headers['content-length'] === undefined ? null : Number(headers['content-length'])
  const chunked = headers['transfer-encoding'] !== undefined
  const md5 = headers['content-md5']
  return { length: chunked ? null : (length ?? 0), largest, md5: typeof md5 === 'string' ? md5 : '', encoding: headers['content-encoding'] ?? '' }
}
