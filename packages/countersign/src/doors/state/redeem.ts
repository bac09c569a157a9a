/**
 * Getting what was granted: a credential, a state to read, or the place for a state to import. Once, by the one who asked, with the key of
 * the terminal that asked: the gate's grant is consumed in the same unit.
 */
import type { Readable } from 'node:stream'
import type { ActionName, Authorized } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { parseSubject } from '@countersign/proof'
import type { StateSubject } from '@countersign/proof'
import { rfc3339 } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { besideCall } from '../../platform/once/index.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { TfstateError } from '../../tfstate/index.ts'
import { endOfLine } from './end-of-line.ts'
import { withBodies } from './bodies.ts'
import { StateError } from './errors.ts'
import { follow, readBody } from './facts.ts'
import { measure, refuseUnfit } from './measure.ts'
import type { Measured, Wanted } from './measure.ts'
import { addressOf } from './names.ts'
import type { StateDeps } from './ports.ts'
import { credentialOfRun, insertCredential, insertRun } from './queries.ts'
import { receive } from './receive.ts'
import type { Received } from './receive.ts'
import { refusalOf } from './refusals.ts'
import { existing, rememberedOf, requestView } from './requests.ts'
import { believeRequest } from './rights.ts'
import { newPassword, passwordHash } from './secret.ts'
import { sealState } from './seal.ts'
import { serialAgain } from './serial.ts'
import { bodyOf } from './serve.ts'
import type { Body, Tier } from './serve.ts'
import { standingOf } from './standing.ts'
import { ensureWorkspace, finishRequest, workspaceNamed } from './store.ts'
import type { CredentialRow, RequestRow } from './store.ts'
import { requestsOf } from './topics.ts'
import type { IssuedCredential, RequestView } from './views.ts'
import { keep, referenceTo, topicOf } from './versions.ts'

type By = Authorized<ActionName>

/** One's own, of this action. Anybody else's is not there. */
async function ownRequest(tx: Tx, by: By, id: string): Promise<RequestRow> {
  const row = await existing(tx, id)
  if (row.requester !== by.actor.id) throw new StateError('request_not_found', 'There is no such request of yours.', 'Ask again.')
  if (row.action !== by.action) throw new StateError('request_not_ready', 'This has its effect when it is countersigned, and nothing to be redeemed.', 'Wait for it to be done.')
  if (row.done_at !== null) throw new StateError('request_done', 'This was redeemed already; each request is good for one use.', 'Ask again.')
  return row
}

/** Consumes the grant of the question, in the unit of what it is for. */
async function cover(deps: StateDeps, tx: Tx, by: By, row: RequestRow): Promise<StateSubject> {
  const standing = await standingOf(deps, tx, row)
  if (standing.status === 'waiting') throw new StateError('request_not_ready', 'Nobody has countersigned this yet.', `Countersign it at ${deps.place.origin}/c/${row.code}.`)
  if (standing.grant === '') throw refusalOf(row, standing)
  await deps.gate.covers(tx, { grant: standing.grant, action: by.action, subjectDigest: row.subject_digest, actor: by.actor.id, executor: by.actor.executor })
  const subject = parseSubject(row.subject)
  if (subject.kind !== 'state') throw new StateError('request_not_found', 'There is no such request of yours.', 'Ask again.')
  return subject
}

async function finish(deps: StateDeps, tx: Tx, row: RequestRow, result: { version?: number; credential?: string }): Promise<void> {
  if (!(await finishRequest(tx, row.id, deps.clock.now(), result))) throw new StateError('request_done', 'This was redeemed already; each request is good for one use.', 'Ask again.')
  afterCommit(tx, () => {
    deps.notify.changed(row.id)
    deps.notify.changed(requestsOf(row.requester))
  })
}

/** The same life for all runs: an apply that takes longer keeps its lock, and its last write is never lost. */
const RUN_LASTS = 8 * 3600_000

