/** Proofs for many leaves at once: neighbours share most of their paths, so each stored node is read once. */
import { toHex } from '@countersign/proof'
import { inclusionProof, rootAt, type ReadNode } from '@countersign/proof/produce'
import type { Db } from '../../platform/store/store.ts'
import { LedgerError } from '../errors.ts'
import { nodeReader } from '../nodes.ts'

/** Sibling hashes, hex, lowest first. */
type ProvenAt = { readonly index: number; readonly proof: string[] }

/** In the tree of `size` leaves. @throws LedgerError `not_in_ledger`, `tree_damaged` */
export async function proveLeaves(db: Db, indexes: readonly number[], size: number): Promise<{ proofs: ProvenAt[]; root: string }> {
  const head = await db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirst()
  const most = head?.size ?? 0
  if (!Number.isSafeInteger(size) || size < 0 || size > most || indexes.some((index) => !Number.isSafeInteger(index) || index < 0 || index >= size)) {
    throw new LedgerError('not_in_ledger', `The ledger has ${most} leaves; there is no such proof.`)
  }
  const read = remembering(nodeReader(db))
  const proofs: ProvenAt[] = []
  for (const index of indexes) proofs.push({ index, proof: (await inclusionProof(index, size, read)).map(toHex) })
  return { proofs, root: toHex(await rootAt(size, read)) }
}

function remembering(read: ReadNode): ReadNode {
  const known = new Map<string, Uint8Array>()
  return async (level, index) => {
    const name = `${level}/${index}`
    const hash = known.get(name) ?? (await read(level, index))
    known.set(name, hash)
    return hash
  }
}
