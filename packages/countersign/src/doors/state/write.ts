/**
 * POST. A write becomes current under the granted write lock of the same credential and address, if it goes on where the current version
 * stands: the same lineage, a higher serial.
 *
 * The last write of an apply is never refused: the resources have changed already. What comes from a credential that had the lock, but can
 * no longer be trusted to follow what is current, is set aside, and a person decides. What comes from anybody else, or without a lock, is
 * refused before its body is read.
 */
import type { Authorized } from '../../gate/index.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { Caller } from './authenticate.ts'
import { withBodies } from './bodies.ts'
import { StateError } from './errors.ts'
import { follow, readBody } from './facts.ts'
import { isRevoked } from './lock.ts'
import type { StateDeps } from './ports.ts'
import { stateRun, updateStateRun } from './queries.ts'
import type { Received } from './receive.ts'
import { believeLock, believeWorkspace } from './rights.ts'
import { sealState } from './seal.ts'
import type { SealedState } from './seal.ts'
import { endedLock, findRequest, findWorkspace, lockOf, quarantinedUnder, wasWritten, workspaceNamed } from './store.ts'
import type { LockRow, VersionRow, WorkspaceRow } from './store.ts'
import { currentVersion, keep, quarantine } from './versions.ts'

/** `lock`: SHA-256 of the ID in the query, or "". */
export type Writing = { name: string; caller: Caller; lock: string }

/** Under whose lock it comes: the one that is held, or one that was ended. */
type Under = { workspace: WorkspaceRow; held: LockRow | null; why: string }

/** Before a byte of the body is read. @throws StateError for what is refused whatever it holds */
export async function admitWrite(deps: StateDeps, asked: Writing): Promise<void> {
  await deps.store.read((db) => under(deps, db, asked))
}

/**
 * A lock that was ended is good for a last write as long as a lock may be held: an apply that goes on so long has had its time, and who kept
 * its ID and password cannot freeze the workspace whenever they like.
 */
async function under(deps: StateDeps, db: Db | Tx, { name, caller, lock: digest }: Writing): Promise<Under> {
  const { credential, actor } = caller
  const workspace = await workspaceNamed(db, name)
  const lock = workspace && (await lockOf(db, workspace.id))
  if (digest === '' || !workspace) throw new StateError('lock_required', `Nothing is written to the state of ${name} without its lock.`, 'Lock it first; terraform does, unless -lock=false is set.')
  if (lock && lock.lock === digest && lock.credential === credential.id) {
    believeWorkspace(deps, workspace)
    await believeLock(deps, db, lock)
    if (lock.mode === 'plan') throw new StateError('lock_read_only', `The lock of ${name} was taken for a plan, and reads only.`, 'Run terraform apply: it takes a lock that writes.')
    const now = deps.clock.now()
    const why = (await isRevoked(deps, db, credential)) ? 'its credential was revoked' : (await isOver(db, lock)) ? 'its run had ended' : lock.cap_at <= now ? 'its lock was held for longer than allowed'
      : lock.source !== actor.source.address ? 'it came from another address than the lock' : workspace.frozen_at !== null ? 'the workspace was frozen' : ''
    return { workspace, held: lock, why }
  }
  const ended = await endedLock(db, workspace.id, digest, credential.id)
  if (ended && ended.ended_at > deps.clock.now() - deps.limits.lockCap) return { workspace, held: null, why: { forced: 'its lock was ended by somebody', revoked: 'its credential was revoked', capped: 'its lock was held for longer than allowed' }[ended.why] }
  throw new StateError('lock_required', `This is not the lock of ${name}${lock ? ', which somebody else holds' : ''}.`, 'Run terraform again: it takes the lock first.')
}

/** What a run wrote until its report was compared with its plan: what comes under its lock after that would be compared with nothing. */
async function isOver(db: Db | Tx, { run }: LockRow): Promise<boolean> {
  const ended = run === '' ? '' : (await stateRun(db, run))?.ended
  return ended === 'applied' || ended === 'failed'
}

