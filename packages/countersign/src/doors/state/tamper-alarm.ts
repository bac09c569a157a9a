/**
 * A database that disagrees with the ledger is an alarm: whoever asked got nothing, and those who look after the workspace are told. Once
 * for each workspace within a while: every request after the first would tell them again.
 */
import { isStateWorkspace } from '@countersign/proof'
import type { StateDeps } from './ports.ts'
import { workspaceNamed } from './store.ts'
import { pathOf } from './versions.ts'

const EVERY = 15 * 60_000
const REMEMBERED = 1000

/** @returns what is told the workspace's name, as the row or the address has it, and what did not hold */
export function createTamperAlarm(deps: StateDeps): (name: string, because: Error) => Promise<void> {
  const raised = new Map<string, number>()
  return async (name, because) => {
    if (!isStateWorkspace(name)) return
    const now = deps.clock.now()
    if (now - (raised.get(name) ?? -EVERY) < EVERY) return
    raised.delete(name)
    raised.set(name, now)
    const oldest = raised.keys().next().value
    if (raised.size > REMEMBERED && oldest !== undefined) raised.delete(oldest)
    await deps.store.write(async (tx) => {
      const workspace = await workspaceNamed(tx, name)
      await deps.ledger.append(tx, { type: 'state.tampered', ids: workspace ? { state: workspace.id } : {}, details: { workspace: name, version: workspace?.version ?? 0, what: because.message.slice(0, 300) } })
      await deps.alarms.raise(tx, {
        workspace: name, what: 'tampered', path: pathOf(name),
        sentence: `What the database holds of the state of ${name} is not what was written. Nothing of it is given out. Keep the database as evidence, and restore a backup.`,
      })
    })
  }
}
