/** Signatures by the names that JOSE gives them (RFC 7518, RFC 8037). */
import { library } from '#library'
import { digest, hmac, type HashName, sameBytes } from './hash.ts'
import { curveCode, curves, type EcPublic, type PrivateKey, type PublicKey, type Secret, type Unknown } from './key.ts'
import { signPss, signV15, verifyPss, verifyV15 } from './rsa.ts'

export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'HS256' | 'HS384' | 'HS512' | 'EdDSA'

const all: ReadonlySet<string> = new Set<Algorithm>(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'HS256', 'HS384', 'HS512', 'EdDSA'])

export const isAlgorithm = (name: string): name is Algorithm => all.has(name)

const hashOf = (algorithm: Algorithm): HashName => `sha${algorithm.slice(2)}` as HashName

/** False for everything that is wrong, the kind of key included. */
export function verifies(algorithm: Algorithm, key: PublicKey | Secret | Unknown, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    switch (algorithm.slice(0, 2)) {
      case 'RS': return key.kind === 'rsa' && verifyV15(key, hashOf(algorithm), digest(hashOf(algorithm), message), signature)
      case 'PS': return key.kind === 'rsa' && verifyPss(key, hashOf(algorithm), digest(hashOf(algorithm), message), signature)
      case 'ES': return key.kind === 'ec' && verifyEc(key, digest(hashOf(algorithm), message), signature)
      case 'HS': return key.kind === 'secret' && sameBytes(signature, hmac(hashOf(algorithm), key.bytes, message))
      default: return key.kind === 'ed25519' && signature.length === 64 && library.edwards().ed25519.verify(signature, message, key.bytes)
    }
  } catch {
    // the curves' code throws for points and numbers out of range
    return false
  }
}

/** `signature` is r and s, half of the bytes each, as JOSE has it. */
export function verifyEc(key: EcPublic, digested: Uint8Array, signature: Uint8Array): boolean {
  if (key.curve === 'P-224') return false
  const { size } = curves[key.curve]
  const half = signature.length / 2
  if (!Number.isInteger(half) || half > size) return false
  const whole = new Uint8Array(2 * size)
  whole.set(signature.subarray(0, half), size - half)
  whole.set(signature.subarray(half), 2 * size - half)
  const code = curveCode(key.curve)
  const point = code.Point.fromAffine({ x: key.x, y: key.y })
  point.assertValidity()
  return code.verify(whole, digested, point.toBytes(false), { prehash: false, lowS: false, format: 'compact' })
}

/** Undefined where the key cannot make such a signature. */
export function signed(algorithm: Algorithm, key: PrivateKey | Secret, message: Uint8Array, random: () => number): Uint8Array | undefined {
  switch (algorithm.slice(0, 2)) {
    case 'HS': return key.kind === 'secret' ? hmac(hashOf(algorithm), key.bytes, message) : undefined
    case 'RS': return key.kind === 'rsa' ? signV15(key, hashOf(algorithm), digest(hashOf(algorithm), message)) : undefined
    case 'PS': return key.kind === 'rsa' ? signPss(key, hashOf(algorithm), digest(hashOf(algorithm), message), random) : undefined
    case 'Ed': return key.kind === 'ed25519' ? library.edwards().ed25519.sign(message, key.seed) : undefined
    default: {
      if (key.kind !== 'ec' || key.curve === 'P-224' || key.curve !== { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[algorithm as 'ES256']) return undefined
      const code = curveCode(key.curve)
      const secret = code.Point.Fn.toBytes(key.d)
      return code.sign(digest(hashOf(algorithm), message), secret, { prehash: false, lowS: false, format: 'compact' })
    }
  }
}
