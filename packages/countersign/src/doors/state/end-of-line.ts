/** Another line begins: what was granted, leased or planned over the state that was current is of no use any more. */
import type { Tx } from '../../platform/store/store.ts'
import { scopeOf } from './ask.ts'
import type { StateDeps } from './ports.ts'
import { seen, useOf } from './rights.ts'
import { deleteLeases } from './store.ts'
import type { WorkspaceRow } from './store.ts'

export async function endOfLine(deps: StateDeps, tx: Tx, workspace: WorkspaceRow, line: { lineage: string; serial: number; why: string } | { why: string }): Promise<void> {
  await deps.gate.void(tx, scopeOf(workspace.name), line.why)
  await deps.gate.void(tx, workspace.name, line.why)
  for (const { id } of await deleteLeases(tx, workspace.id)) {
    const leaf = await deps.ledger.append(tx, { type: 'state.lease-ended', ids: { state: workspace.id, ...useOf(id, 'over') }, details: { workspace: workspace.name, why: line.why } })
    seen(deps, tx, id, leaf)
  }
  if ('lineage' in line) await deps.runs.moved(tx, { workspace: workspace.name, lineage: line.lineage, serial: line.serial })
}
