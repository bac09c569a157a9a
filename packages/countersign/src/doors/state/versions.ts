/**
 * Versions: the one way to make one current, to set one aside, and to read one.
 *
 * What is current is said twice: in the workspace's row, and by the newest leaf that carries `head: sws_...` in the ledger. The adversary
 * writes the database: a row that was edited, swapped or put back from an older day disagrees with the leaf, or does not open, and then
 * nothing is served. Every version has a leaf with its id, number, digest, serial and lineage: no other leaf carries `version`.
 */
import { createHash } from 'node:crypto'
import { parseLeaf } from '@countersign/proof'
import type { Entry } from '../../ledger/index.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { insertBodies } from './bodies.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { believeWorkspace } from './rights.ts'
import { tampered } from './seal.ts'
import type { SealedState } from './seal.ts'
import { findWorkspace, insertVersion, updateWorkspace, versionNumbered } from './store.ts'
import type { VersionRow, WorkspaceRow } from './store.ts'

/** Who and what a version came from. */
export type Maker = Pick<VersionRow, 'person' | 'person_name' | 'credential' | 'run' | 'lock' | 'evidence' | 'source'>

/** `from` is the version whose bytes these are again, under `serial` (see serial.ts); `sealed` are new ones. */
export type NewVersion = { origin: VersionRow['origin']; maker: Maker; /** The question under whose lock it was written: the leaf is part of that one's evidence. */ ref?: string | undefined } & ({ sealed: SealedState } | { from: VersionRow; id: string; serial: number })

export type Reference = { version: number; lineage: string; serial: number; digest: string }
export const noVersion: Reference = { version: 0, lineage: '', serial: 0, digest: '' }

export function referenceTo(row: VersionRow | null): Reference {
  return row ? { version: row.number, lineage: row.lineage, serial: row.serial, digest: row.digest } : noVersion
}

/** The topic that wakes whoever waits for something about a workspace. */
export const topicOf = (workspace: string): string => `state/${workspace}`

/** Makes a version current. The caller has checked, in this unit, that it may follow the current one. @returns its number */
export async function keep(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, version: NewVersion): Promise<number> {
  const row = await add(deps, tx, workspace, version, { status: 'kept', why: '' })
  await updateWorkspace(tx, workspace.id, { version: row.number, updated_at: deps.clock.now() })
  const leaf = await deps.ledger.append(tx, {
    type: `state.head.${version.origin}`,
    ids: { state: workspace.id, head: workspace.id, ...(version.ref === undefined ? {} : { ref: version.ref }), ...idsOf(row), ...(row.person === '' ? {} : { person: row.person }), ...(row.run === '' ? {} : { run: row.run }) },
    details: detailsOf(workspace, row),
  })
  afterCommit(tx, () => deps.heads.moved(workspace.id, leaf))
  return row.number
}

/** Sets a version aside, for a person to decide about. The workspace is frozen with it. @returns its number */
export async function quarantine(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, version: NewVersion & { sealed: SealedState }, why: string): Promise<number> {
  const row = await add(deps, tx, workspace, version, { status: 'quarantined', why })
  await deps.ledger.append(tx, { type: 'state.quarantined', ids: { state: workspace.id, ...(version.ref === undefined ? {} : { ref: version.ref }), ...idsOf(row), person: row.person }, details: { ...detailsOf(workspace, row), why } })
  await freeze(deps, tx, workspace, why)
  await deps.alarms.raise(tx, {
    workspace: workspace.name, what: 'quarantined', path: pathOf(workspace.name),
    sentence: `A write to the state of ${workspace.name} cannot be trusted (${why}) and was set aside as version ${row.number}. Nothing can be written until somebody decides about it.`,
  })
  return row.number
}

/** The page of a workspace in the console. */
export const pathOf = (name: string): string => `/workspaces/${encodeURIComponent(name)}`

/** Why a run's effect freezes: what is current is to be accepted or replaced, whatever is in quarantine beside it. */
export const effectWhys = { differs: 'what a run changed is not what was countersigned', unknown: 'what a run changed cannot be compared with what was countersigned' } as const
const between = '; and '

/** What of the reasons for a freeze is an effect's, or "". */
export const effectOf = (why: string): string => why.split(between).filter((one) => Object.values<string>(effectWhys).includes(one)).join(between)

/** Closes the workspace to writers; reading and planning go on. The first reason stays, and an effect's comes beside it. */
export async function freeze(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, why: string): Promise<void> {
  const row = await findWorkspace(tx, workspace.id)
  if (!row) return
  if (row.frozen_at !== null) {
    if (effectOf(why) !== '' && !row.frozen_why.split(between).includes(why)) await updateWorkspace(tx, workspace.id, { frozen_why: `${row.frozen_why}${between}${why}`, updated_at: deps.clock.now() })
    return
  }
  await updateWorkspace(tx, workspace.id, { frozen_at: deps.clock.now(), frozen_why: why, updated_at: deps.clock.now() })
  await deps.ledger.append(tx, { type: 'state.frozen', ids: { state: workspace.id }, details: { workspace: workspace.name, why } })
  afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
}

export async function thaw(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, by: { person: string; request: string }): Promise<void> {
  await updateWorkspace(tx, workspace.id, { frozen_at: null, frozen_why: '', updated_at: deps.clock.now() })
  await deps.ledger.append(tx, { type: 'state.thawed', ids: { state: workspace.id, person: by.person, ref: by.request }, details: { workspace: workspace.name } })
  afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
}

