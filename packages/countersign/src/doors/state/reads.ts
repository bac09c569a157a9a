/** Who read a state: the ledger's word, newest first. What was erased beside a leaf is not known any more; that it was read is. */
import { parseLeaf } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import type { Entry } from '../../ledger/index.ts'
import { readableWorkspace } from './lists.ts'
import type { StateDeps } from './ports.ts'
import type { ReadView } from './views.ts'

/** `before` is the index of a leaf. */
export async function listReads(deps: StateDeps, by: Authorized<'state.list'>, input: { name: string; before: number; limit: number }): Promise<ReadView[]> {
  return deps.store.read(async (db) => {
    const workspace = await readableWorkspace(deps, db, by, input.name)
    const entries = await deps.ledger.latest(db, { key: 'state', value: workspace.id }, { type: 'state.read', before: input.before, limit: input.limit })
    return entries.map(viewOf)
  })
}

function viewOf({ index, leaf, details }: Entry): ReadView {
  const { time, ids } = parseLeaf(leaf)
  const said = details === null ? {} : (JSON.parse(details) as Record<string, unknown>)
  const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '')
  return {
    index, at: time, version: typeof said['version'] === 'number' ? said['version'] : 0, tier: text('tier'), purpose: text('purpose'),
    person: { id: ids['person'] ?? '', name: text('name') }, credential: text('credential') || (ids['credential'] ?? ''), source: text('source'),
  }
}
