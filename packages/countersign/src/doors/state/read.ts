/**
 * GET. Under a lock a few reads belong to it; without one a lease does, which a question opens: a few GETs, from the credential and the
 * address that asked, idle and absolute limits. What the credential may see decides what is asked and what is served.
 *
 * Truth first: what is current is compared with the ledger before anything is asked or counted. Then the right to this one read is used up
 * and its leaf written, in one unit; then the bytes go out, each authenticated before the first of them does.
 */
import type { Authorized } from '../../gate/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Unsealed } from '../../platform/row-mac.ts'
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { askGate, sameQuestion } from './ask.ts'
import type { Caller } from './authenticate.ts'
import { StateError } from './errors.ts'
import { refuseRevoked } from './lock.ts'
import type { StateDeps } from './ports.ts'
import { awaited, refusalOf } from './refusals.ts'
import { believeLease, believeLock, seen as seenRight, useOf } from './rights.ts'
import { bodyOf } from './serve.ts'
import type { Body } from './serve.ts'
import { hold, standingOf } from './standing.ts'
import { countLockRead, finishRequest, insertLease, leasesOf, lockOf, sameRequest, useLease, workspaceNamed } from './store.ts'
import type { LeaseRow, LockRow, RequestRow, VersionRow, WorkspaceRow } from './store.ts'
import { requestsOf } from './topics.ts'
import { currentVersion } from './versions.ts'

export type Reading = Authorized<'state.read'> | Authorized<'state.read-redacted'> | Authorized<'state.read-outputs'>
export type ReadAsked = { name: string; caller: Caller; signal: AbortSignal }

/** Terraform reads twice under a lock; some commands three times. */
export const READS_PER_LOCK = 4
/** A policy's denial is not asked for again within this time, in ms: it is a leaf each time. */
const POLICY_STANDS = 10_000
export const LEASE = { gets: 2, idle: 2 * 60_000, lasts: 10 * 60_000 } as const

/** null: there is no state. */
export async function readState(deps: StateDeps, by: Reading, asked: ReadAsked): Promise<Body | null> {
  for (let tries = 0; ; tries++) {
    const seen = await deps.store.read(async (db) => {
      const workspace = await workspaceNamed(db, asked.name)
      const current = workspace && (await currentVersion(deps, db, workspace))
      return workspace && current ? { workspace, current } : null
    })
    if (!seen) return null
    const step = await deps.store.write((tx) => use(deps, tx, by, asked, seen))
    if (step === 'read') return bodyOf(deps, seen.current, asked.caller.credential.tier)
    if (step === 'moved') {
      if (tries > 3) throw new StateError('state_mismatch', `The state of ${asked.name} changes faster than it can be read.`, 'Try again.')
      continue
    }
    const standing = await hold(deps, step.waits, asked.signal)
    if (asked.signal.aborted || standing.status === 'waiting' || tries > 3) throw awaited(step.waits)
    if (standing.grant === '' && standing.status !== 'done') throw refusalOf(step.waits, standing)
  }
}

type Seen = { workspace: WorkspaceRow; current: VersionRow }

/** Uses up the right to one read, and says so in the ledger; or says who has to be waited for. */
async function use(deps: StateDeps, tx: Tx, by: Reading, asked: ReadAsked, seen: Seen): Promise<'read' | 'moved' | { waits: RequestRow }> {
  const workspace = await workspaceNamed(tx, asked.name)
  if (workspace?.id !== seen.workspace.id || workspace.version !== seen.current.number) return 'moved'
  await deps.gate.permits(tx, by, asked.name)
  const lock = await lockOf(tx, workspace.id)
  if (lock && lock.cap_at > deps.clock.now() && isHolders(lock, asked) && lock.reads < READS_PER_LOCK) {
    await countLockRead(deps, tx, await believeLock(deps, tx, lock))
    return recorded(deps, tx, by, asked, seen, { purpose: `lock: ${operationOf(lock)}`, request: lock.request, right: lock.id, used: lock.reads + 1 })
  }
  // What follows is for a credential that is good today; a lock's own reads were above.
  if (asked.caller.standing !== 'valid') throw new StateError('credential_expired', 'This state credential has expired or was revoked.', 'Get a new one: countersign state init.')
  await refuseRevoked(deps, tx, asked.caller)
  const lease = await leaseOf(deps, tx, asked, seen)
  if (lease) {
    const { gets_left: left } = await useLease(deps, tx, await believeLease(deps, tx, lease, LEASE.gets), deps.clock.now() + LEASE.idle)
    return recorded(deps, tx, by, asked, seen, { purpose: 'lease', request: lease.request, right: lease.id, used: LEASE.gets - left })
  }
  return ask(deps, tx, by, asked, seen)
}

