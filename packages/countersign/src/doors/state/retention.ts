/**
 * What goes by itself. Old versions are first deleted, and can be brought back; what was deleted long enough ago is destroyed: the row
 * that holds its wrapped data key and its bytes is gone, and with the key nobody can read what a backup still has of the bytes, unless it
 * has that row as well. Bytes that are also those of a version that is kept stay for that one. Each is a leaf.
 */
import type { Tx } from '../../platform/store/store.ts'
import { sweepPieces } from './bodies.ts'
import type { StateDeps } from './ports.ts'
import { deleteBodies, updateVersion } from './store.ts'
import type { VersionRow } from './store.ts'

const BATCH = 50
const LEASES_KEPT = 3600_000

/** @returns how many versions changed */
export async function sweepVersions(deps: StateDeps): Promise<number> {
  let changed = 0
  for (const step of [retireSome, destroySome]) {
    for (let last = BATCH; last === BATCH; changed += last) last = await deps.store.write((tx) => step(deps, tx))
  }
  for (let left = 1; left > 0; ) left = await sweepPieces(deps)
  await deps.store.write((tx) => tx.deleteFrom('state_lease').where('expires_at', '<', deps.clock.now() - LEASES_KEPT).execute())
  return changed
}

/** Beyond so many of one workspace and older than so long, and never what is current. */
async function retireSome(deps: StateDeps, tx: Tx): Promise<number> {
  const { limits, clock } = deps
  const now = clock.now()
  const rows = await tx.selectFrom('state_version as v').innerJoin('state_workspace as w', 'w.id', 'v.workspace').selectAll('v').select('w.name')
    .where('v.status', '=', 'kept').where('v.created_at', '<', now - limits.keepFor).whereRef('v.number', '!=', 'w.version')
    .where((e) => e(
      e.selectFrom('state_version as newer').select(e.fn.countAll<number>().as('count')).whereRef('newer.workspace', '=', 'v.workspace').where('newer.status', '=', 'kept').whereRef('newer.number', '>', 'v.number'),
      '>=', limits.keepVersions,
    )).orderBy('v.id').limit(BATCH).execute()
  for (const { name, ...row } of rows) {
    await updateVersion(tx, row.id, ['kept'], { status: 'deleted', deleted_at: now, destroy_at: now + limits.deletedFor })
    await deps.ledger.append(tx, { type: 'state.retired', ids: { state: row.workspace }, details: { workspace: name, version: row.number, digest: row.digest } })
  }
  return rows.length
}

async function destroySome(deps: StateDeps, tx: Tx): Promise<number> {
  const rows = await tx.selectFrom('state_version as v').innerJoin('state_workspace as w', 'w.id', 'v.workspace').selectAll('v').select('w.name')
    .where('v.status', 'in', ['deleted', 'discarded']).where('v.destroy_at', '<=', deps.clock.now()).orderBy('v.id').limit(BATCH).execute()
  for (const { name, ...row } of rows) {
    await updateVersion(tx, row.id, ['deleted', 'discarded'], { status: 'destroyed' })
    const gone = await destroyBytes(tx, row)
    await deps.ledger.append(tx, { type: 'state.destroyed', ids: { state: row.workspace }, details: { workspace: name, version: row.number, digest: row.digest, bytes: gone ? 'destroyed' : 'those of a version that is kept' } })
  }
  return rows.length
}

async function destroyBytes(tx: Tx, { sealed_as }: VersionRow): Promise<boolean> {
  const other = await tx.selectFrom('state_version').select('id').where('sealed_as', '=', sealed_as).where('status', '!=', 'destroyed').executeTakeFirst()
  if (other) return false
  await deleteBodies(tx, sealed_as)
  return true
}
