/** Ledger leaves: canonical {v, type, time, ids, commitment}. The details lie beside a leaf and can be erased. */
import { parseCanonical } from '../canonical/parse.ts'
import { readAs } from '../schema/read-as.ts'
import { digest, time } from '../schema/scalars.ts'
import { matching, object, oneOf, type Shape, strings, text } from '../schema/shape.ts'
import type { Leaf } from '../types/record.ts'

const leaf: Shape<Leaf> = object<Leaf>({
  v: oneOf(1),
  type: matching(/^[a-z][a-z0-9-]{0,63}(?:\.[a-z][a-z0-9-]{0,63}){0,3}$/, 'the type of a leaf'),
  time,
  ids: strings(16, /^[a-z][A-Za-z0-9]{0,31}$/, text(256, 1)),
  commitment: digest,
})

/** @throws ProofError statement_not_canonical, leaf_invalid */
export function parseLeaf(text: string | Uint8Array): Leaf {
  return readAs('leaf_invalid', 'the leaf', parseCanonical(text), leaf)
}
