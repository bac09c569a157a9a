/**
 * The rows that are searched. Each is written in the unit of its leaf, and can be computed again from the leaves: at a start for those
 * that are missing (a database of an earlier version), and by `audit verify` for all of them.
 *
 * What they do not do: prove anything. Whoever writes to the database can make a row say something else, or take it away, and so hide an
 * entry from a search. What is shown is proven by its leaf; what is hidden, `audit verify` finds.
 */
import { anchorsOf, outcomeIsInDetails, saidBy, type LeafText } from '../../leaves/index.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { LedgerFactTable } from '../tables.ts'

/** `details` are canonical text. `leaf` is null for what is no leaf: that is found by whoever verifies the tree; here it stops nothing. */
export type Written = { readonly idx: number; readonly leaf: LeafText | null; readonly details: string | null }
const NO_LEAF: LeafText = { type: '', time: '1970-01-01T00:00:00.000Z', ids: {} }

/** Of text that was written as a leaf: its form is looked at no further. */
export function leafIn(text: string): LeafText | null {
  try {
    const leaf = JSON.parse(text) as Partial<LeafText> | null
    const isLeaf = typeof leaf?.type === 'string' && typeof leaf.time === 'string' && !Number.isNaN(Date.parse(leaf.time)) && typeof leaf.ids === 'object'
    return isLeaf ? (leaf as LeafText) : null
  } catch {
    return null
  }
}

type Anchors = Map<string, string>
const nameOf = (key: string, value: string): string => `${key} ${value}`

/** Of leaves that follow one another, and of what the table knows of those before. */
export async function factRows(db: Db | Tx, written: readonly Written[]): Promise<LedgerFactTable[]> {
  const known: Anchors = new Map()
  const rows: LedgerFactTable[] = []
  for (const one of written) rows.push(await factRow(one, known, (key, value, before) => lastWorkspace(db, key, value, before)))
  return rows
}

type Before = (key: string, value: string, before: number) => Promise<string>

/** `known`: workspaces of requests and states that were named so far. It grows. */
export async function factRow({ idx, leaf: found, details }: Written, known: Anchors, before: Before): Promise<LedgerFactTable> {
  const leaf = found ?? NO_LEAF
  const { type, at, outcome, person, workspace: named } = saidBy(leaf, details)
  const anchors = anchorsOf(leaf.ids)
  let workspace = named
  for (const [key, value] of anchors) {
    if (workspace !== '') break
    const name = nameOf(key, value)
    if (!known.has(name)) known.set(name, await before(key, value, idx))
    workspace = known.get(name) ?? ''
  }
  if (workspace !== '') for (const [key, value] of anchors) known.set(nameOf(key, value), workspace)
  return { idx, type, at, outcome, person, workspace }
}

async function lastWorkspace(db: Db | Tx, key: string, value: string, before: number): Promise<string> {
  const row = await db.selectFrom('ledger_id as id').innerJoin('ledger_fact as fact', 'fact.idx', 'id.idx').select('fact.workspace')
    .where('id.key', '=', key).where('id.value', '=', value).where('id.idx', '<', before).where('fact.workspace', '!=', '').orderBy('id.idx', 'desc').limit(1).executeTakeFirst()
  return row?.workspace ?? ''
}

const PAGE = 500

/** Adds the rows that are missing, in the order of the leaves. @returns how many */
export async function fillFacts(store: Store): Promise<number> {
  if (!(await store.read(isIncomplete))) return 0
  let filled = 0
  for (let from = 0; ;) {
    const next = await store.write(async (tx) => {
      const missing = await tx.selectFrom('ledger_leaf as leaf').leftJoin('ledger_details as beside', 'beside.idx', 'leaf.idx').leftJoin('ledger_fact as fact', 'fact.idx', 'leaf.idx')
        .select(['leaf.idx as idx', 'leaf.leaf as leaf', 'beside.details as details']).where('leaf.idx', '>=', from).where('fact.idx', 'is', null).orderBy('leaf.idx').limit(PAGE).execute()
      if (missing.length > 0) await tx.insertInto('ledger_fact').values(await factRows(tx, missing.map((row) => ({ ...row, leaf: leafIn(row.leaf) })))).onConflict((on) => on.doNothing()).execute()
      return { count: missing.length, after: (missing.at(-1)?.idx ?? from) + 1 }
    })
    filled += next.count
    if (next.count < PAGE) return filled
    from = next.after
  }
}

async function isIncomplete(db: Db): Promise<boolean> {
  const { count } = await db.selectFrom('ledger_fact').select((row) => row.fn.countAll().as('count')).executeTakeFirstOrThrow()
  const head = await db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirst()
  return Number(count) < (head?.size ?? 0)
}

/** Compares stored rows with the leaves, page after page in order; keeps what it has seen, so one instance goes through one ledger. */
export function factAuditor(): (written: readonly Written[], stored: ReadonlyMap<number, LedgerFactTable>) => Promise<{ idx: number; what: string }[]> {
  const known: Anchors = new Map()
  return async (written, stored) => {
    const found: { idx: number; what: string }[] = []
    for (const one of written) {
      const row = stored.get(one.idx)
      const right = await factRow(one, known, async () => '')
      if (row === undefined) {
        found.push({ idx: one.idx, what: 'is missing: a search does not find the entry' })
        continue
      }
      const wrong = differing(row, right, one.details === null)
      if (wrong.length > 0) found.push({ idx: one.idx, what: `is not what the entry says (${wrong.join(', ')}): a search finds it wrongly, or not at all` })
      // Erased details may have named it: later entries of the same request go by what was said while they were there.
      if (one.details === null && row.workspace !== '') for (const [key, value] of anchorsOf((one.leaf ?? NO_LEAF).ids)) known.set(nameOf(key, value), row.workspace)
    }
    return found
  }
}

function differing(row: LedgerFactTable, right: LedgerFactTable, erased: boolean): string[] {
  const unsure = new Set(erased ? ['person', 'workspace', ...(outcomeIsInDetails(right.type) ? ['outcome'] : [])] : [])
  return (['type', 'at', 'outcome', 'person', 'workspace'] as const).filter((column) => row[column] !== right[column] && !unsure.has(column))
}
