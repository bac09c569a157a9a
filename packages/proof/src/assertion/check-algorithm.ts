/**
 * The algorithm is the registered one, and one of ES256, RS256, EdDSA (WebAuthn section 7.2, step 21 with 5.8.5).
 *
 * Never taken from the assertion: who may choose the algorithm chooses what "verified" means.
 */
import { ProofError } from '../errors.ts'
import type { Algorithm } from '../types/subject.ts'
import type { AssertionInput } from './input.ts'

const isKnown = (alg: number): alg is Algorithm => alg === -7 || alg === -257 || alg === -8

/** Answers the registered algorithm. */
export function checkAlgorithm({ key, verifyingKey }: AssertionInput): Algorithm {
  if (!isKnown(key.alg) || (verifyingKey !== undefined && verifyingKey.alg !== key.alg)) {
    throw new ProofError('assertion_algorithm', 'the algorithm is not the registered one, or not one of ES256, RS256, EdDSA')
  }
  return key.alg
}
