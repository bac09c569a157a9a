import type { Clock } from '../../clock.ts'
import { EnvelopeError } from '../errors.ts'
import type { KeyFolder, StateKey } from './key-folder.ts'

/** How many rows are wrapped by each key; quarantined and deleted versions that can still come back count. */
export type KeyUsage = ReadonlyMap<string, number>

/** What a server wrapped just before the rotation may not be stored yet. */
export const SETTLED = 3_600_000

export type Why = 'current' | 'in-use' | 'too-new'

/** Why a key stays, or null where it may go: it is not current, nothing is wrapped by it, and its successor is an hour old. */
export function whyKept(key: StateKey, keys: readonly StateKey[], usage: KeyUsage, clock: Clock): Why | null {
  if (key.current) return 'current'
  if ((usage.get(key.id) ?? 0) > 0) return 'in-use'
  const successor = keys.filter(({ id }) => id > key.id).map(({ madeAt }) => madeAt)
  return Math.min(...successor) + SETTLED > clock.now() ? 'too-new' : null
}

/**
 * Removes what nothing needs; answers what went. A backup of the database that is older than the rotation needs its keys all the same.
 * @param usage asked once before each key goes
 */
export async function prune(keys: Pick<KeyFolder, 'list' | 'remove'>, usage: () => Promise<KeyUsage>, clock: Clock): Promise<string[]> {
  const removed: string[] = []
  const all = await keys.list()
  for (const key of all) {
    if (whyKept(key, all, await usage(), clock) !== null) continue
    await keys.remove(key.id)
    removed.push(key.id)
  }
  return removed
}

/** Keys that rows are wrapped by and that are not here: to be said at the start, before somebody asks for a state. */
export async function mustHaveKeys(keys: Pick<KeyFolder, 'list'>, usage: KeyUsage): Promise<void> {
  const here = new Set((await keys.list()).map(({ id }) => id))
  const missing = [...usage].filter(([id, rows]) => rows > 0 && !here.has(id))
  if (missing.length === 0) return
  const which = missing.map(([id, rows]) => `${id} (${rows})`).join(', ')
  throw new EnvelopeError('envelope_key_missing', `States in this database are wrapped by keys that are not in keys/state: ${which}.`, 'Restore the keys that belong to this database from the backup.')
}
