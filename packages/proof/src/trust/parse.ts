/** The trust file: what a verifier pinned beforehand. Foreign text until it is read here, and read strictly. */
import { readJson } from '../canonical/read-json.ts'
import { ProofError } from '../errors.ts'
import { readAs } from '../schema/read-as.ts'
import { bytes, digest, id, name, rpId } from '../schema/scalars.ts'
import { array, flag, object, oneOf, type Shape, text, where } from '../schema/shape.ts'
import { credentialId, origins } from '../subject/common.ts'
import type { JsonValue } from '../types/json.ts'
import type { Site, TrustFile } from '../types/record.ts'

const trustFile: Shape<TrustFile> = object<TrustFile>({
  v: oneOf(1),
  type: oneOf('countersign.trust'),
  instance: name,
  org: name,
  genesis: object({ entry: digest, person: id('usr'), credential: credentialId, publicKey: bytes(1, 2048) }),
  ledgerKeys: where(array(text(512, 1), 64), (keys) => keys.length > 0, 'is empty'),
  sites: where(array(object<Site>({ rpId, origins }), 64), (sites) => sites.length > 0, 'is empty'),
  recoveries: array(digest, 64),
  attestationRoots: array(digest, 64),
  demonstration: flag,
})

/** The shape of a trust file that was read as JSON already. @throws trust_invalid */
export const readTrust = (value: JsonValue): TrustFile => readAs('trust_invalid', 'the trust file', value, trustFile)

/** @throws ProofError trust_invalid */
export function parseTrust(input: string): TrustFile {
  const read = readJson(input)
  if (!read.ok) throw new ProofError('trust_invalid', `the trust file is not JSON: ${read.why}`)
  return readTrust(read.value)
}
