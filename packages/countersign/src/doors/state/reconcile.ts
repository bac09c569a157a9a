/**
 * Consent and effect. When a run's apply is over, the addresses that changed between the version it began with and the last one it wrote
 * are compared with what was countersigned. A difference freezes the workspace and alarms; whichever it is, it is a leaf and is kept with
 * the run.
 *
 * The unlock comes before the report: whether the apply went to its end is not known then, so what is missing counts only after a report
 * that says it did. What was never countersigned counts at once. The end of a run is marked in a row, and a job compares what a server that
 * died left behind.
 */
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { reconcile } from '../../tfstate/index.ts'
import type { Reconciliation } from '../../tfstate/index.ts'
import { differencesOf } from './facts.ts'
import { readPlanned } from './planned.ts'
import type { StateDeps } from './ports.ts'
import { endedRuns, stateRun, updateStateRun, versionsOfRun } from './queries.ts'
import type { RunRow } from './queries.ts'
import { findWorkspace, versionNumbered, workspaceNamed } from './store.ts'
import type { VersionRow, WorkspaceRow } from './store.ts'
import { effectWhys, freeze, pathOf } from './versions.ts'

/** How the runs door says that an apply ended. */
export type RunEnd = 'applied' | 'failed' | 'unknown'

/** In the transaction of the report. The comparison follows it. */
export async function runEnded(deps: StateDeps, tx: Tx, run: string, end: RunEnd): Promise<void> {
  const row = await stateRun(tx, run)
  // A late report after "unknown" is the last word; once it was compared for good, the first one stands.
  if (!row || row.judged_at !== null || row.ended === end) return
  await updateStateRun(tx, run, { ended: end })
  afterCommit(tx, () => void judge(deps, run).catch(() => undefined))
}

/** The run's lock was released: what it wrote without consent is seen at once. Never throws: the job comes by later. */
export async function runUnlocked(deps: StateDeps, run: string): Promise<void> {
  await judge(deps, run).catch(() => undefined)
}

/** What a server that died left behind. One that cannot be compared does not keep the others from it. @throws the last error that was met */
export async function judgeEnded(deps: StateDeps): Promise<void> {
  const failed: unknown[] = []
  for (const { run } of await deps.store.read((db) => endedRuns(db))) await judge(deps, run).catch((error: unknown) => failed.push(error))
  if (failed.length > 0) throw failed.at(-1)
}

type Seen = { row: RunRow; workspace: WorkspaceRow | null; before: VersionRow | null; after: VersionRow | null; plan: () => Promise<string | null> }

async function judge(deps: StateDeps, run: string): Promise<void> {
  const seen = await deps.store.read(async (db): Promise<Seen | null> => {
    const row = await stateRun(db, run)
    if (!row || row.judged_at !== null) return null
    const workspace = await workspaceNamed(db, row.workspace_name)
    const before = workspace && row.base_version > 0 ? await versionNumbered(db, workspace.id, row.base_version) : null
    const written = workspace ? await versionsOfRun(db, workspace.id, run) : []
    return { row, workspace, before, after: written.at(-1) ?? before, plan: await deps.runs.plan(db, run) }
  })
  if (!seen) return
  const verdict = await compare(deps, seen)
  await deps.store.write(async (tx) => {
    const row = await stateRun(tx, run)
    // Somebody else has compared it, or more was said of its end meanwhile: that comes with a comparison of its own.
    if (!row || row.judged_at !== null || row.ended !== seen.row.ended) return
    const over = row.ended !== ''
    if (!over && verdict.agrees) return
    await record(deps, tx, seen, verdict)
    if (over) await updateStateRun(tx, run, { judged_at: deps.clock.now() })
    afterCommit(tx, () => deps.notify.changed(run))
  })
}

async function compare(deps: StateDeps, { row, before, after, plan: readPlan }: Seen): Promise<Reconciliation> {
  const plan = await readPlan()
  const nothing: Reconciliation = { judged: true, agrees: true, unexpected: [], missing: [] }
  if (plan === null || before?.status === 'destroyed' || after?.status === 'destroyed') return { ...nothing, judged: false, agrees: false }
  const { planned, outputs, drift } = readPlanned(plan)
  const options = { drift, partial: row.ended !== 'applied' }
  if (!after) return reconcile(planned, { added: [], changed: [], removed: [], outputs: { added: [], changed: [], removed: [] }, opaque: false }, outputs, options)
  return reconcile(planned, await differencesOf(deps, before, after), outputs, options)
}

async function record(deps: StateDeps, tx: Tx, { row, workspace, after }: Seen, verdict: Reconciliation): Promise<void> {
  const version = after?.number ?? 0
  // An apply that failed half-way leaves out what it says it leaves out: that is no difference.
  const missing = row.ended === 'applied' ? verdict.missing : []
  await deps.runs.effect(tx, row.run, { agrees: verdict.agrees, version, unexpected: verdict.unexpected.length, missing: missing.length, addresses: { unexpected: few(verdict.unexpected), missing: few(missing) } })
  await deps.ledger.append(tx, {
    type: 'state.reconciled', ids: { run: row.run, ...(workspace ? { state: workspace.id } : {}) },
    details: { workspace: row.workspace_name, version, ended: row.ended, judged: verdict.judged, agrees: verdict.agrees, unexpected: shown(verdict.unexpected), missing: shown(verdict.missing) },
  })
  if (verdict.agrees || !workspace) return
  const why = verdict.judged ? effectWhys.differs : effectWhys.unknown
  // Said at the unlock already, perhaps: one alarm is enough.
  if ((await findWorkspace(tx, workspace.id))?.frozen_why.includes(why) === true) return
  await freeze(deps, tx, workspace, why)
  await deps.alarms.raise(tx, {
    workspace: workspace.name, what: 'effect-differs', path: pathOf(workspace.name),
    sentence: `In ${workspace.name}, ${why}: ${verdict.unexpected.length} changes that nobody countersigned, ${verdict.missing.length} that are missing. Nothing can be written until somebody decides about it.`,
  })
}

/** Addresses as the redacted plan and the facts have them: at most fifty in a leaf, and on the page of a run. */
function few<T extends { address: string }>(list: readonly T[]): T[] {
  return list.slice(0, 50).map((one) => ({ ...one, address: one.address.slice(0, 500) }))
}

function shown(list: readonly { address: string }[]): string[] {
  return few(list).map(({ address }) => address)
}
