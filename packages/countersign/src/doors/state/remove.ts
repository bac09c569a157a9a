/** DELETE on the address: the whole state, over exactly what is current. It waits for a person, always, and can be brought back. */
import type { StateChanges } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { askGate, sameQuestion } from './ask.ts'
import type { Caller } from './authenticate.ts'
import { StateError } from './errors.ts'
import { allOf, broughtBackFor } from './goes.ts'
import { refuseRevoked } from './lock.ts'
import type { StateDeps } from './ports.ts'
import { awaited, refusalOf } from './refusals.ts'
import { hold, standingOf } from './standing.ts'
import { lockOf, sameRequest, workspaceNamed } from './store.ts'
import type { RequestRow, VersionRow } from './store.ts'
import { refuseUndone } from './unlock.ts'
import { currentVersion } from './versions.ts'

export type Removing = { name: string; caller: Caller; signal: AbortSignal }

export async function removeState(deps: StateDeps, by: Authorized<'state.delete'>, asked: Removing): Promise<void> {
  const seen = await deps.store.read((db) => current(deps, db, asked))
  if (!seen) return
  const changes = await allOf(deps, seen)
  const request = await deps.store.write((tx) => question(deps, tx, by, asked, { seen, changes }))
  const standing = await hold(deps, request, asked.signal)
  if (standing.status === 'waiting') throw awaited(request)
  if (standing.status !== 'done') throw refusalOf(request, standing)
  await refuseUndone(deps, request.id)
}

/** null: there is nothing to delete. */
async function current(deps: StateDeps, db: Db | Tx, { name }: Removing): Promise<VersionRow | null> {
  const workspace = await workspaceNamed(db, name)
  return workspace && (await currentVersion(deps, db, workspace))
}

async function question(deps: StateDeps, tx: Tx, by: Authorized<'state.delete'>, asked: Removing, { seen, changes }: { seen: VersionRow; changes: StateChanges }): Promise<RequestRow> {
  const { name, caller } = asked
  await refuseRevoked(deps, tx, caller)
  if ((await current(deps, tx, asked))?.id !== seen.id) throw new StateError('state_mismatch', `The state of ${name} was changed while this was asked.`, 'Ask again.')
  const lock = await lockOf(tx, seen.workspace)
  if (lock && lock.mode === 'write') throw new StateError('lock_held', `The state of ${name} is locked.`, 'Wait until it is unlocked.')
  const same = sameQuestion({ credential: caller.credential.id, source: caller.actor.source.address, action: by.action, name, lock: seen.id })
  const before = await sameRequest(tx, same)
  const standing = before && (await standingOf(deps, tx, before))
  if (before && standing && (standing.status === 'waiting' || (standing.status === 'denied' && standing.until > deps.clock.now()))) return before
  return askGate(deps, tx, by, { name, whole: true, same, changes, lasts: broughtBackFor(deps) })
}
