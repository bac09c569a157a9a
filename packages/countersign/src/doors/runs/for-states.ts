/** What the state door asks of runs (doors/state/ports.ts, `Runs`); the server hands it over. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { RunsDeps } from './ports.ts'
import { bind, bindings, findRun, planOf } from './store.ts'

/** Counts of all, and the first few by their redacted address (left out in what was kept by earlier versions). */
export type RunEffect = { agrees: boolean; version: number; unexpected: number; missing: number; addresses?: { unexpected: { address: string; change: string }[]; missing: { address: string; planned: string }[] } }

export function runsForStates(deps: Pick<RunsDeps, 'clock'>) {
  return {
    async applying(db: Db | Tx, id: string, by: { person: string; executor: string; lease: string }): Promise<{ workspace: string; code: string } | null> {
      const run = await findRun(db, id)
      if (run?.state !== 'applying' || run.requester !== by.person || run.executor !== by.executor) return null
      const given = createHash('sha256').update(by.lease).digest()
      const known = Buffer.from(run.lease_hash ?? '', 'hex')
      return known.length === given.length && timingSafeEqual(known, given) ? { workspace: run.workspace, code: run.code } : null
    },
    stillApplying: async (db: Db | Tx, id: string): Promise<boolean> => (await findRun(db, id))?.state === 'applying',
    async countersigned(db: Db | Tx, id: string): Promise<boolean> {
      const run = await findRun(db, id)
      return run?.state === 'applying' && run.decision === 'step-up'
    },
    async plan(db: Db | Tx, id: string): Promise<string | null> {
      const body = await planOf(db, id)
      return body === null ? null : (await promisify(gunzip)(body)).toString('utf8')
    },
    async effect(tx: Tx, id: string, effect: RunEffect): Promise<void> {
      await tx.updateTable('run').set({ effect: JSON.stringify(effect) }).where('id', '=', id).execute()
    },
    /** Plans that were made before are based on an older serial, and are refused for that (binding.ts). A workspace that no run has bound yet stays so. */
    async moved(tx: Tx, to: { workspace: string; lineage: string; serial: number }): Promise<void> {
      const row = await tx.selectFrom('run_workspace').selectAll().where('workspace', '=', to.workspace).executeTakeFirst()
      if (!row) return
      const owner = to.lineage === '' ? null : await bindings(tx).ofLineage(to.lineage)
      const lineage = owner && owner.workspace !== to.workspace ? row.lineage : to.lineage
      const serial = row.lineage === lineage ? Math.max(row.serial, to.serial) : to.serial
      await bind(tx, { ...row, lineage, serial, updated_at: deps.clock.now() })
    },
  }
}
