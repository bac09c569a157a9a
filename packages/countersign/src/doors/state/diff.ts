/** Which addresses differ between two versions, and what waits in quarantine with what it would change. */
import type { Authorized } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { differencesOf } from './facts.ts'
import { readableWorkspace, versionView } from './lists.ts'
import type { StateDeps } from './ports.ts'
import { versionsWith } from './queries.ts'
import type { DiffView, QuarantineView } from './views.ts'
import type { VersionRow } from './store.ts'
import { currentVersion, versionOf } from './versions.ts'

type By = Authorized<'state.list'>

export async function diffVersions(deps: StateDeps, by: By, input: { name: string; from: number; to: number }): Promise<DiffView> {
  const { from, to } = await deps.store.read(async (db) => {
    const workspace = await readableWorkspace(deps, db, by, input.name)
    return { from: input.from === 0 ? null : await versionOf(deps, db, workspace, input.from), to: await versionOf(deps, db, workspace, input.to) }
  })
  return diffOf(deps, from, to)
}

async function diffOf(deps: StateDeps, from: VersionRow | null, to: VersionRow): Promise<DiffView> {
  return { from: from?.number ?? 0, to: to.number, ...(await differencesOf(deps, from, to)) }
}

/** At most fifty are compared; whoever lets more come together has other things to look at first. */
const COMPARED = 50

export async function listQuarantine(deps: StateDeps, by: By, name: string): Promise<QuarantineView> {
  const seen = await deps.store.read(async (db) => {
    const workspace = await readableWorkspace(deps, db, by, name)
    const current = await currentVersion(deps, db, workspace)
    const waiting = await versionsWith(db, workspace.id, ['quarantined'])
    for (const row of waiting) await versionOf(deps, db, workspace, row.number)
    return { workspace, current, waiting }
  })
  const versions = []
  for (const [at, row] of seen.waiting.entries()) versions.push({ ...versionView(row, seen.workspace), diff: at < COMPARED ? await diffOf(deps, seen.current, row) : null })
  const { frozen_at, frozen_why } = seen.workspace
  return { frozen: frozen_at === null ? null : { at: rfc3339(frozen_at), why: frozen_why }, versions }
}
