/**
 * Public keys of proofs: imported once, and remembered for a while.
 *
 * A key in a proof is the attacker's to choose, so what is remembered is bounded and says nothing: it saves the work of reading the same
 * key again. Whether a key counts is decided by its thumbprint, later, against what a person allowed.
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'

export type PublicJwk = { kty: 'EC'; crv: 'P-256'; x: string; y: string } | { kty: 'OKP'; crv: 'Ed25519'; x: string }
export type ProofKey = { key: KeyObject; hash: 'sha256' | null; /** RFC 7638, SHA-256 */ thumbprint: string }

const remembered = new Map<string, ProofKey>()
const most = 1000
/** r and s, 32 bytes each; or R and S of Ed25519. */
const signatureLength = 64

/** Throws what node throws for a key that is none (a point beside the curve). */
export function importKey(jwk: PublicJwk): ProofKey {
  // The members in the order of RFC 7638 section 3.2; only what the key's type requires.
  const canonical = jwk.kty === 'EC' ? `{"crv":"${jwk.crv}","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}` : `{"crv":"${jwk.crv}","kty":"OKP","x":"${jwk.x}"}`
  const known = remembered.get(canonical)
  if (known) return known
  const thumbprint = createHash('sha256').update(canonical).digest('base64url')
  const made: ProofKey = { key: createPublicKey({ key: jwk, format: 'jwk' }), hash: jwk.kty === 'EC' ? 'sha256' : null, thumbprint }
  const oldest = remembered.size < most ? undefined : remembered.keys().next().value
  if (oldest !== undefined) remembered.delete(oldest)
  remembered.set(canonical, made)
  return made
}

/** On this thread: the others are where passwords are hashed, and no request of a terminal waits for those. */
export function signatureHolds({ key, hash }: ProofKey, input: string, signature: Buffer): boolean {
  return signature.length === signatureLength && verify(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, signature)
}
