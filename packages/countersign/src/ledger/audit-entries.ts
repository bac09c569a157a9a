/** What lies beside each leaf of a page: details that match the commitment, exactly the ids that the leaf names, and what it is found by. */
import { commitmentOf, fromBase64url, parseCanonical, parseLeaf, type Leaf } from '@countersign/proof'
import type { Store } from '../platform/store/store.ts'
import type { Report } from './audit.ts'
import { readBeside, type Beside } from './beside.ts'
import { plainCommitment, plainReader } from './plain.ts'
import type { Leaves } from './recompute.ts'
import { factAuditor } from './search/audit.ts'

/** For every page of one ledger, in order. */
export function entryAuditor(store: Store, counts: { details: number; erased: number }, report: Report): (page: Leaves) => Promise<void> {
  const plainLeaf = plainReader()
  const wrongWith = factAuditor()
  return async ({ leaves, ...span }) => {
    const beside = await store.read((db) => readBeside(db, store.dialect, span, (where) => report(where, 'belongs to no leaf')))
    for (const { idx, leaf: text } of leaves) {
      const leaf = plainLeaf(text) ?? readLeaf(text)
      const told = beside.details(idx)
      const wrong = wrongWith({ idx, leaf, details: told === null ? null : String(told.details) }, beside.fact(idx))
      if (wrong !== null) report(`ledger_fact ${idx}`, wrong)
      const named = beside.areIds(idx, leaf?.ids ?? {})
      if (leaf === null) {
        report(`ledger_leaf ${idx}`, 'is not a leaf of this format')
        continue
      }
      if (!named) report(`ledger_id ${idx}`, 'are not the ids that the leaf names')
      if (told === null) counts.erased += 1
      else if (isPlainlyCommitted(leaf, told) || (await isCommitted(leaf, told))) counts.details += 1
      else report(`ledger_details ${idx}`, 'do not match the commitment in the leaf')
    }
    beside.end()
  }
}

function readLeaf(text: string): Leaf | null {
  try {
    return parseLeaf(text)
  } catch {
    return null
  }
}

type Told = NonNullable<ReturnType<Beside['details']>>

const isPlainlyCommitted = ({ commitment }: Leaf, { salt, details }: Told): boolean => typeof salt === 'string' && typeof details === 'string' && plainCommitment(salt, details) === commitment

async function isCommitted({ commitment }: Leaf, { salt, details }: Told): Promise<boolean> {
  const bytes = typeof salt === 'string' ? fromBase64url(salt) : undefined
  if (bytes === undefined || typeof details !== 'string') return false
  try {
    parseCanonical(details)
    return (await commitmentOf(bytes, details)) === commitment
  } catch {
    return false
  }
}
