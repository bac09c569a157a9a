/** The stored tree: roots of whole subtrees, from which every proof is made. */
import type { ReadNode } from '@countersign/proof/produce'
import type { Db } from '../platform/store/store.ts'
import { LedgerError } from './errors.ts'

export const nodeReader = (db: Db): ReadNode => async (level, index) => {
  const row = await db.selectFrom('ledger_node').select('hash').where('level', '=', level).where('idx', '=', index).executeTakeFirst()
  if (row === undefined) throw new LedgerError('tree_damaged', `The stored tree has no node at level ${level}, index ${index}. Stop the server; the next start says what to do.`)
  return row.hash
}
