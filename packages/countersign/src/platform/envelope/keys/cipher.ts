/** AES-256-GCM under a key that is used many times: a nonce of 96 random bits, so at most 2^32 times (NIST SP 800-38D section 8.3). */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../../random.ts'

const NONCE = 12
const TAG = 16

/** Nonce, ciphertext, tag. */
export function encrypt(key: Uint8Array, plain: Uint8Array, aad: Uint8Array, random: Random): Buffer {
  const nonce = random.bytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** null: not under this key, or not with this `aad`. */
export function decrypt(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer | null {
  if (sealed.length < NONCE + TAG) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()])
  } catch {
    return null
  }
}
