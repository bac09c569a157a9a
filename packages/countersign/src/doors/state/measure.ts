/**
 * How things stand with a workspace, and whether something can be done with it as it stands: the same rules when it is asked for, so
 * that nobody is asked for a touch in vain, and in the unit in which the last touch makes it happen.
 */
import type { Db, Tx } from '../../platform/store/store.ts'
import type { RequestAction } from './claims.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { countQuarantined, serialsOf, versionsWith } from './queries.ts'
import { lockOf, versionNumbered, workspaceNamed } from './store.ts'
import type { LockRow, VersionRow, WorkspaceRow } from './store.ts'
import { currentVersion, versionOf } from './versions.ts'

export type Wanted = { action: RequestAction; name: string; version: number; whole: boolean; replace: boolean; body: { digest: string; lineage: string; serial: number } | null }

export type Measured = {
  workspace: WorkspaceRow | null
  current: VersionRow | null
  target: VersionRow | null
  lock: LockRow | null
  quarantined: number
  serials: { lineage: string; serial: number }[]
}

/** @throws StateError; `state_tampered` where the ledger knows something else to be current */
export async function measure(deps: Pick<StateDeps, 'ledger' | 'clock' | 'heads' | 'rowMacs'>, db: Db | Tx, wanted: Wanted): Promise<Measured> {
  const workspace = await workspaceNamed(db, wanted.name)
  if (!workspace) return { workspace, current: null, target: null, lock: null, quarantined: 0, serials: [] }
  const current = await currentVersion(deps, db, workspace)
  const held = await lockOf(db, workspace.id)
  return {
    workspace, current, lock: held && held.cap_at > deps.clock.now() ? held : null, quarantined: await countQuarantined(db, workspace.id), serials: await serialsOf(db, workspace.id),
    target: wanted.version === 0 ? null : await targetOf(deps, db, workspace, wanted.version),
  }
}

/** A destroyed version is found as well: that it is gone is said by the rule of what was asked. */
async function targetOf(deps: Pick<StateDeps, 'ledger' | 'rowMacs'>, db: Db | Tx, workspace: WorkspaceRow, version: number): Promise<VersionRow> {
  const row = await versionNumbered(db, workspace.id, version)
  return row?.status === 'destroyed' ? row : versionOf(deps, db, workspace, version)
}

type Present = Measured & { workspace: WorkspaceRow }
type Rule = (measured: Present, wanted: Wanted, db: Db | Tx) => void | Promise<void>

const rules: Record<RequestAction, readonly Rule[]> = {
  'state.credential': [],
  'state.run-credential': [],
  'state.read': [hasState],
  'state.read-redacted': [hasState],
  'state.read-outputs': [hasState],
  'state.import': [isWritable, followsOrReplaces],
  'state.rollback': [hasTarget, isOld, nobodyWrites],
  'state.delete': [canBeDeleted],
  'state.restore': [canBeRestored],
  'state.accept': [hasTarget, canBeAccepted, nobodyWrites],
  'state.discard': [hasTarget, isQuarantined],
  'state.force-unlock': [isLocked],
}

/** @throws StateError that says why not, and what to do instead */
export async function refuseUnfit(db: Db | Tx, measured: Measured, wanted: Wanted): Promise<void> {
  const { workspace } = measured
  if (!workspace) {
    if (wanted.action === 'state.credential' || wanted.action === 'state.run-credential' || wanted.action === 'state.import') return
    throw new StateError('workspace_not_found', `There is no state of ${wanted.name} here.`, 'See which there are, and compare the name letter by letter: countersign state list.')
  }
  for (const rule of rules[wanted.action]) await rule({ ...measured, workspace }, wanted, db)
}

function hasState({ current, workspace }: Present): void {
  if (!current) throw new StateError('workspace_empty', `${workspace.name} has no state now.`, 'If it was deleted, it can be brought back until its key is destroyed: countersign state restore --all.')
}

function hasTarget({ target, workspace }: Present): void {
  if (!target) throw new StateError('request_incomplete', 'Which version this is about was not said.', 'Name a version.')
  if (target.status === 'destroyed') throw new StateError('version_gone', `The key of version ${target.number} of ${workspace.name} was destroyed; nobody can read it any more.`, 'Choose another version: countersign state versions.')
}

function isOld({ target, current, workspace }: Present): void {
  if (target?.number === current?.number) throw new StateError('version_current', `Version ${target?.number} of ${workspace.name} is what is current.`, 'Nothing needs to be done.')
  if (target?.status === 'deleted') throw new StateError('version_gone', `Version ${target.number} of ${workspace.name} is deleted.`, `Restore it first: countersign state restore ${target.number}.`)
  if (target?.status !== 'kept') throw new StateError('state_frozen', `Version ${target?.number} of ${workspace.name} never became current: it was set aside.`, 'Accept it or discard it, if it is in quarantine.')
}

