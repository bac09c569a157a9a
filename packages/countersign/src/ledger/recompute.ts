/**
 * The tree, computed again from its leaves and compared with the stored nodes on the way. Reads in pages, so
 * that it may run beside a server that appends: what lies below `size` does not change.
 */
import { leafHash, toHex } from '@countersign/proof'
import { extendRange, rangeRoot, type Range } from '@countersign/proof/produce'
import type { Store } from '../platform/store/store.ts'

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
  const range: Range = { size: 0, nodes: [] }
  const root = async (): Promise<string> => toHex(await rangeRoot(range))
  const result: Recomputed = { root: '', badLeaves: [], badNodes: [], gap: null, rootAt: new Map() }
  if (sizes.has(0)) result.rootAt.set(0, await root())
  for (let from = 0; from < size && result.gap === null; from += PAGE) {
    const until = Math.min(from + PAGE, size)
    const { leaves, stored } = await page(store, from, until)
    for (let index = from; index < until; index++) {
      const leaf = leaves[index - from]
      if (leaf?.idx !== index) {
        result.gap = index
        break
      }
      for (const node of await extendRange(range, await leafHash(Buffer.from(leaf.leaf)))) {
        if (stored.get(`${node.level}/${node.index}`) === toHex(node.hash)) continue
        if (node.level === 0) result.badLeaves.push(index)
        else result.badNodes.push(`${node.level}/${node.index}`)
      }
      if (sizes.has(index + 1)) result.rootAt.set(index + 1, await root())
    }
    await each({ from, leaves })
  }
  result.root = await root()
  return result
}

async function page(store: Store, from: number, until: number): Promise<{ leaves: Leaves['leaves']; stored: Map<string, string> }> {
  return await store.read(async (db) => {
    const leaves = await db.selectFrom('ledger_leaf').select(['idx', 'leaf']).where('idx', '>=', from).where('idx', '<', until).orderBy('idx').execute()
    const stored = new Map<string, string>()
    for (let level = 0; 2 ** level <= until; level++) {
      const width = 2 ** level
      const nodes = await db.selectFrom('ledger_node').select(['idx', 'hash']).where('level', '=', level)
        .where('idx', '>=', Math.floor(from / width)).where('idx', '<', Math.ceil(until / width)).execute()
      for (const { idx, hash } of nodes) stored.set(`${level}/${idx}`, Buffer.from(hash).toString('hex'))
    }
    return { leaves, stored }
  })
}
