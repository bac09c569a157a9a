/**
 * The tree, computed again from its leaves and compared with the stored nodes on the way. Reads in pages, so
 * that it may run beside a server that appends: what lies below `size` does not change.
 */
import type { Db, Store } from '../platform/store/store.ts'
import { hashesAtOnce, leavesAtOnce, type Span } from './page.ts'
import { emptyTree, grown, levelsOf, rootOf, type Tree } from './tree.ts'

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

export type Leaves = Span & { leaves: { idx: number; leaf: string }[] }

/** A page is one subtree: what is above it grows by its root. */
const LEVELS = 12
const PAGE = 2 ** LEVELS

/** `each` sees every page. */
export async function recompute(store: Store, size: number, sizes: ReadonlySet<number>, each: (page: Leaves) => Promise<void> = async () => {}): Promise<Recomputed> {
  const result: Recomputed = { root: rootOf(emptyTree), badLeaves: [], badNodes: [], gap: null, rootAt: new Map() }
  const stops = [...sizes].filter((one) => one >= 0 && one <= size).toSorted((a, b) => a - b)
  if (sizes.has(0)) result.rootAt.set(0, result.root)
  /** Of whole pages. */
  let pages = emptyTree
  for (let from = 0; from < size && result.gap === null; from += PAGE) {
    const until = Math.min(from + PAGE, size)
    const { leaves, stored } = await read(store, from, until)
    const missing = leaves.findIndex(({ idx }, at) => idx !== from + at)
    const whole = missing >= 0 ? missing : leaves.length
    if (whole < until - from) result.gap = from + whole
    const levels = levelsOf(leaves.slice(0, whole).map(({ leaf }) => leaf))
    const made: Made[] = levels.map((hashes, level) => ({ level, first: from / 2 ** level, hashes }))
    // A root that is asked for is taken where the tree has that size.
    while ((stops[0] ?? Infinity) <= from + whole) {
      const stop = stops.shift() ?? 0
      result.rootAt.set(stop, rootOf(cut(pages, levels, stop - from)))
    }
    result.root = rootOf(cut(pages, levels, whole))
    if (whole === PAGE) {
      const above = grown(pages, cut(emptyTree, levels, PAGE).nodes)
      pages = above.tree
      for (const { level, index, hash } of above.made.slice(1)) made.push({ level: level + LEVELS, first: index, hashes: Buffer.from(hash) })
    }
    for (const one of made) {
      if (stored[one.level]?.equals(one.hashes) === true) continue
      for (const index of await differing(store, one)) {
        if (one.level === 0) result.badLeaves.push(index)
        else result.badNodes.push(`${one.level}/${index}`)
      }
    }
    await each({ from, until, leaves })
  }
  return result
}

/** Hashes of one level, one after another, from the index `first` on. */
type Made = { level: number; first: number; hashes: Buffer }

/** The tree of whole pages and the first `count` leaves of the next one. */
function cut(pages: Tree, levels: readonly Buffer[], count: number): Tree {
  const nodes = [...pages.nodes]
  let taken = 0
  for (let level = LEVELS; level >= 0; level--) {
    const width = 2 ** level
    if (count - taken < width) continue
    const at = (taken / width) * 32
    nodes.push(levels[level]?.subarray(at, at + 32) ?? new Uint8Array())
    taken += width
  }
  return { size: pages.size * PAGE + count, nodes }
}

/** `stored`: the hashes of each level, of the nodes that became whole by these leaves. */
async function read(store: Store, from: number, until: number): Promise<{ leaves: Leaves['leaves']; stored: Buffer[] }> {
  return await store.read(async (db) => {
    const texts = await leavesAtOnce(db, store.dialect, { from, until })
    const leaves = texts?.map((leaf, at) => ({ idx: from + at, leaf })) ?? (await leavesOneByOne(db, from, until))
    const stored: Buffer[] = []
    for (let width = 1; width <= until; width *= 2) {
      const places = { from: Math.floor(from / width), until: Math.floor(until / width) }
      stored.push(places.from < places.until ? await hashesAtOnce(db, store.dialect, stored.length, places) : Buffer.alloc(0))
    }
    return { leaves, stored }
  })
}

async function leavesOneByOne(db: Db, from: number, until: number): Promise<Leaves['leaves']> {
  return await db.selectFrom('ledger_leaf').select(['idx', 'leaf']).where('idx', '>=', from).where('idx', '<', until).orderBy('idx').execute()
}

/** Indexes of what was made and is not there, or is something else. */
async function differing(store: Store, { level, first, hashes }: Made): Promise<number[]> {
  const count = hashes.length / 32
  const rows = await store.read((db) => db.selectFrom('ledger_node').select(['idx', 'hash']).where('level', '=', level).where('idx', '>=', first).where('idx', '<', first + count).execute())
  const there = new Map<number, unknown>(rows.map(({ idx, hash }) => [idx, hash]))
  return Array.from({ length: count }, (_, at) => first + at).filter((index) => {
    const hash = there.get(index)
    const at = (index - first) * 32
    return !(hash instanceof Uint8Array) || !hashes.subarray(at, at + 32).equals(hash)
  })
}