/** What is current must not change under somebody who writes: their next write would be taken for one of another line. */
function nobodyWrites({ lock, workspace }: Present): void {
  if (lock?.mode === 'write') throw new StateError('lock_held', `${lock.person_name} holds the lock of ${workspace.name} and may be writing.`, 'Wait until that has ended, or end the lock: countersign state unlock.')
}

function isWritable(measured: Present): void {
  nobodyWrites(measured)
  if (measured.workspace.frozen_at !== null) throw new StateError('state_frozen', `${measured.workspace.name} is frozen: ${measured.workspace.frozen_why}.`, 'Decide about its quarantine first: countersign state quarantine list.')
}

function followsOrReplaces({ current, workspace }: Present, { body, replace }: Wanted): void {
  if (!current || !body) return
  if (current.digest === body.digest) throw new StateError('state_mismatch', `This is the state of ${workspace.name} already.`, 'Nothing needs to be imported.')
  if (replace) return
  if (current.lineage !== body.lineage) throw new StateError('lineage_mismatch', `What is current in ${workspace.name} has the lineage ${current.lineage}, and the state to import ${body.lineage === '' ? 'none' : body.lineage}.`, 'Compare the two. To put the one in place of the other: countersign state import --replace. The statement names both.')
  if (current.serial >= body.serial) throw new StateError('serial_regressed', `${workspace.name} is at serial ${current.serial}, and the state to import at ${body.serial}.`, 'Compare the two. To put the older one in place of the newer: countersign state import --replace. The statement names both.')
}

function canBeDeleted(measured: Present, wanted: Wanted): void {
  const { target, current, workspace, quarantined } = measured
  if (wanted.whole) {
    hasState(measured)
    nobodyWrites(measured)
    if (quarantined > 0) throw new StateError('state_frozen', `${workspace.name} has writes in quarantine.`, 'Accept or discard them first: countersign state quarantine list.')
    return
  }
  hasTarget(measured)
  if (target?.number === current?.number) throw new StateError('version_current', `Version ${target?.number} is what is current in ${workspace.name}.`, 'Roll back to another version first, or delete the whole state: countersign state delete --all.')
  if (target?.status === 'quarantined') throw new StateError('state_frozen', `Version ${target.number} of ${workspace.name} is in quarantine.`, 'Discard it.')
  if (target?.status !== 'kept') throw new StateError('version_gone', `Version ${target?.number} of ${workspace.name} is deleted already.`, 'Nothing needs to be done.')
}

async function canBeRestored(measured: Present, wanted: Wanted, db: Db | Tx): Promise<void> {
  const { target, current, workspace } = measured
  if (wanted.whole) {
    if (current) throw new StateError('state_mismatch', `${workspace.name} has a state again, version ${current.number}.`, 'Restore single versions, then roll back to one of them.')
    nobodyWrites(measured)
    if ((await deletedTogether(db, workspace.id)).length === 0) throw new StateError('version_gone', `Nothing of ${workspace.name} can be restored any more.`, 'Import a copy, if there is one.')
    return
  }
  hasTarget(measured)
  if (target?.status !== 'deleted' && target?.status !== 'discarded') throw new StateError('state_mismatch', `Version ${target?.number} of ${workspace.name} is not deleted.`, 'Nothing needs to be restored.')
}

/** What the last deletion of the whole state took away, newest first. */
export async function deletedTogether(db: Db | Tx, workspace: string): Promise<VersionRow[]> {
  const deleted = await versionsWith(db, workspace, ['deleted'])
  const last = Math.max(...deleted.map((row) => row.deleted_at ?? 0))
  return deleted.filter((row) => row.deleted_at === last)
}

function isQuarantined({ target, workspace }: Present): void {
  if (target?.status !== 'quarantined') throw new StateError('nothing_quarantined', `Version ${target?.number} of ${workspace.name} is not in quarantine.`, 'See what is: countersign state quarantine list.')
}

/** Where an effect differed from its consent nothing is quarantined: what is accepted then is what is current. */
function canBeAccepted(measured: Present): void {
  const { target, current, workspace, quarantined } = measured
  if (target?.number === current?.number && workspace.frozen_at !== null && quarantined === 0) return
  isQuarantined(measured)
}

function isLocked({ lock, workspace }: Present): void {
  if (!lock) throw new StateError('lock_invalid', `Nobody holds the lock of ${workspace.name}.`, 'Nothing needs to be unlocked.')
}
