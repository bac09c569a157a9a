/**
 * The rows that are searched. Each is written in the unit of its leaf, and can be computed again from the leaves: at a start for those
 * that are missing (a database of an earlier version), and by `audit verify` for all of them.
 *
 * What they do not do: prove anything. Whoever writes to the database can make a row say something else, or take it away, and so hide an
 * entry from a search. What is shown is proven by its leaf; what is hidden, `audit verify` finds.
 */
import { anchorsOf, saidBy, type LeafText, type Said } from '../../leaves/index.ts'
import { preparedQuery } from '../../platform/store/prepared.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'
import type { LedgerFactTable } from '../tables.ts'

/** `details` are canonical text. `leaf` is null for what is no leaf: that is found by whoever verifies the tree; here it stops nothing. */
export type Written = { readonly idx: number; readonly leaf: LeafText | null; readonly details: string | null }
export const NO_LEAF: LeafText = { type: '', time: '1970-01-01T00:00:00.000Z', ids: {} }

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

/** Workspaces of requests and states, by their names. */
export type Anchors = Map<string, string>
export const nameOf = (key: string, value: string): string => `${key} ${value}`

/** Of leaves that follow one another, and of what the table knows of those before. */
export async function factRows(db: Db | Tx, written: readonly Written[]): Promise<LedgerFactTable[]> {
  const known: Anchors = new Map()
  const rows: LedgerFactTable[] = []
  for (const one of written) rows.push(await factRow(one, known, (key, value, before) => lastWorkspace(db, key, value, before)))
  return rows
}

type Before = (key: string, value: string, before: number) => Promise<string>

/** `known`: workspaces of requests and states that were named so far. It grows. */
async function factRow({ idx, leaf: found, details }: Written, known: Anchors, before: Before): Promise<LedgerFactTable> {
  const leaf = found ?? NO_LEAF
  const said = saidBy(leaf, details)
  for (const [key, value] of anchorsOf(leaf.ids)) {
    if (said.workspace !== '') break
    const name = nameOf(key, value)
    const workspace = known.get(name) ?? (await before(key, value, idx))
    known.set(name, workspace)
    if (workspace !== '') break
  }
  return factOf(idx, leaf, said, known)
}

/** By what is known. That grows. */
export function factOf(idx: number, leaf: LeafText, { type, at, outcome, person, workspace: named }: Said, known: Anchors): LedgerFactTable {
  const anchors = anchorsOf(leaf.ids)
  let workspace = named
  for (const [key, value] of anchors) if (workspace === '') workspace = known.get(nameOf(key, value)) ?? ''
  if (workspace !== '') for (const [key, value] of anchors) known.set(nameOf(key, value), workspace)
  return { idx, type, at, outcome, person, workspace }
}

async function lastWorkspace(db: Db | Tx, key: string, value: string, before: number): Promise<string> {
  const [row] = await workspacesOf(db, { key, value, before })
  return row?.workspace ?? ''
}

const workspacesOf = preparedQuery<{ key: string; value: string; before: number }, { workspace: string }>((db, of) =>
  db.selectFrom('ledger_id as id').innerJoin('ledger_fact as fact', 'fact.idx', 'id.idx').select('fact.workspace')
    .where('id.key', '=', of('key')).where('id.value', '=', of('value')).where('id.idx', '<', of('before')).where('fact.workspace', '!=', '').orderBy('id.idx', 'desc').limit(1))

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
