/** The keys a token may be verified with: out of a certificate, a public key in PEM, or JWKs. */
import { readCertificate } from '../crypto/certificate.ts'
import { only, tags, readElement, DerFault } from '../crypto/der.ts'
import { readJwks } from '../crypto/jwk.ts'
import { type PublicKey, publicKeyOf, type Secret, type Unknown } from '../crypto/key.ts'
import { readPem } from '../crypto/pem.ts'
import { isAlgorithm } from '../crypto/signature.ts'
import { BuiltinFault } from '../registry.ts'

export type VerificationKey = { readonly key: PublicKey | Secret | Unknown; readonly alg: string; readonly kid: string }

export function verificationKeys(text: string): VerificationKey[] {
  const block = readPem(text)
  if (block === undefined) return readJwks(text).filter(({ alg }) => alg === '' || isAlgorithm(alg))
  if (block.rest.length > 0) throw new BuiltinFault('extra data after a PEM certificate block')
  if (block.type === 'CERTIFICATE') return [{ key: parsed('failed to parse a PEM certificate', () => readCertificate(readElement(block.bytes).element).key), alg: '', kid: '' }]
  if (block.type === 'PUBLIC KEY') return [{ key: parsed('failed to parse a PEM public key', () => publicKeyOf(only(block.bytes, tags.sequence))), alg: '', kid: '' }]
  throw new BuiltinFault('failed to extract a Key from the PEM certificate')
}

function parsed<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerFault) throw new BuiltinFault(`${what}: ${error.message}`)
    throw error
  }
}

/** The key that the token names, else every key whose algorithm does not contradict the token's. */
export function candidates(keys: readonly VerificationKey[], kid: string, alg: string): readonly VerificationKey[] {
  const named = kid === '' ? undefined : keys.find((one) => one.kid === kid)
  return named === undefined ? keys.filter((one) => one.alg === '' || one.alg === alg) : [named]
}
