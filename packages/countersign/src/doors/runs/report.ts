/**
 * The outcome: what the terminal says the apply did. Consent was given before; this is effect, and a claim of whoever ran it.
 *
 * The lease and the executor's key report without a time limit: the world has changed already, and a late word is better than
 * none. It is told once; the first report stands.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { parseSubject } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { Tx } from '../../platform/store/store.ts'
import type { Outcome } from './claims.ts'
import { RunError } from './errors.ts'
import type { RunsDeps } from './ports.ts'
import { bind, bindings, findRun, startedBefore, updateRun } from './store.ts'
import type { RunRow } from './store.ts'
import { markUnknown } from './start.ts'

export async function reportOutcome(deps: RunsDeps, by: Authorized<'run.report'>, sent: { run: string; outcome: Outcome }): Promise<void> {
  await deps.store.write(async (tx) => {
    const run = await findRun(tx, sent.run)
    if (!run) throw new RunError('run_not_found', 'There is no such run.', 'Check the id.')
    refuseOthers(run, by.actor.executor, sent.outcome.lease)
    if (run.state === sent.outcome.result && run.outcome === textOf(sent.outcome)) return
    await record(deps, tx, run, sent.outcome)
    afterCommit(tx, () => deps.notify.changed(run.id))
  })
}

/** "Still applying." Worth nothing but that nobody else starts meanwhile. */
export async function keepAlive(deps: RunsDeps, by: Authorized<'run.report'>, sent: { run: string; lease: string }): Promise<void> {
  await deps.store.write(async (tx) => {
    const run = await findRun(tx, sent.run)
    if (!run) throw new RunError('run_not_found', 'There is no such run.', 'Check the id.')
    refuseOthers(run, by.actor.executor, sent.lease)
    await updateRun(tx, run.id, ['applying'], { alive_at: deps.clock.now() })
  })
}

function refuseOthers(run: RunRow, executor: string, lease: string): void {
  if (run.executor !== executor)
    throw new GateError('executor_mismatch', "This run belongs to another terminal's key.", 'Report it from the machine that applied it.')
  const given = createHash('sha256').update(lease).digest()
  const known = Buffer.from(run.lease_hash ?? '', 'hex')
  if (known.length === given.length && timingSafeEqual(known, given)) return
  throw new RunError('lease_invalid', 'That is not the lease of this run.', 'Report with the lease that apply-start answered.')
}

async function record(deps: RunsDeps, tx: Tx, run: RunRow, outcome: Outcome): Promise<void> {
  const open = await updateRun(tx, run.id, ['applying', 'outcome-unknown'], { state: outcome.result, ended_at: deps.clock.now(), outcome: textOf(outcome) })
  if (!open) throw new RunError('outcome_reported', `The outcome of this run was reported already, as ${run.state}.`, 'The first report stands.')
  await deps.ledger.append(tx, {
    type: 'run.outcome', ids: { ref: run.id, run: run.id },
    details: {
      run: run.id, result: outcome.result, summary: outcome.summary, stateLineage: outcome.state.lineage, stateSerial: outcome.state.serial,
      stateDigest: outcome.state.digest, treeUnchanged: outcome.treeUnchanged,
    },
  })
  await moveWorkspace(deps, tx, run, outcome)
  await deps.ended(tx, run.id, outcome.result)
}

/** A report moves the workspace only forward, and only if no later apply has started since. */
async function moveWorkspace(deps: RunsDeps, tx: Tx, run: RunRow, outcome: Outcome): Promise<void> {
  const subject = parseSubject(run.subject)
  if (subject.kind !== 'run') return
  const known = await bindings(tx).ofWorkspace(run.workspace)
  if (!known) return
  const last = await tx.selectFrom('run_workspace').select('last_run').where('workspace', '=', run.workspace).executeTakeFirst()
  if (last?.last_run !== run.id) return
  const owner = outcome.state.lineage === '' ? null : await bindings(tx).ofLineage(outcome.state.lineage)
  const lineage = known.lineage !== '' ? known.lineage : owner && owner.workspace !== run.workspace ? '' : outcome.state.lineage
  const serial = Math.max(subject.state.serial, outcome.state.lineage === lineage ? outcome.state.serial : subject.state.serial)
  await bind(tx, { workspace: run.workspace, lineage, backend: known.backend, serial, last_run: run.id, updated_at: deps.clock.now() })
}

function textOf(outcome: Outcome): string {
  const { lease: _, ...told } = outcome
  return JSON.stringify(told)
}

/** A terminal that crashed reports nothing. After this long the run says so itself; a late report is still taken. */
const SILENT_FOR = 6 * 3600_000

export async function sweepSilent(deps: RunsDeps): Promise<number> {
  return deps.store.write(async (tx) => {
    const silent = await startedBefore(tx, deps.clock.now() - SILENT_FOR)
    for (const run of silent) await markUnknown(deps, tx, run, 'nothing was reported')
    return silent.length
  })
}
