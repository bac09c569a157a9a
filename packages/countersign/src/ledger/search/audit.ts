/** Rows that are searched, compared with what the leaves say. */
import { anchorsOf, outcomeIsInDetails, saidBy } from '../../leaves/index.ts'
import type { LedgerFactTable } from '../tables.ts'
import { factOf, nameOf, NO_LEAF, type Anchors, type Written } from './rows.ts'

const columns = ['type', 'at', 'outcome', 'person', 'workspace'] as const
/** As it was found. */
export type StoredFact = { readonly [name in (typeof columns)[number]]: unknown }

/** Leaf after leaf in order; keeps what it has seen, so one instance goes through one ledger. Answers what is wrong with the row, or null. */
export function factAuditor(): (written: Written, row: StoredFact | null) => string | null {
  const known: Anchors = new Map()
  return ({ idx, leaf: found, details }, row) => {
    const leaf = found ?? NO_LEAF
    const right = factOf(idx, leaf, saidBy(leaf, details), known)
    if (row === null) return 'is missing: a search does not find the entry'
    const wrong = columns.every((column) => row[column] === right[column]) ? [] : columns.filter((column) => row[column] !== right[column] && !(details === null && isUnsure(column, right)))
    // Erased details may have named it: later entries of the same request go by what was said while they were there.
    if (details === null && typeof row.workspace === 'string' && row.workspace !== '') for (const [key, value] of anchorsOf(leaf.ids)) known.set(nameOf(key, value), row.workspace)
    return wrong.length === 0 ? null : `is not what the entry says (${wrong.join(', ')}): a search finds it wrongly, or not at all`
  }
}

/** Whether erased details could have said something else. */
function isUnsure(column: (typeof columns)[number], { type }: LedgerFactTable): boolean {
  return column === 'person' || column === 'workspace' || (column === 'outcome' && outcomeIsInDetails(type))
}
