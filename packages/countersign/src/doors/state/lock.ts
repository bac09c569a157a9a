/**
 * LOCK. A lock belongs to the credential and the source that took it, under one ID: whoever reads the ID has nothing.
 *
 * The order matters. Whether somebody holds it is looked at before anybody is asked, so that nobody touches a key in vain, and again in
 * the unit that takes it. The question is known by credential, source and ID: another ID at the same moment is another question, with
 * a code of its own. Who asked must still be there when it is granted: to a client that has left, nothing is given.
 */
import { parseSubject } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Unsealed } from '../../platform/row-mac.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { askGate, sameQuestion } from './ask.ts'
import type { Caller } from './authenticate.ts'
import { StateError } from './errors.ts'
import type { LockInfo } from './lock-info.ts'
import type { StateDeps } from './ports.ts'
import { refusalOf } from './refusals.ts'
import { believeCredential, believeLock, seen, useOf } from './rights.ts'
import { frozen, heldBy, waitsFor } from './stand-in.ts'
import type { StandIn } from './stand-in.ts'
import { hold, standingOf } from './standing.ts'
import type { Standing } from './standing.ts'
import { deleteLock, ensureWorkspace, findCredential, finishRequest, insertEndedLock, insertLock, lockOf, sameRequest, wasDone, workspaceNamed } from './store.ts'
import type { LockRow, RequestRow, WorkspaceRow } from './store.ts'
import { requestsOf } from './topics.ts'
import { currentVersion, topicOf } from './versions.ts'

export type Locking = Authorized<'state.plan'> | Authorized<'state.write'>
export type LockAsked = { name: string; caller: Caller; info: LockInfo; signal: AbortSignal }
/** `held`: somebody has it, or somebody still has to say yes; what stands in it is no lock's. */
export type LockAnswer = { taken: true } | { taken: false; held: StandIn }

type Step = LockAnswer | { waits: RequestRow }

export async function takeLock(deps: StateDeps, by: Locking, asked: LockAsked): Promise<LockAnswer> {
  await deps.store.read(async (db) => {
    const workspace = await workspaceNamed(db, asked.name)
    if (workspace) await currentVersion(deps, db, workspace)
  })
  const first = await deps.store.write((tx) => step(deps, tx, by, asked))
  if (!('waits' in first)) return first
  const standing = await hold(deps, first.waits, asked.signal)
  // Held for nobody any more. What was granted meanwhile waits for the same ID to come again, until it expires.
  if (asked.signal.aborted || standing.status === 'waiting') return { taken: false, held: waitsFor(deps, first.waits) }
  const second = await deps.store.write((tx) => step(deps, tx, by, asked))
  return 'waits' in second ? { taken: false, held: waitsFor(deps, second.waits) } : second
}

/** One look at it, in one unit: taken, held by somebody, or waiting for the answer to a question, which is asked here. */
async function step(deps: StateDeps, tx: Tx, by: Locking, asked: LockAsked): Promise<Step> {
  await refuseRevoked(deps, tx, asked.caller)
  const mode = by.action === 'state.plan' ? 'plan' : 'write'
  const workspace = await workspaceNamed(tx, asked.name)
  const lock = workspace && (await lockOf(tx, workspace.id))
  if (workspace && lock) {
    // The answer was lost on its way, and the client asks again.
    if (isOwn(lock, asked) && lock.mode === mode && (await believeLock(deps, tx, lock))) return { taken: true }
    if (lock.cap_at > deps.clock.now()) return { taken: false, held: heldBy(deps, workspace, lock) }
  }
  // What has expired keeps the lock that it has, and takes none: not even in the place of its own.
  if (asked.caller.standing !== 'valid') throw new StateError('credential_expired', 'This state credential has expired.', 'Get a new one: countersign state init.')
  if (workspace?.frozen_at != null && mode === 'write') return { taken: false, held: frozen(deps, workspace) }
  if (mode === 'write' && (await isOfRun(deps, tx, asked.caller))) return takeForRun(deps, tx, by, asked, { workspace, over: lock })
  const request = await question(deps, tx, by, asked)
  const standing = await standingOf(deps, tx, request)
  if (standing.status === 'waiting') return { waits: request }
  if (standing.grant === '') throw refusalOf(request, standing)
  const row = workspace ?? (await ensureWorkspace(deps, tx, asked.name))
  return take(deps, tx, by, asked, { workspace: row, over: lock, request, grant: standing.grant })
}

/**
 * What a run writes was countersigned with its plan: nobody is asked a second time. Its apply has to be going on, as its lease said when
 * the credential was given; what it changes is compared with the plan afterwards (reconcile.ts). A run that the policy let pass without a
 * person is no consent to a write: whoever stole a terminal could start a harmless one, and write what they like. That is asked as any other.
 */
const isOfRun = async (deps: StateDeps, tx: Tx, { credential }: Caller): Promise<boolean> => credential.run !== '' && (await deps.runs.countersigned(tx, credential.run, credential.workspace_name))

async function takeForRun(deps: StateDeps, tx: Tx, by: Locking, asked: LockAsked, { workspace: found, over }: { workspace: WorkspaceRow | null; over: LockRow | null }): Promise<Step> {
  await deps.gate.permits(tx, by, asked.name)
  const workspace = found ?? (await ensureWorkspace(deps, tx, asked.name))
  if (over) await endLock(deps, tx, workspace, over, 'capped')
  return put(deps, tx, 'write', asked, workspace, asked.caller.credential.request)
}

/** It may have been revoked while a person was waited for: by that person, perhaps. */
export async function refuseRevoked(deps: StateDeps, tx: Tx, { credential }: Pick<Caller, 'credential'>): Promise<void> {
  if (await isRevoked(deps, tx, credential)) throw new StateError('credential_expired', 'This state credential was revoked.', 'Get a new one: countersign state init.')
}

