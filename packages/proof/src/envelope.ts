/** The envelope: who signs, when, where, and in view of which ledger and directory. Differs for each signer. */
import { parseCanonical } from './canonical/parse.ts'
import { readAs } from './schema/read-as.ts'
import { bytes, digest, id, name, origin, time } from './schema/scalars.ts'
import { integer, object, oneOf, type Shape, where } from './schema/shape.ts'
import type { DirectoryHead, Envelope, TreeHead } from './types/statement.ts'

export const treeHead: Shape<TreeHead> = object<TreeHead>({ size: integer(0), root: digest })

const envelope: Shape<Envelope> = where(
  object<Envelope>({
    v: oneOf(1),
    instance: name,
    person: id('usr'),
    role: oneOf('self', 'approver', 'genesis', 'possession', 'voucher'),
    slot: integer(0, 255),
    nonce: bytes(32),
    notBefore: time,
    expires: time,
    origin,
    checkpoint: treeHead,
    directory: object<DirectoryHead>({ size: integer(0), head: digest }),
  }),
  // times of one width compare as text
  (it) => it.notBefore < it.expires,
  'expires before it begins',
)

/** @throws ProofError statement_not_canonical, envelope_invalid */
export function parseEnvelope(text: string | Uint8Array): Envelope {
  return readAs('envelope_invalid', 'the envelope', parseCanonical(text), envelope)
}
