/** What an attestation statement signs, and how: the formats packed (WebAuthn level 3 section 8.2) and fido-u2f (section 8.6). */
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { Certificate } from './certificate.ts'

export type Attested = {
  format: string
  authData: Uint8Array
  /** SHA-256 of the rpId */
  rpIdHash: Uint8Array
  clientDataHash: Uint8Array
  credentialId: Uint8Array
  /** SPKI DER of the new key */
  publicKey: Uint8Array
  /** 32 hex characters */
  aaguid: string
  alg: unknown
  sig: Uint8Array
}

/** Whether the leaf may speak for this key, and has. Another format than the two is never held. */
export function statementHolds(attested: Attested, chain: readonly Certificate[]): boolean {
  const [leaf] = chain
  if (!leaf || (leaf.aaguid !== null && leaf.aaguid !== attested.aaguid)) return false
  if (attested.format === 'packed') return isPackedLeaf(leaf) && packedHolds(attested, leaf.x509.publicKey)
  return attested.format === 'fido-u2f' && chain.length === 1 && u2fHolds(attested, leaf.x509.publicKey)
}

/** Section 8.2.1 */
function isPackedLeaf({ x509, version, constraints }: Certificate): boolean {
  const { C, O, OU, CN } = x509.toLegacyObject().subject as Record<string, unknown>
  return version === 3 && constraints?.ca !== true && OU === 'Authenticator Attestation' && [C, O, CN].every((member) => typeof member === 'string' && member !== '')
}

function packedHolds({ authData, clientDataHash, alg, sig }: Attested, key: KeyObject): boolean {
  const kind = key.asymmetricKeyType
  const hash = alg === -7 && isP256(key) ? 'sha256' : alg === -257 && kind === 'rsa' ? 'sha256' : alg === -8 && kind === 'ed25519' ? null : undefined
  return hash !== undefined && verify(hash, Buffer.concat([authData, clientDataHash]), key, sig)
}

/** The signature covers neither the model nor the flags: a model that is named all the same is not attested. */
function u2fHolds({ rpIdHash, clientDataHash, credentialId, publicKey, aaguid, sig }: Attested, key: KeyObject): boolean {
  const own = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  if (!isP256(key) || !isP256(own) || !/^0+$/.test(aaguid)) return false
  const { x = '', y = '' } = own.export({ format: 'jwk' })
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return verify('sha256', Buffer.concat([Uint8Array.of(0), rpIdHash, clientDataHash, credentialId, point]), key, sig)
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}
