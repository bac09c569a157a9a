/** What the checks of an effect are given, and how they refuse. */
import { ProofError } from '../errors.ts'
import type { KnownLeafType, Outcome } from '../types/record.ts'
import type { ConsentSubject } from './consent.ts'
import type { OtherLeaf, VerifiedLeaf } from './leaves.ts'
import type { RecordedSigner } from './record.ts'

export type EffectInput = {
  subject: ConsentSubject
  subjectDigest: string
  leaves: readonly VerifiedLeaf[]
  others: readonly OtherLeaf[]
  recorded: readonly RecordedSigner[]
  outcome: Outcome
}

export type Found<T extends KnownLeafType> = VerifiedLeaf<T> | undefined

export const mismatch = (why: string): ProofError => new ProofError('leaf_mismatch', why)
export const order = (why: string): ProofError => new ProofError('leaf_order', why)
export const unsaid = (): ProofError =>
  new ProofError('evidence_outcome', 'the outcome that the bundle names is not the one that its leaves report')
