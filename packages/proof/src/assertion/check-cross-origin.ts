/**
 * The page was not embedded in one of another origin (WebAuthn section 7.2, steps 14 and 15).
 *
 * A frame lets a foreign page lay its own text over ours. `crossOrigin` is absent or false; `topOrigin` is absent, since a
 * browser writes it only into a frame.
 */
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkCrossOrigin({ client }: Given): void {
  if ((client.crossOrigin !== undefined && client.crossOrigin !== false) || client.topOrigin !== undefined) {
    throw new ProofError('assertion_cross_origin', 'the countersignature was given in a frame on another page')
  }
}