/** By somebody, or because the terminal that asked for it was signed out, or its person removed. */
export async function isRevoked(deps: StateDeps, db: Db | Tx, { id, person, executor, created_at: since }: Caller['credential']): Promise<boolean> {
  const row = await findCredential(db, id)
  return !row || (await believeCredential(deps, db, row)).revoked_at !== null || (await deps.signedOut(db, { person, executor, since }))
}

const isOwn = (lock: LockRow, { info, caller }: LockAsked): boolean => lock.lock === info.digest && lock.credential === caller.credential.id && lock.source === caller.actor.source.address

/** The same one again, unless it was granted over another state than is current now, or voided: consent was for that. */
async function question(deps: StateDeps, tx: Tx, by: Locking, { name, caller, info }: LockAsked): Promise<RequestRow> {
  const same = sameQuestion({ credential: caller.credential.id, source: caller.actor.source.address, action: by.action, name, lock: info.digest })
  const before = await sameRequest(tx, same)
  if (before) {
    const standing = await standingOf(deps, tx, before)
    if (!(await isOvertaken(tx, before, standing))) return before
    await deps.gate.voidOf(tx, before.id, 'another version became current first')
  }
  const asking = { name, lock: info.said, tier: 'full', lasts: Math.floor(deps.limits.lockCap / 1000), same } as const
  return by.action === 'state.plan' ? askGate(deps, tx, by, asking) : askGate(deps, tx, by, asking)
}

async function isOvertaken(tx: Tx, request: RequestRow, standing: Standing): Promise<boolean> {
  if (standing.overtaken) return true
  if (standing.grant === '') return false
  const subject = parseSubject(request.subject)
  const workspace = await workspaceNamed(tx, request.workspace_name)
  return subject.kind === 'state' && subject.state.version !== (workspace?.version ?? 0)
}

type Taking = { workspace: WorkspaceRow; over: LockRow | null; request: RequestRow; grant: string }

/** Grant and lock row in one unit, the row under the unique key of the workspace: of two that are granted, one gets it. */
async function take(deps: StateDeps, tx: Tx, by: Locking, asked: LockAsked, { workspace, over, request, grant }: Taking): Promise<Step> {
  const { actor } = asked.caller
  await deps.gate.covers(tx, { grant, action: by.action, subjectDigest: request.subject_digest, actor: actor.id, executor: actor.executor })
  if (over) await endLock(deps, tx, workspace, over, 'capped')
  if (!(await finishRequest(tx, request.id, deps.clock.now(), { version: workspace.version, credential: '', refused: '', next: '' }))) throw new GateError('grant_consumed', 'This lock was taken already.', 'Run terraform again.')
  return put(deps, tx, by.action === 'state.plan' ? 'plan' : 'write', asked, workspace, request.id)
}

async function put(deps: StateDeps, tx: Tx, mode: LockRow['mode'], { caller, info }: LockAsked, workspace: WorkspaceRow, request: string): Promise<Step> {
  const now = deps.clock.now()
  const { credential, actor } = caller
  const row: Unsealed<LockRow> = {
    id: newId('slk', deps.clock, deps.random), workspace: workspace.id, lock: info.digest, mode, info: info.kept, credential: credential.id, person: actor.id,
    person_name: actor.name, source: actor.source.address, request, run: credential.run, base_version: workspace.version, reads: 0,
    taken_at: now, cap_at: now + deps.limits.lockCap,
  }
  // Nothing was written to it in this unit; taken by somebody since this unit's snapshot, the whole unit is run again or undone.
  if (!(await insertLock(deps, tx, row))) throw new StateError('lock_held', `The state of ${workspace.name} is locked by somebody since this moment.`, 'Try again.')
  const leaf = await deps.ledger.append(tx, {
    type: 'state.locked', ids: { ref: request, state: workspace.id, person: actor.id, credential: credential.id, ...useOf(row.id, row.reads), ...(credential.run === '' ? {} : { run: credential.run }) },
    details: { workspace: workspace.name, mode: row.mode, operation: info.operation.slice(0, 100), lock: info.digest, version: workspace.version, address: row.source },
  })
  seen(deps, tx, row.id, leaf)
  afterCommit(tx, () => {
    deps.notify.changed(topicOf(workspace.id))
    deps.notify.changed(requestsOf(actor.id))
  })
  return { taken: true }
}

/** A lock that ends without its holder. What was a write lock is remembered: a last write under it goes to quarantine, and is not lost. */
export async function endLock(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, lock: LockRow, why: 'forced' | 'revoked' | 'capped'): Promise<boolean> {
  if (!(await deleteLock(tx, workspace.id, lock.lock))) return false
  if (lock.mode === 'write') {
    await insertEndedLock(tx, { id: newId('ste', deps.clock, deps.random), workspace: workspace.id, lock: lock.lock, credential: lock.credential, why, ended_at: deps.clock.now() })
  }
  const leaf = await deps.ledger.append(tx, {
    type: 'state.lock-ended', ids: { state: workspace.id, person: lock.person, credential: lock.credential, ...useOf(lock.id, 'over') }, details: { workspace: workspace.name, lock: lock.lock, mode: lock.mode, why },
  })
  seen(deps, tx, lock.id, leaf)
  afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
  return true
}

/** Whether this question once gave this client the lock. */
export async function heldOnce(tx: Tx, { name, caller, lock }: { name: string; caller: Caller; lock: string }): Promise<boolean> {
  for (const action of ['state.write', 'state.plan'] as const) {
    if (await wasDone(tx, sameQuestion({ credential: caller.credential.id, source: caller.actor.source.address, action, name, lock }))) return true
  }
  return false
}
