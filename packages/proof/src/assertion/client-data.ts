/**
 * CollectedClientData (WebAuthn section 5.8.1). It is parsed as JSON and never compared with a template: browsers add
 * members, and only the ones that are named here are read. A name that occurs twice is refused.
 */
import { fromBase64url } from '../base64.ts'
import { fromUtf8 } from '../bytes.ts'
import { readJson } from '../canonical/read-json.ts'
import { ProofError } from '../errors.ts'
import type { JsonValue } from '../types/json.ts'

export type ClientData = {
  bytes: Uint8Array
  type: string
  challenge: string
  origin: string
  crossOrigin: JsonValue | undefined
  topOrigin: JsonValue | undefined
}

const refuse = (why: string): ProofError =>
  new ProofError('assertion_client_data', `the browser's part of the countersignature ${why}`)

/** @throws assertion_client_data */
export function readClientData(encoded: string): ClientData {
  const bytes = fromBase64url(encoded)
  const text = bytes && fromUtf8(bytes)
  if (bytes === undefined || text === undefined) throw refuse('is not base64url of UTF-8')
  const read = readJson(text)
  if (!read.ok) throw refuse(`is not JSON: ${read.why}`)
  const members = read.value
  if (typeof members !== 'object' || members === null || !('type' in members)) throw refuse('is not an object with a type')
  const { type, challenge, origin, crossOrigin, topOrigin } = members
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') {
    throw refuse('has no type, challenge or origin')
  }
  return { bytes, type, challenge, origin, crossOrigin, topOrigin }
}
