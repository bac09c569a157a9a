/**
 * The two things asked of the platform. `node.ts` and `web.ts` answer them alike; the import `#crypto` picks one.
 *
 * `importSpki` receives a SubjectPublicKeyInfo that was already found to be of the algorithm's one accepted form, and
 * throws if the platform cannot use the key. The function it returns answers whether a signature holds; an ES256 signature
 * was found to be DER in its one form before. It never throws over a bad signature.
 */
import type { Algorithm } from '../types/subject.ts'

export type VerifySignature = (data: Uint8Array, signature: Uint8Array) => Promise<boolean>

export type CryptoPort = {
  sha256(data: Uint8Array): Promise<Uint8Array>
  importSpki(alg: Algorithm, spki: Uint8Array): Promise<VerifySignature>
}
