/** The tree is the one of its leaves, and every checkpoint that a server has handed out was the root of a part of it. */
import { leafHash, toHex } from '@countersign/proof'
import { extendRange, rangeAt, rangeRoot } from '@countersign/proof/produce'
import { auditVerify } from '../../../src/ledger/index.ts'
import { nodeReader } from '../../../src/ledger/nodes.ts'
import type { Folder } from '../../../src/platform/folder.ts'
import type { Machine } from '../machine.ts'
import type { Before, Facts } from './facts.ts'

/** The whole audit takes as long as a schedule: with so many of them, what one does not see the other does. */
const WHOLE = 25

export async function checkLedger({ store, seeded }: Machine, { size }: Before, folders: readonly Folder[], { blame }: Facts): Promise<void> {
  const roots = new Map<number, string>()
  await store.read(async (db) => {
    const leaves = await db.selectFrom('ledger_leaf').select(['idx', 'leaf']).where('idx', '>=', size).orderBy('idx').execute()
    const head = await db.selectFrom('ledger_head').selectAll().executeTakeFirstOrThrow()
    const range = await rangeAt(size, nodeReader(db))
    for (const [at, { idx, leaf }] of leaves.entries()) {
      if (idx !== size + at) blame(`ledger: leaf ${size + at} is missing`)
      await extendRange(range, await leafHash(Buffer.from(leaf)))
      roots.set(size + at + 1, toHex(await rangeRoot(range)))
    }
    if (head.size !== size + leaves.length || (leaves.length > 0 && head.root !== roots.get(head.size))) blame('ledger: the head is not the root of the leaves')
  })
  for (const folder of folders) {
    for (const name of await folder.list()) {
      const [, covered = '', root = ''] = (await folder.read(name)).split('\n')
      if (Number(covered) > size && roots.get(Number(covered)) !== Buffer.from(root, 'base64').toString('hex')) blame(`ledger: the checkpoint over ${covered} leaves was signed over something else`)
    }
    if (seeded.below(WHOLE) > 0) continue
    for (const { where, what } of (await auditVerify(store, folder)).problems) blame(`ledger: ${where} ${what}`)
  }
}