export async function redeemCredential(deps: StateDeps, by: Authorized<'state.credential' | 'state.run-credential'>, id: string): Promise<IssuedCredential> {
  const password = newPassword(deps.random)
  const made = { id: newId('stc', deps.clock, deps.random), secret_hash: passwordHash(password) }
  const row = await deps.store.write(async (tx) => {
    const request = await ownRequest(tx, by, id)
    const worth = by.action === 'state.run-credential' ? await worthOfRun(deps, tx, by, request) : worthOf(deps, await cover(deps, tx, by, request))
    const credential = await insertCredential(deps, tx, {
      ...made, ...worth, workspace_name: request.workspace_name, person: request.requester, person_name: request.requester_name, executor: request.executor, request: request.id,
      created_at: deps.clock.now(), revoked_at: null, revoked_why: '', last_used_at: null, last_source: '',
    })
    await finish(deps, tx, request, { credential: credential.id })
    await deps.ledger.append(tx, {
      type: 'state.credential-issued', ids: { ref: request.id, person: request.requester, credential: credential.id, ...(worth.run === '' ? {} : { run: worth.run }) },
      details: { workspace: request.workspace_name, phase: worth.phase, tier: worth.tier, expires: rfc3339(worth.expires_at), executor: request.executor, evidence: request.code },
    })
    return credential
  })
  const address = addressOf(deps.place.origin, row.workspace_name)
  return {
    id: row.id, username: row.id, password, expiresAt: rfc3339(row.expires_at), address, lockAddress: `${address}/lock`, workspace: row.workspace_name, phase: row.phase, tier: row.tier,
  }
}

type Worth = Pick<CredentialRow, 'phase' | 'tier' | 'run' | 'expires_at'>

function worthOf(deps: StateDeps, subject: StateSubject): Worth {
  return { phase: subject.phase === 'apply' ? 'apply' : 'plan', tier: subject.tier === '' ? 'full' : subject.tier, run: '', expires_at: deps.clock.now() + subject.lasts * 1000 }
}

/** The run's lease was checked when this was asked; that it still goes on, and has none yet, is checked here. */
async function worthOfRun(deps: StateDeps, tx: Tx, by: By, request: RequestRow): Promise<Worth> {
  if (request.executor !== by.actor.executor) throw new GateError('executor_mismatch', 'This was asked with another terminal\'s key.', 'Redeem it on the machine that asked for it.')
  const { run } = rememberedOf(believeRequest(deps, request))
  if (!(await deps.runs.stillApplying(tx, run))) throw new StateError('credential_scope', 'This run is not being applied any more.', 'Nothing more can be done with it.')
  if (await credentialOfRun(tx, run)) throw new StateError('request_done', 'This run was given its credential already; each run has one.', 'Use the one that it was given.')
  const workspace = await workspaceNamed(tx, request.workspace_name)
  await insertRun(tx, { run, workspace_name: request.workspace_name, base_version: workspace?.version ?? 0, ended: '', judged_at: null })
  return { phase: 'apply', tier: 'full', run, expires_at: deps.clock.now() + RUN_LASTS }
}

type Reading = Authorized<'state.read' | 'state.read-redacted' | 'state.read-outputs'>
const tiers: Record<Reading['action'], Tier> = { 'state.read': 'full', 'state.read-redacted': 'redacted', 'state.read-outputs': 'outputs' }

/** That it was read is said before a byte goes out. */
export async function redeemReading(deps: StateDeps, by: Reading, id: string): Promise<Body> {
  const tier = tiers[by.action]
  const version = await deps.store.write(async (tx) => {
    const request = await ownRequest(tx, by, id)
    const subject = await cover(deps, tx, by, request)
    const { workspace, current } = await measuredFor(deps, tx, wantedBy(request, subject))
    if (!workspace || !current) throw gone()
    refuseMoved(current, subject)
    await finish(deps, tx, request, { version: current.number })
    await deps.ledger.append(tx, {
      type: 'state.read', ids: { ref: request.id, state: workspace.id, person: by.actor.id },
      details: { workspace: workspace.name, version: current.number, tier, purpose: rememberedOf(request).purpose, name: by.actor.name, credential: '', source: by.actor.source.address, digest: current.digest },
    })
    return current
  })
  return readable(() => bodyOf(deps, version, tier))
}

function gone(): StateError {
  return new StateError('workspace_empty', 'There is no state now.', 'If it was deleted, it can be brought back until its key is destroyed: countersign state restore --all.')
}

function refuseMoved(current: Measured['current'], { state }: StateSubject): void {
  const now = referenceTo(current)
  if (now.version === state.version && now.digest === state.digest) return
  throw new StateError('state_mismatch', 'Another version became current since this was asked.', 'Ask again: what is countersigned names the version.')
}

async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof TfstateError) throw new StateError('state_unreadable', cause.message, 'Read the whole state instead, or look at its addresses.', { cause })
    throw cause
  }
}

function wantedBy(request: RequestRow, subject: StateSubject): Wanted {
  const { lineage, serial, digest } = subject.target
  return {
    action: request.action as Wanted['action'], name: request.workspace_name, version: 0, whole: false, replace: rememberedOf(request).replace,
    body: request.action === 'state.import' ? { lineage, serial, digest } : null,
  }
}

