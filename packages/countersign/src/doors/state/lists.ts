/** What is known of states, without a value of them: workspaces, versions, and what stands in one version. */
import type { Authorized } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import type { Db } from '../../platform/store/store.ts'
import type { StateFacts } from '../../tfstate/index.ts'
import { StateError } from './errors.ts'
import { factsOf } from './facts.ts'
import type { StateDeps } from './ports.ts'
import { countQuarantined, lastCurrent, versionsPage, workspacesWithin } from './queries.ts'
import { lockOf, versionNumbered, workspaceNamed } from './store.ts'
import type { LockRow, VersionRow, WorkspaceRow } from './store.ts'
import type { FactsView, LockView, VersionFactsView, VersionView, WorkspaceView } from './views.ts'
import { currentVersion, versionOf } from './versions.ts'

type By = Authorized<'state.list'>
type Counts = { resources: number; outputs: number; secrets: number | null; opaque: boolean }

/** A workspace that the reader has no role over is not there. */
export async function readableWorkspace(deps: StateDeps, db: Db, by: By, name: string): Promise<WorkspaceRow> {
  const row = await workspaceNamed(db, name)
  if (row && (await deps.gate.permitted(db, by, name))) return row
  throw new StateError('workspace_not_found', `There is no state of ${name} here.`, 'See which there are, and compare the name letter by letter: countersign state list.')
}

/** Of all that the reader may see. What is current is said as the table has it; where it is opened, the ledger is asked as well. */
export async function listWorkspaces(deps: StateDeps, by: By): Promise<WorkspaceView[]> {
  return deps.store.read(async (db) => {
    const rows = await workspacesWithin(db, await deps.gate.scopesOf(db, by))
    const views = []
    for (const row of rows) views.push(await workspaceView(deps, db, row, row.version === 0 ? null : await versionNumbered(db, row.id, row.version)))
    return views
  })
}

/** @throws StateError `state_tampered` where the ledger knows something else to be current */
export async function showWorkspace(deps: StateDeps, by: By, name: string): Promise<WorkspaceView> {
  return deps.store.read(async (db) => {
    const row = await readableWorkspace(deps, db, by, name)
    return workspaceView(deps, db, row, await currentVersion(deps, db, row))
  })
}

const enforcement = { level: 'state-gated' as const, why: 'the state is read and written through this server only; the credentials of the cloud itself reach it without Countersign, unless it demands our token' }

async function workspaceView(deps: StateDeps, db: Db, row: WorkspaceRow, current: VersionRow | null): Promise<WorkspaceView> {
  const lock = await lockOf(db, row.id)
  const counts = countsOf(current)
  const last = current ?? (await lastCurrent(db, row.id))
  return {
    name: row.name, environment: deps.policy().environmentOf(row.name).name, enforcement, version: current?.number ?? 0, serial: current?.serial ?? 0, lineage: current?.lineage ?? '',
    size: current?.size ?? 0, digest: current?.digest ?? '', resources: counts.resources, secrets: counts.secrets, opaque: counts.opaque, lock: lock ? lockView(lock) : null,
    frozen: row.frozen_at === null ? null : { at: rfc3339(row.frozen_at), why: row.frozen_why }, quarantined: await countQuarantined(db, row.id),
    lastChange: last ? { at: rfc3339(last.created_at), person: { id: last.person, name: last.person_name }, origin: last.origin, version: last.number, deletedAt: last.deleted_at === null ? null : rfc3339(last.deleted_at) } : null,
  }
}

export function lockView(lock: LockRow): LockView {
  const info = JSON.parse(lock.info) as { Operation?: unknown; Who?: unknown }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    mode: lock.mode, operation: text(info.Operation), who: text(info.Who), person: { id: lock.person, name: lock.person_name }, source: lock.source, run: lock.run,
    since: rfc3339(lock.taken_at), capAt: rfc3339(lock.cap_at),
  }
}

function countsOf(row: VersionRow | null): Counts {
  return { resources: 0, outputs: 0, secrets: 0, opaque: false, ...(row ? (JSON.parse(row.counts) as Partial<Counts>) : {}) }
}

export function versionView(row: VersionRow, workspace: Pick<WorkspaceRow, 'version'>): VersionView {
  const { resources, outputs, secrets, opaque } = countsOf(row)
  return {
    version: row.number, current: row.number === workspace.version, status: row.status, origin: row.origin, from: row.from_number, lineage: row.lineage, serial: row.serial, size: row.size, digest: row.digest,
    resources, outputs, secrets, opaque, person: { id: row.person, name: row.person_name }, credential: row.credential, run: row.run, lock: row.lock, evidence: row.evidence, source: row.source, why: row.why,
    at: rfc3339(row.created_at), deletedAt: row.deleted_at === null ? null : rfc3339(row.deleted_at), destroyAt: row.destroy_at === null ? null : rfc3339(row.destroy_at),
  }
}

export async function listVersions(deps: StateDeps, by: By, input: { name: string; before: number; limit: number }): Promise<VersionView[]> {
  return deps.store.read(async (db) => {
    const workspace = await readableWorkspace(deps, db, by, input.name)
    return (await versionsPage(db, workspace.id, input)).map((row) => versionView(row, workspace))
  })
}

export async function showVersion(deps: StateDeps, by: By, input: { name: string; version: number }): Promise<VersionFactsView> {
  const { view, of } = await deps.store.read(async (db) => {
    const workspace = await readableWorkspace(deps, db, by, input.name)
    const destroyed = await versionNumbered(db, workspace.id, input.version)
    if (destroyed?.status === 'destroyed') return { view: versionView(destroyed, workspace), of: null }
    const row = await versionOf(deps, db, workspace, input.version)
    return { view: versionView(row, workspace), of: row }
  })
  return { ...view, facts: of ? factsView(await factsOf(deps, of)) : null }
}

function factsView(facts: StateFacts): FactsView {
  return {
    terraformVersion: facts.terraformVersion, providers: facts.providers, addresses: facts.instances.map(({ address }) => address),
    outputs: facts.outputs.map(({ name, sensitive }) => ({ name, sensitive })), secrets: facts.secrets, secretsOmitted: facts.secretsOmitted,
  }
}
