/** The shape of a countersignature as it is carried in entries and bundles. What it is worth is checked elsewhere. */
import { bytes } from './schema/scalars.ts'
import { object, oneOf, type Shape, text } from './schema/shape.ts'
import { readAs } from './schema/read-as.ts'
import { credentialId } from './subject/common.ts'
import type { JsonValue } from './types/json.ts'
import type { Countersignature } from './types/statement.ts'

export const countersignature: Shape<Countersignature> = object<Countersignature>({
  type: oneOf('webauthn'),
  envelope: text(8192),
  credential: credentialId,
  authenticatorData: bytes(0, 4096),
  clientDataJSON: bytes(0, 8192),
  signature: bytes(0, 1024),
})

/** @throws ProofError countersignature_invalid */
export const parseCountersignature = (value: JsonValue): Countersignature =>
  readAs('countersignature_invalid', 'the countersignature', value, countersignature)