async function measuredFor(deps: StateDeps, tx: Tx, wanted: Wanted): Promise<Measured> {
  const measured = await measure(deps, tx, wanted)
  await refuseUnfit(tx, measured, wanted)
  return measured
}

export type Importing = { id: string; body: Readable | undefined; length: number | null; encoding: string }

function anotherBody(cause?: unknown): StateError {
  return new StateError('body_digest_mismatch', 'This is not the state that was countersigned: its digest is another one.', 'Import the file that was asked for, or ask for this one.', { cause })
}

const receiving = new Set<string>()

/** No more than was asked for, and once at a time: a question that was answered once is no way to fill the memory. */
async function received(deps: StateDeps, { id, body, length, encoding }: Importing, size: number): Promise<Received> {
  if (receiving.has(id)) throw new StateError('request_not_ready', 'The state of this import is being sent now.', 'Wait until that has ended.')
  receiving.add(id)
  try {
    return await receive(body, { length, largest: Math.min(deps.limits.largest, size), md5: '', encoding })
  } catch (cause) {
    if (cause instanceof StateError && cause.code === 'state_too_large' && size < deps.limits.largest) throw anotherBody(cause)
    throw cause
  } finally {
    receiving.delete(id)
  }
}

/**
 * The body that the statement named, by digest, lineage and serial. Nothing is consumed before all of it is here and is that body: who lost
 * the connection sends it again.
 */
export async function redeemImport(deps: StateDeps, by: Authorized<'state.import'>, input: Importing): Promise<RequestView> {
  // Looking at the request is no effect: a call that dies while its body comes may be repeated under its key.
  const { request, subject } = await besideCall(() => deps.store.write(async (tx) => {
    const row = await ownRequest(tx, by, input.id)
    const said = parseSubject(row.subject)
    if (said.kind !== 'state') throw new StateError('request_not_found', 'There is no such request of yours.', 'Ask again.')
    const standing = await standingOf(deps, tx, row)
    if (standing.status === 'waiting') throw new StateError('request_not_ready', 'Nobody has countersigned this yet.', `Countersign it at ${deps.place.origin}/c/${row.code}.`)
    if (standing.grant === '') throw refusalOf(row, standing)
    if (row.executor !== by.actor.executor) throw new GateError('executor_mismatch', 'This was asked with another terminal\'s key.', 'Import on the machine that asked for it.')
    await ensureWorkspace(deps, tx, row.workspace_name)
    return { request: row, subject: said }
  }))
  const { bytes, digest, packing } = await received(deps, input, rememberedOf(request).size)
  if (digest !== subject.target.digest) throw anotherBody()
  const reading = readBody(deps, bytes)
  const { head } = await readable(() => reading)
  if (head.lineage !== subject.target.lineage || head.serial !== subject.target.serial) throw new StateError('state_mismatch', 'The lineage or the serial in this state is not what was countersigned.', 'Ask again, with what stands in the file.')
  const workspace = await deps.store.read((db) => workspaceNamed(db, request.workspace_name))
  if (!workspace) throw gone()
  const sealed = await sealState(deps, workspace.id, { bytes, digest, reading, packing })
  const view = await withBodies(deps, sealed.bodies, async (tx) => {
    const row = await ownRequest(tx, by, input.id)
    const covered = await cover(deps, tx, by, row)
    const measured = await measuredFor(deps, tx, wantedBy(row, covered))
    if (!measured.workspace) throw gone()
    refuseMoved(measured.current, covered)
    const serial = head.opaque ? head.serial : serialAgain(head.serial, head.lineage, measured.serials)
    const version = await keep(deps, tx, measured.workspace, {
      origin: 'import', sealed: { ...sealed, head: { ...head, serial } },
      maker: { person: row.requester, person_name: row.requester_name, credential: '', run: '', lock: '', evidence: row.code, source: row.source },
    })
    await finish(deps, tx, row, { version })
    await endOfLine(deps, tx, measured.workspace, { lineage: head.lineage, serial, why: 'another state was imported' })
    await deps.ledger.append(tx, { type: 'state.imported', ids: { ref: row.id, state: measured.workspace.id, person: row.requester }, details: { workspace: measured.workspace.name, version, digest, serial, evidence: row.code, replaced: covered.state.version } })
    const { id } = measured.workspace
    afterCommit(tx, () => deps.notify.changed(topicOf(id)))
    return requestView(deps, tx, await existing(tx, row.id))
  })
  if (sealed.later) void follow(deps, sealed, sealed.later())
  return view
}
