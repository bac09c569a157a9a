/**
 * Text is accepted only if it equals the canonical form of its own parse. One comparison refuses duplicate names, spaces,
 * another order, other escapes, `1.0`, `1e2`, `-0` and lone surrogates; there is no second reading of the bytes.
 *
 * Total: any input answers a value or throws statement_not_canonical.
 */
import { fromUtf8 } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import type { JsonValue } from '../types/json.ts'
import { canonicalText } from './serialize.ts'

/** @throws ProofError statement_not_canonical */
export function parseCanonical(input: string | Uint8Array): JsonValue {
  const text = typeof input === 'string' ? input : fromUtf8(input)
  if (text === undefined) throw new ProofError('statement_not_canonical', 'the statement is not UTF-8')
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new ProofError('statement_not_canonical', 'the statement is not JSON', { cause })
  }
  if (canonicalText(value) !== text) {
    throw new ProofError('statement_not_canonical', 'the statement is JSON, but not in its canonical form (RFC 8785)')
  }
  return value
}