/** Writes under one lock that wait in quarantine at most. */
const SET_ASIDE = 100

/** @param by null: the person's role is gone. Then nothing becomes current, and nothing is lost either. */
export async function writeState(deps: StateDeps, by: Authorized<'state.release'> | null, asked: Writing, body: Received): Promise<void> {
  const seen = await deps.store.read(async (db) => {
    const { workspace } = await under(deps, db, asked)
    return { workspace, current: await truthOf(deps, db, workspace) }
  })
  const reading = readBody(deps, body.bytes)
  const sealed = await sealState(deps, seen.workspace.id, { ...body, reading })
  const kept = await withBodies(deps, sealed.bodies, async (tx) => {
    const { workspace, held, why } = await under(deps, tx, asked)
    const may = by !== null && (await deps.gate.permitted(tx, by, asked.name))
    const reason = why || (may ? '' : 'the role of who wrote it is gone') || (await follows(deps, tx, seen, workspace, sealed))
    if (reason === 'unchanged') return false
    const maker = await makerOf(tx, asked, held)
    if (reason === '') {
      await keep(deps, tx, workspace, { origin: 'write', sealed, maker, ref: held?.request })
      // A run that was silent for long was compared without this: it is compared again.
      if (maker.run !== '') await updateStateRun(tx, maker.run, { judged_at: null })
      return true
    }
    if (await isDuplicate(tx, workspace, asked.lock, body.digest)) return false
    await quarantine(deps, tx, workspace, { origin: 'write', sealed, maker, ref: held?.request }, reason)
    return true
  })
  if (!kept || !sealed.later) return
  const facts = sealed.later()
  body.uses.push(facts)
  void follow(deps, sealed, facts)
}

/** null: there is none. "tampered": the database disagrees with the ledger; what is written now follows nothing that can be trusted. */
async function truthOf(deps: StateDeps, db: Db | Tx, workspace: WorkspaceRow): Promise<VersionRow | null | 'tampered'> {
  try {
    return await currentVersion(deps, db, workspace)
  } catch (error) {
    if (error instanceof StateError && error.code === 'state_tampered') return 'tampered'
    throw error
  }
}

/** "" where it may become current, `unchanged` where it is what is current, else why not. */
async function follows(deps: StateDeps, tx: Tx, seen: { workspace: WorkspaceRow; current: VersionRow | null | 'tampered' }, workspace: WorkspaceRow, { digest, head }: SealedState): Promise<string> {
  const current = workspace.version === seen.workspace.version ? seen.current : await truthOf(deps, tx, (await findWorkspace(tx, workspace.id)) ?? workspace)
  if (current === 'tampered') return 'what is current was changed in the database'
  if (current === null) return ''
  if (current.lineage !== head.lineage) return 'it has another lineage'
  if (current.serial === head.serial) return current.digest === digest ? 'unchanged' : 'its serial is that of the current version'
  if (current.serial > head.serial) return 'its serial went back'
  return (await wasWritten(tx, workspace.id, digest)) ? 'it was written before, and something else became current since' : ''
}

/** A write that is sent again, because its answer was lost, is one. */
async function isDuplicate(tx: Tx, workspace: WorkspaceRow, lock: string, digest: string): Promise<boolean> {
  const before = await quarantinedUnder(tx, workspace.id, lock)
  if (before.some((one) => one.digest === digest)) return true
  if (before.length < SET_ASIDE) return false
  throw new StateError('state_frozen', `${before.length} writes under this lock wait in quarantine already.`, 'Somebody has to decide about them first.')
}

async function makerOf(tx: Tx, { caller, lock }: Writing, held: LockRow | null) {
  const { credential, actor } = caller
  const request = held && (await findRequest(tx, held.request))
  // The lock of a run was taken under the code of the run itself.
  const countersigned = request?.decision === 'step-up' || request?.action === 'state.run-credential'
  return {
    person: credential.person, person_name: credential.person_name, credential: credential.id, run: credential.run, lock,
    evidence: countersigned ? (request?.code ?? '') : '', source: actor.source.address,
  }
}
