/**
 * Public keys, ready to verify with. Importing costs about as much as half a verification, so the last few hundred keys
 * are remembered; a key is public, and its bytes are the whole of its name.
 */
import { platform } from '#crypto'
import { fromBase64url } from '../base64.ts'
import { ProofError } from '../errors.ts'
import type { Algorithm } from '../types/subject.ts'
import type { VerifySignature } from '../crypto/port.ts'
import { rawFromDer } from './ecdsa-signature.ts'
import { isAcceptedSpki } from './spki.ts'

export type VerifyingKey = {
  readonly alg: Algorithm
  /** ES256 signatures as DER. Answers false for any signature that does not hold, malformed ones included. */
  verify(data: Uint8Array, signature: Uint8Array): Promise<boolean>
}

const refuse = (why: string, cause?: unknown): ProofError => new ProofError('key_invalid', `the public key ${why}`, { cause })

/** A laxer platform would let one signature be written in several ways. */
const strictly =
  (verify: VerifySignature): VerifySignature =>
  async (data, signature) =>
    rawFromDer(signature) !== undefined && verify(data, signature)

/** @throws key_invalid */
async function importNew(alg: Algorithm, publicKey: string): Promise<VerifyingKey> {
  const spki = fromBase64url(publicKey)
  if (spki === undefined) throw refuse('is not base64url')
  if (!isAcceptedSpki(alg, spki)) throw refuse('is not in the one form that its algorithm has here')
  let verify: VerifySignature
  try {
    verify = await platform.importSpki(alg, spki)
  } catch (cause) {
    throw refuse('is refused by the platform', cause)
  }
  return { alg, verify: alg === -7 ? strictly(verify) : verify }
}

const remembered = new Map<string, VerifyingKey>()
const most = 512

/** `publicKey` is SubjectPublicKeyInfo in base64url. @throws key_invalid */
export async function importKey(alg: Algorithm, publicKey: string): Promise<VerifyingKey> {
  const name = `${alg} ${publicKey}`
  const known = remembered.get(name)
  if (known !== undefined) return known
  const key = await importNew(alg, publicKey)
  const [oldest] = remembered.keys()
  if (remembered.size >= most && oldest !== undefined) remembered.delete(oldest)
  remembered.set(name, key)
  return key
}
