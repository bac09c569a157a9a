/** A shape's refusal becomes a coded one. */
import { ProofError, type ProofCode } from '../errors.ts'
import type { JsonValue } from '../types/json.ts'
import { type Shape, ShapeError } from './shape.ts'

/** @throws ProofError of the code given, when the value has not the shape */
export function readAs<T>(code: ProofCode, what: string, value: JsonValue, shape: Shape<T>): T {
  try {
    return shape(value, '')
  } catch (cause) {
    if (cause instanceof ShapeError) throw new ProofError(code, `${what} is not as specified: ${cause.message}`, { cause })
    throw cause
  }
}
