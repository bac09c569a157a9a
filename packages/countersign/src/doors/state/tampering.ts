/** That the database disagrees with the ledger is told to people: once an hour for a workspace, however often it is met. */
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { pathOf } from './versions.ts'

const EVERY = 3600_000
const REMEMBERED = 1000

/** For the hooks of routes: whatever failed, and about which workspace. Never throws. */
export function createTamperingAlarm(deps: StateDeps): (error: unknown, workspace: string) => Promise<void> {
  const last = new Map<string, number>()
  return async (found, workspace) => {
    if (!(found instanceof StateError) || found.code !== 'state_tampered' || workspace === '') return
    const now = deps.clock.now()
    if (now - (last.get(workspace) ?? -EVERY) < EVERY) return
    if (last.size >= REMEMBERED) last.clear()
    last.set(workspace, now)
    const sentence = `The database holds something else about the state of ${workspace} than what was written. Nothing of it is given out; find out who can write the database.`
    try {
      await deps.store.write(async (tx) => {
        await deps.ledger.append(tx, { type: 'state.tampered', ids: {}, details: { workspace, found: found.message.slice(0, 500) } })
        await deps.alarms.raise(tx, { workspace, what: 'tampered', sentence, path: pathOf(workspace) })
      })
    } catch {
      // The refusal is answered in any case; the next one tells people.
      last.delete(workspace)
    }
  }
}