/** Nothing is current any more: the whole state was deleted. */
export async function clearHead(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, by: { person: string; request: string }): Promise<void> {
  await updateWorkspace(tx, workspace.id, { version: 0, updated_at: deps.clock.now() })
  const leaf = await deps.ledger.append(tx, { type: 'state.head.none', ids: { state: workspace.id, head: workspace.id, person: by.person, ref: by.request }, details: { workspace: workspace.name, version: 0 } })
  afterCommit(tx, () => deps.heads.moved(workspace.id, leaf))
  afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
}

/** A deleted state is current again: the version exists already, and becomes what is current under its own number. */
export async function restoreHead(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, version: VersionRow, by: { person: string; request: string }): Promise<void> {
  await updateWorkspace(tx, workspace.id, { version: version.number, updated_at: deps.clock.now() })
  const leaf = await deps.ledger.append(tx, {
    type: 'state.head.restored', ids: { state: workspace.id, head: workspace.id, ...idsOf(version), person: by.person, ref: by.request }, details: detailsOf(workspace, version),
  })
  afterCommit(tx, () => deps.heads.moved(workspace.id, leaf))
  afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
}

async function add(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, version: NewVersion, as: Pick<VersionRow, 'status' | 'why'>): Promise<VersionRow> {
  const { last_number: last } = (await findWorkspace(tx, workspace.id)) ?? workspace
  const row: VersionRow = {
    ...('sealed' in version ? ofNew(version.sealed) : ofOld(version)), ...version.maker, ...as,
    workspace: workspace.id, number: last + 1, origin: version.origin, created_at: deps.clock.now(), deleted_at: null, destroy_at: null,
  }
  await updateWorkspace(tx, workspace.id, { last_number: row.number })
  await insertVersion(tx, row)
  if ('sealed' in version) await insertBodies(tx, version.sealed.bodies)
  afterCommit(tx, () => deps.notify.changed(topicOf(workspace.id)))
  return row
}

function ofNew({ id, digest, size, head, secrets }: SealedState) {
  const { lineage, serial, ...counts } = head
  return { id, from_number: 0, sealed_as: id, lineage, serial, size, digest, counts: JSON.stringify({ ...counts, secrets }) }
}

function ofOld({ from, id, serial }: { from: VersionRow; id: string; serial: number }) {
  const { sealed_as, lineage, size, digest, counts } = from
  return { id, from_number: from.number, sealed_as, lineage, serial, size, digest, counts }
}

/** Everything that a later write is compared with; the lineage, which a client chose, as its digest. */
const idsOf = (row: VersionRow): Record<string, string> => ({
  version: row.id, number: String(row.number), digest: row.digest, serial: String(row.serial), lineage: createHash('sha256').update(row.lineage).digest('hex'),
})

const detailsOf = (workspace: WorkspaceRow, row: VersionRow) => ({
  workspace: workspace.name, version: row.number, digest: row.digest, lineage: row.lineage.slice(0, 256), serial: row.serial, size: row.size,
  origin: row.origin, from: row.from_number, credential: row.credential, lock: row.lock, evidence: row.evidence, address: row.source,
})

/** The version that is current, where table and ledger agree about it; null where there is no state. @throws StateError `state_tampered` */
export async function currentVersion(deps: Pick<StateDeps, 'ledger' | 'heads' | 'rowMacs'>, db: Db | Tx, workspace: WorkspaceRow): Promise<VersionRow | null> {
  believeWorkspace(deps, workspace)
  const entry = await deps.ledger.newestOf(db, { key: 'head', value: workspace.id })
  if (!deps.heads.holds(db, workspace.id, entry)) throw tampered(`what was current in ${workspace.name} is not in the ledger's index any more, or reads otherwise there`)
  const said = entry && sayingOf(entry)
  if (workspace.version === 0) {
    if (said && said.type !== 'state.head.none') throw tampered(`the ledger knows a state of ${workspace.name}, and its table does not`)
    return null
  }
  const row = await versionNumbered(db, workspace.id, workspace.version)
  if (!row || row.status !== 'kept' || !said || !agrees(said, workspace, row)) throw tampered(`what is current in ${workspace.name} is not what the ledger says`)
  return row
}

/** A version by its number, where table and ledger agree about it. @throws StateError `version_not_found`, `version_gone`, `state_tampered` */
export async function versionOf(deps: Pick<StateDeps, 'ledger' | 'rowMacs'>, db: Db | Tx, workspace: WorkspaceRow, number: number): Promise<VersionRow> {
  believeWorkspace(deps, workspace)
  const row = await versionNumbered(db, workspace.id, number)
  if (!row) throw new StateError('version_not_found', `There is no version ${number} of ${workspace.name}.`, 'See which there are: countersign state versions.')
  if (row.status === 'destroyed') throw new StateError('version_gone', `The key of version ${number} of ${workspace.name} was destroyed; nobody can read it any more.`, 'Choose another version: countersign state versions.')
  const entry = await deps.ledger.newestOf(db, { key: 'version', value: row.id })
  if (!entry || !agrees(sayingOf(entry), workspace, row)) throw tampered(`version ${number} of ${workspace.name} is not the one that the ledger knows`)
  return row
}

type Saying = { type: string; ids: Record<string, string> }

function sayingOf(entry: Entry): Saying {
  const { type, ids } = parseLeaf(entry.leaf)
  return { type, ids }
}

function agrees({ ids }: Saying, workspace: WorkspaceRow, row: VersionRow): boolean {
  const expected = { state: workspace.id, ...idsOf(row) }
  return Object.entries(expected).every(([key, value]) => ids[key] === value)
}
