/**
 * UNLOCK. By the holder, with the whole LockInfo: at once, however old the credential. Without one (what force-unlock sends), with an ID
 * alone, by another credential or from another address: ending somebody's lock is an action of its own, and waits for a person.
 */
import type { Authorized } from '../../gate/index.ts'
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { askGate, sameQuestion } from './ask.ts'
import type { Caller } from './authenticate.ts'
import { StateError } from './errors.ts'
import { heldOnce, refuseRevoked } from './lock.ts'
import { saidOf } from './lock-info.ts'
import type { StateDeps } from './ports.ts'
import { awaited, refusalOf } from './refusals.ts'
import { seen, useOf } from './rights.ts'
import { hold, standingOf } from './standing.ts'
import { deleteLock, doneSince, findRequest, lockOf, sameRequest, workspaceNamed } from './store.ts'
import type { LockRow, RequestRow, WorkspaceRow } from './store.ts'
import { topicOf } from './versions.ts'

export type Unlocking = { name: string; caller: Caller; /** SHA-256 of the ID in a whole LockInfo, or "". */ lock: string }

const isHolder = (lock: LockRow, { caller, lock: digest }: Unlocking): boolean =>
  lock.lock === digest && lock.credential === caller.credential.id && lock.source === caller.actor.source.address

/** @returns false when it is not this client's to release: then it takes a person. */
export async function release(deps: StateDeps, by: Authorized<'state.release'>, asked: Unlocking): Promise<boolean> {
  return deps.store.write((tx) => end(deps, tx, by, asked))
}

async function end(deps: StateDeps, tx: Tx, by: Authorized<'state.release'>, asked: Unlocking): Promise<boolean> {
  const workspace = await workspaceNamed(tx, asked.name)
  const lock = workspace && (await lockOf(tx, workspace.id))
  if (!workspace || !lock) {
    // The answer to the first UNLOCK was lost, and the client sends it again.
    if (asked.lock === '' ? await forcedJustNow(deps, tx, asked) : await heldOnce(tx, asked)) return true
    throw new StateError('lock_invalid', `Nobody holds the lock of ${asked.name}.`, 'Nothing needs to be unlocked.')
  }
  if (!isHolder(lock, asked)) {
    // A client that comes late with a lock of its own that was ended: nobody is asked to end the one that is held now.
    if (asked.lock === '' || asked.lock === lock.lock) return false
    if (await heldOnce(tx, asked)) return true
    throw new StateError('lock_invalid', `The lock of ${asked.name} that is held now is another one.`, 'Nothing was unlocked.')
  }
  await deleteLock(tx, workspace.id, lock.lock)
  await recordRelease(deps, tx, workspace, lock, by.actor.id)
  return true
}

const JUST_NOW = 10 * 60_000

/** This client asked for the lock to be ended, a person has done it meanwhile, and the client comes again for its answer. */
async function forcedJustNow(deps: StateDeps, tx: Tx, { name, caller }: Unlocking): Promise<boolean> {
  const request = await doneSince(tx, { action: 'state.force-unlock', name, executor: caller.credential.id, source: caller.actor.source.address, since: deps.clock.now() - JUST_NOW })
  return request !== null && refusedBecause(request).refused === ''
}

async function recordRelease(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, lock: LockRow, person: string): Promise<void> {
  const leaf = await deps.ledger.append(tx, {
    type: 'state.unlocked', ids: { ref: lock.request, state: workspace.id, person, credential: lock.credential, ...useOf(lock.id, 'over') },
    details: { workspace: workspace.name, mode: lock.mode, lock: lock.lock, version: workspace.version, reads: lock.reads, address: lock.source },
  })
  seen(deps, tx, lock.id, leaf)
  afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
}

/** Asks a person to end the lock that is held now, and waits for them. It has ended when this resolves. */
export async function forceUnlock(deps: StateDeps, by: Authorized<'state.force-unlock'>, asked: Unlocking & { signal: AbortSignal }): Promise<void> {
  const request = await deps.store.write((tx) => question(deps, tx, by, asked))
  const standing = await hold(deps, request, asked.signal)
  if (standing.status === 'waiting') throw awaited(request)
  if (standing.status !== 'done') throw refusalOf(request, standing)
  await refuseUndone(deps, request.id)
}

function refusedBecause({ result }: RequestRow): { refused: string; next: string } {
  return { refused: '', next: '', ...(JSON.parse(result || '{}') as { refused?: string; next?: string }) }
}

/** The effect happens where it is countersigned, and may have been refused there: something else had changed. */
export async function refuseUndone(deps: StateDeps, request: string): Promise<void> {
  const row = await deps.store.read((db) => findRequest(db, request))
  const { refused, next } = row ? refusedBecause(row) : { refused: '', next: '' }
  if (refused !== '') throw new StateError('state_mismatch', refused, next)
}

async function question(deps: StateDeps, tx: Tx, by: Authorized<'state.force-unlock'>, { name, caller }: Unlocking): Promise<RequestRow> {
  await refuseRevoked(deps, tx, caller)
  const workspace = await workspaceNamed(tx, name)
  const lock = workspace && (await lockOf(tx, workspace.id))
  if (!lock) throw new StateError('lock_invalid', `Nobody holds the lock of ${name}.`, 'Nothing needs to be unlocked.')
  // The lock is part of what is asked: another one that is taken meanwhile is another question.
  const same = sameQuestion({ credential: caller.credential.id, source: caller.actor.source.address, action: by.action, name, lock: lock.lock })
  const before = await sameRequest(tx, same)
  const standing = before && (await standingOf(deps, tx, before))
  if (before && standing && (standing.status === 'waiting' || (standing.status === 'denied' && standing.until > deps.clock.now()))) return before
  return askGate(deps, tx, by, { name, lock: saidOf(lock), same })
}
