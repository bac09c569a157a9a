/** All that a checkpoint covers, from the first leaf on, with the tree growing beside it: what was exported is what was signed, or it is not finished. */
import { leafHash, toHex } from '@countersign/proof'
import { extendRange, rangeRoot, type Range, type TreeNode } from '@countersign/proof/produce'
import type { Store } from '../../platform/store/store.ts'
import { examineRow } from '../facts.ts'
import type { Checkpoint, Entry } from '../index.ts'
import { reader } from '../read.ts'
import { ExportError } from './errors.ts'

export type Exported = { entry: Entry; bytes: Uint8Array; nodes: readonly TreeNode[] }

const PAGE = 1_000

/** @throws ExportError `checkpoint_missing`, `history_changed` */
export async function newestCheckpoint(store: Store): Promise<Checkpoint> {
  const { key, row } = await store.read(async (db) => ({
    key: await db.selectFrom('ledger_key').select(['origin', 'vkey']).executeTakeFirst(),
    row: await db.selectFrom('ledger_checkpoint').select(['size', 'root', 'note']).orderBy('size', 'desc').limit(1).executeTakeFirst(),
  }))
  if (row === undefined || key === undefined) throw new ExportError('checkpoint_missing', 'The ledger has no checkpoint yet, so nothing in it can be proven.')
  if ((await examineRow(row, key.vkey, key.origin.slice('countersign/'.length))).problem !== 'none') throw new ExportError('history_changed', `The newest checkpoint, over ${row.size} leaves, cannot be read, or its signature does not hold.`)
  return row
}

/** `each` sees every leaf in order. Ends when the root is the checkpoint's. @throws ExportError `history_changed` */
export async function exportLeaves(store: Store, { size, root }: Checkpoint, each: (one: Exported) => Promise<void>): Promise<void> {
  const range: Range = { size: 0, nodes: [] }
  const { entries } = reader(store)
  while (range.size < size) {
    const page = await entries(range.size, Math.min(PAGE, size - range.size))
    if (page[0]?.index !== range.size) throw new ExportError('history_changed', `Leaf ${range.size} is missing.`)
    for (const entry of page) {
      const bytes = Buffer.from(entry.leaf, 'utf8')
      await each({ entry, bytes, nodes: await extendRange(range, await leafHash(bytes)) })
    }
  }
  if (toHex(await rangeRoot(range)) !== root) throw new ExportError('history_changed', `The ${size} leaves are not those that the newest checkpoint covers.`)
}
