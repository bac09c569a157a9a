/**
 * The platform's cryptography on Node: `node:crypto`.
 *
 * The defaults are the ones that are wanted: the padding of RS256 (PKCS #1 v1.5) for an RSA key, DER for an EC key's
 * signature.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { CryptoPort } from './port.ts'

export const platform: CryptoPort = {
  sha256: async (data) => new Uint8Array(createHash('sha256').update(data).digest()),

  async importSpki(alg, spki) {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    const hash = alg === -8 ? null : 'sha256'
    return async (data, signature) => verify(hash, data, key, signature)
  },
}