const isHolders = (lock: LockRow, { caller }: ReadAsked): boolean =>
  lock.credential === caller.credential.id && lock.source === caller.actor.source.address && caller.standing !== 'revoked' && caller.credential.tier === 'full'

function operationOf(lock: LockRow): string {
  const { Operation } = JSON.parse(lock.info) as { Operation?: unknown }
  return typeof Operation === 'string' ? Operation.slice(0, 60) : lock.mode
}

async function leaseOf(deps: StateDeps, tx: Tx, { caller }: ReadAsked, { workspace }: Seen): Promise<LeaseRow | null> {
  const leases = await leasesOf(tx, { workspace: workspace.id, credential: caller.credential.id, source: caller.actor.source.address, now: deps.clock.now() })
  return leases.find(({ tier }) => tier === caller.credential.tier) ?? null
}

/** Goes on with the question that was asked before, while it is open or has just been denied; else asks. A grant opens the lease. */
async function ask(deps: StateDeps, tx: Tx, by: Reading, asked: ReadAsked, seen: Seen): Promise<'read' | 'moved' | { waits: RequestRow }> {
  const request = await question(deps, tx, by, asked)
  const standing = await standingOf(deps, tx, request)
  if (standing.status === 'waiting') return { waits: request }
  if (standing.grant === '') throw refusalOf(request, standing)
  const now = deps.clock.now()
  const { actor, credential } = asked.caller
  await deps.gate.covers(tx, { grant: standing.grant, action: by.action, subjectDigest: request.subject_digest, actor: actor.id, executor: actor.executor })
  const lease: Unsealed<LeaseRow> = {
    id: newId('stl', deps.clock, deps.random), workspace: seen.workspace.id, credential: credential.id, source: actor.source.address, tier: credential.tier, request: request.id,
    gets_left: LEASE.gets - 1, idle_at: now + LEASE.idle, expires_at: now + LEASE.lasts,
  }
  await insertLease(deps, tx, lease)
  await finishRequest(tx, request.id, now, { version: seen.current.number, credential: '', refused: '', next: '' })
  afterCommit(tx, () => deps.notify.changed(requestsOf(actor.id)))
  return recorded(deps, tx, by, asked, seen, { purpose: 'lease', request: request.id, right: lease.id, used: 1 })
}

async function question(deps: StateDeps, tx: Tx, by: Reading, { name, caller }: ReadAsked): Promise<RequestRow> {
  const same = sameQuestion({ credential: caller.credential.id, source: caller.actor.source.address, action: by.action, name, lock: '' })
  const before = await sameRequest(tx, same)
  const standing = before && (await standingOf(deps, tx, before))
  // A denial stands for as long as the question would have: a script that asks on asks nobody again.
  const denied = before?.decision === 'deny' ? before.created_at + POLICY_STANDS : (standing?.until ?? 0)
  if (before && standing && (standing.status === 'waiting' || standing.grant !== '' || (standing.status === 'denied' && denied > deps.clock.now()))) return before
  const asking = { name, tier: caller.credential.tier, lasts: LEASE.lasts / 1000, same }
  switch (by.action) {
    case 'state.read': return askGate(deps, tx, by, asking)
    case 'state.read-redacted': return askGate(deps, tx, by, asking)
    case 'state.read-outputs': return askGate(deps, tx, by, asking)
  }
}

async function recorded(deps: StateDeps, tx: Tx, by: Reading, { caller }: ReadAsked, { workspace, current }: Seen, of: { purpose: string; request: string; right: string; used: number }): Promise<'read'> {
  const leaf = await deps.ledger.append(tx, {
    type: 'state.read', ids: { ref: of.request, state: workspace.id, person: by.actor.id, credential: caller.credential.id, ...useOf(of.right, of.used) },
    details: {
      workspace: workspace.name, version: current.number, digest: current.digest, tier: caller.credential.tier, purpose: of.purpose, name: by.actor.name,
      credential: caller.credential.id, source: caller.actor.source.address,
    },
  })
  seenRight(deps, tx, of.right, leaf)
  return 'read'
}
