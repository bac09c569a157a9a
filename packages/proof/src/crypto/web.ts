/** The platform's cryptography in browsers, and wherever WebCrypto is: `crypto.subtle`. */
import { rawFromDer } from '../key/ecdsa-signature.ts'
import type { CryptoPort } from './port.ts'

const importing = {
  [-7]: { name: 'ECDSA', namedCurve: 'P-256' },
  [-257]: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  [-8]: { name: 'Ed25519' },
} as const

const verifying = {
  [-7]: { name: 'ECDSA', hash: 'SHA-256' },
  [-257]: { name: 'RSASSA-PKCS1-v1_5' },
  [-8]: { name: 'Ed25519' },
} as const

// WebCrypto takes no views of shared memory: what it reads is copied first
const own = (bytes: Uint8Array) => new Uint8Array(bytes)

export const platform: CryptoPort = {
  sha256: async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', own(data))),

  async importSpki(alg, spki) {
    const key = await crypto.subtle.importKey('spki', own(spki), importing[alg], false, ['verify'])
    const verify = (data: Uint8Array, signature: Uint8Array): Promise<boolean> =>
      crypto.subtle.verify(verifying[alg], key, own(signature), own(data))
    // WebCrypto takes r || s
    return alg === -7 ? async (data, signature) => verify(data, rawFromDer(signature) ?? new Uint8Array()) : verify
  },
}
