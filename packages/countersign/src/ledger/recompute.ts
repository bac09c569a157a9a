/**
 * The tree, computed again from its leaves and compared with the stored nodes on the way. Reads in pages, so
 * that it may run beside a server that appends: what lies below `size` does not change.
 */
import { sql } from 'kysely'
import type { Db, Store } from '../platform/store/store.ts'
import { emptyTree, grown, hashOfLeaf, rootOf } from './tree.ts'

export type Recomputed = {
  root: string
  /** Leaves that are not what was hashed when they were appended. */
  badLeaves: number[]
  /** `level/index` of nodes above them that are missing or not the hash of what lies below. */
  badNodes: string[]
  /** The first index below `size` that is not there; the rest was not looked at. */
  gap: number | null
  /** Roots at the sizes that were asked for. */
  rootAt: Map<number, string>
}

export type Leaves = { from: number; leaves: { idx: number; leaf: string }[] }

const PAGE = 1_000

/** `each` sees every page. */
export async function recompute(store: Store, size: number, sizes: ReadonlySet<number>, each: (page: Leaves) => Promise<void> = async () => {}): Promise<Recomputed> {
  let tree = emptyTree
  const result: Recomputed = { root: '', badLeaves: [], badNodes: [], gap: null, rootAt: new Map() }
  const stops = [...sizes].filter((one) => one > 0 && one <= size).sort((a, b) => a - b)
  if (sizes.has(0)) result.rootAt.set(0, rootOf(tree))
  for (let from = 0; from < size && result.gap === null; from += PAGE) {
    const until = Math.min(from + PAGE, size)
    const { leaves, stored } = await page(store, from, until)
    const missing = leaves.findIndex(({ idx }, at) => idx !== from + at)
    const whole = missing >= 0 ? missing : leaves.length
    if (whole < until - from) result.gap = from + whole
    const hashes = leaves.slice(0, whole).map(({ leaf }) => hashOfLeaf(leaf))
    // A root that is asked for is taken where the tree has that size.
    for (const end of new Set([...stops.filter((one) => one > from && one < from + whole), from + whole])) {
      const { tree: larger, made } = grown(tree, hashes.slice(tree.size - from, end - from))
      tree = larger
      for (const { level, index, hash } of made) {
        const there = stored[level]?.get(index)
        if (there !== undefined && Buffer.compare(there, hash) === 0) continue
        if (level === 0) result.badLeaves.push(index)
        else result.badNodes.push(`${level}/${index}`)
      }
      if (sizes.has(end) && tree.size === end) result.rootAt.set(end, rootOf(tree))
    }
    await each({ from, leaves })
  }
  result.root = rootOf(tree)
  return result
}

/** SQLite keeps 2.5 where an integer belongs. */
const isWhole = sql<boolean>`idx = cast(idx as bigint)`

type Stored = { get(index: number): Uint8Array | undefined }

/** `stored`: hashes by level and index. */
async function page(store: Store, from: number, until: number): Promise<{ leaves: Leaves['leaves']; stored: Stored[] }> {
  return await store.read(async (db) => {
    const texts = await db.selectFrom('ledger_leaf').select('leaf').where('idx', '>=', from).where('idx', '<', until).where(isWhole).orderBy('idx').execute()
    const leaves = texts.length === until - from
      ? texts.map(({ leaf }, at) => ({ idx: from + at, leaf }))
      : await db.selectFrom('ledger_leaf').select(['idx', 'leaf']).where('idx', '>=', from).where('idx', '<', until).orderBy('idx').execute()
    const stored: Stored[] = []
    for (let level = 0; 2 ** level <= until; level++) stored.push(await storedAt(db, level, Math.floor(from / 2 ** level), Math.floor(until / 2 ** level)))
    return { leaves, stored }
  })
}

/** Where as many are there as belong there, their order says which is which; one that is another's hash is no hash of what lies below it. */
async function storedAt(db: Db, level: number, first: number, end: number): Promise<Stored> {
  const rows = await db.selectFrom('ledger_node').select('hash').where('level', '=', level).where('idx', '>=', first).where('idx', '<', end).where(isWhole).orderBy('idx').execute()
  if (rows.length === end - first) return { get: (index) => rows[index - first]?.hash }
  const named = await db.selectFrom('ledger_node').select(['idx', 'hash']).where('level', '=', level).where('idx', '>=', first).where('idx', '<', end).execute()
  return new Map(named.map(({ idx, hash }) => [idx, hash]))
}
