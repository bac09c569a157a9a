/** What lies beside each leaf of a page: details that match the commitment, exactly the ids that the leaf names, and what it is found by. */
import { commitmentOf, fromBase64url, parseCanonical, parseLeaf, type Leaf } from '@countersign/proof'
import type { Store } from '../platform/store/store.ts'
import type { Report } from './audit.ts'
import type { Leaves } from './recompute.ts'
import type { factAuditor, Written } from './search/rows.ts'

export async function auditEntries(store: Store, { from, leaves }: Leaves, counts: { details: number; erased: number }, report: Report, facts: ReturnType<typeof factAuditor>): Promise<void> {
  const until = from + leaves.length
  const beside = await store.read(async (db) => ({
    details: new Map((await db.selectFrom('ledger_details').selectAll().where('idx', '>=', from).where('idx', '<', until).execute()).map((row) => [row.idx, row])),
    ids: await db.selectFrom('ledger_id').selectAll().where('idx', '>=', from).where('idx', '<', until).execute(),
    facts: new Map((await db.selectFrom('ledger_fact').selectAll().where('idx', '>=', from).where('idx', '<', until).execute()).map((row) => [row.idx, row])),
  }))
  const stored = new Map<number, string[]>()
  for (const { idx, key, value } of beside.ids) stored.set(idx, [...(stored.get(idx) ?? []), JSON.stringify([key, value])])
  const written: Written[] = []
  for (const { idx, leaf: text } of leaves) {
    const leaf = readLeaf(text)
    written.push({ idx, leaf, details: beside.details.get(idx)?.details ?? null })
    if (leaf === null) {
      report(`ledger_leaf ${idx}`, 'is not a leaf of this format')
      continue
    }
    const named = Object.entries(leaf.ids).map(([key, value]) => JSON.stringify([key, value]))
    if (named.toSorted().join() !== (stored.get(idx) ?? []).toSorted().join()) report(`ledger_id ${idx}`, 'are not the ids that the leaf names')
    const row = beside.details.get(idx)
    if (row === undefined) counts.erased += 1
    else if (await matches(leaf, row.salt, row.details)) counts.details += 1
    else report(`ledger_details ${idx}`, 'do not match the commitment in the leaf')
  }
  for (const { idx, what } of await facts(written, beside.facts)) report(`ledger_fact ${idx}`, what)
}

function readLeaf(text: string): Leaf | null {
  try {
    return parseLeaf(text)
  } catch {
    return null
  }
}

async function matches(leaf: Leaf, salt: string, details: string): Promise<boolean> {
  const bytes = fromBase64url(salt)
  if (bytes === undefined) return false
  try {
    parseCanonical(details)
    return (await commitmentOf(bytes, details)) === leaf.commitment
  } catch {
    return false
  }
}
