/** The shape of a countersignature as it is carried in entries and bundles. What it is worth is checked elsewhere. */
import { bytes, id } from './schema/scalars.ts'
import { object, oneOf, type Shape, text } from './schema/shape.ts'
import { readAs } from './schema/read-as.ts'
import { credentialId } from './subject/common.ts'
import type { JsonValue } from './types/json.ts'
import type { Countersignature, CountersignatureType } from './types/statement.ts'

const envelope = text(8192)
const signature = bytes(0, 1024)

const types: { [T in CountersignatureType]: Shape<Extract<Countersignature, { type: T }>> } = {
  webauthn: object({
    type: oneOf('webauthn'),
    envelope,
    credential: credentialId,
    authenticatorData: bytes(0, 4096),
    clientDataJSON: bytes(0, 8192),
    signature,
  }),
  totp: object({ type: oneOf('totp'), envelope, authenticator: id('aut'), signature }),
  host: object({ type: oneOf('host'), envelope, signature }),
}

const isType = (type: JsonValue | undefined): type is CountersignatureType =>
  typeof type === 'string' && Object.hasOwn(types, type)

export const countersignature: Shape<Countersignature> = (value, path) => {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  return types[isType(type) ? type : 'webauthn'](value, path)
}

/** @throws ProofError countersignature_invalid */
export const parseCountersignature = (value: JsonValue): Countersignature =>
  readAs('countersignature_invalid', 'the countersignature', value, countersignature)
