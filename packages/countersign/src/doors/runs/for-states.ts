/** What the state door asks of runs (doors/state/ports.ts, `Runs`); the server hands it over. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { parseSubject, subjectDigest } from '@countersign/proof'
import type { RunSubject } from '@countersign/proof'
import type { Consent } from '../../gate/index.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { RunsDeps } from './ports.ts'
import { packedOf, planOf } from './kept.ts'
import { bind, bindings, findRun } from './store.ts'
import type { RunRow } from './store.ts'

/** Counts of all, and the first few by their redacted address (left out in what was kept by earlier versions). */
export type RunEffect = { agrees: boolean; version: number; unexpected: number; missing: number; addresses?: { unexpected: { address: string; change: string }[]; missing: { address: string; planned: string }[] } }

type Deps = Pick<RunsDeps, 'clock' | 'gate' | 'ledger' | 'plans' | 'store'>
type Going = { run: RunRow; subject: RunSubject; consent: Consent }

/** The run as it was granted: its statement is the one that the grant names, whatever its row says now. */
async function granted({ gate }: Deps, db: Db | Tx, id: string): Promise<Going | null> {
  const run = await findRun(db, id)
  const consent = run && (await gate.consentTo(db, id))
  if (!consent || (await subjectDigest(run.subject)) !== consent.subjectDigest) return null
  const subject = parseSubject(run.subject)
  return subject.kind === 'run' ? { run, subject, consent } : null
}

/** Whose apply goes on now: the ledger knows its start, and no end. */
async function going(deps: Deps, db: Db | Tx, id: string): Promise<Going | null> {
  const found = await granted(deps, db, id)
  if (found?.run.state !== 'applying') return null
  const said = async (type: 'run.apply-started' | 'run.outcome') => (await deps.ledger.latest(db, { key: 'run', value: id }, { type, before: Number.MAX_SAFE_INTEGER, limit: 1 })).length > 0
  return (await said('run.apply-started')) && !(await said('run.outcome')) ? found : null
}

/** The adversary writes the database: what a run gives here is never what its row says alone. */
export function runsForStates(deps: Deps) {
  return {
    async applying(db: Db | Tx, id: string, by: { person: string; executor: string; lease: string }): Promise<{ workspace: string; code: string } | null> {
      const found = await going(deps, db, id)
      if (!found || found.consent.actor !== by.person || found.consent.executor !== by.executor) return null
      const { run, subject } = found
      const given = createHash('sha256').update(by.lease).digest()
      const known = Buffer.from(run.lease_hash ?? '', 'hex')
      return known.length === given.length && timingSafeEqual(known, given) ? { workspace: subject.workspace.name, code: run.code } : null
    },
    stillApplying: async (db: Db | Tx, id: string): Promise<boolean> => (await going(deps, db, id)) !== null,
    async countersigned(db: Db | Tx, id: string, workspace: string): Promise<boolean> {
      const found = await going(deps, db, id)
      return found !== null && found.consent.countersigned && found.subject.workspace.name === workspace
    },
    async plan(db: Db | Tx, id: string): Promise<() => Promise<string | null>> {
      const found = await granted(deps, db, id)
      const kept = found && (await planOf(db, id))
      return async () => {
        const packed = kept && (await packedOf(deps, kept))
        const outline = packed && (await deps.plans.outline(packed, found.subject.plan.json))
        return outline && new TextDecoder().decode(outline)
      }
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
