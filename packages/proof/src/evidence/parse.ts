/** The evidence bundle: foreign text, read strictly. It need not be canonical; what it carries inside is, and is checked so. */
import { countersignature } from '../countersignature.ts'
import { readJson } from '../canonical/read-json.ts'
import { treeHead } from '../envelope.ts'
import { ProofError } from '../errors.ts'
import { readAs } from '../schema/read-as.ts'
import { bytes, digest, name } from '../schema/scalars.ts'
import { array, integer, object, oneOf, type Shape, text } from '../schema/shape.ts'
import type { Evidence, LeafEvidence } from '../types/record.ts'

const proof = array(digest, 64)

const leaf: Shape<LeafEvidence> = object<LeafEvidence>({
  index: integer(0),
  leaf: text(16_384),
  salt: bytes(32),
  details: text(1_048_576),
  proof,
})

const evidence: Shape<Evidence> = object<Evidence>({
  v: oneOf(1),
  type: oneOf('countersign.evidence'),
  instance: name,
  subject: text(4_194_304),
  countersignatures: array(countersignature, 64),
  directory: array(text(262_144), 100_000),
  ledger: object({
    checkpoint: text(65_536),
    leaves: array(leaf, 1000),
    consistency: array(object({ from: treeHead, proof }), 64),
  }),
  outcome: oneOf('none', 'started', 'applied', 'failed', 'unknown'),
})

/** @throws ProofError evidence_invalid */
export function parseEvidence(input: string): Evidence {
  const read = readJson(input)
  if (!read.ok) throw new ProofError('evidence_invalid', `the evidence is not JSON: ${read.why}`)
  return readAs('evidence_invalid', 'the evidence', read.value, evidence)
}
