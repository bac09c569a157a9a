/**
 * SubjectPublicKeyInfo (RFC 5280, 5480, 8410, 8017), one accepted form per algorithm:
 *
 *   ES256   91 bytes: id-ecPublicKey, prime256v1, the point uncompressed
 *   EdDSA   44 bytes: id-Ed25519; a point of small order is refused, because signatures under it prove nothing
 *   RS256   rsaEncryption with NULL; odd modulus of 2048 to 4096 bits, odd exponent from 3 to 2^32 - 1
 *
 * Platforms differ in what else they would take, and verdicts must not.
 */
import { equal, fromHex, toHex } from '../bytes.ts'
import type { Algorithm } from '../types/subject.ts'
import { element, positive } from './der.ts'

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

const p256 = bytes('3059301306072a8648ce3d020106082a8648ce3d03010703420004')
const ed25519 = bytes('302a300506032b6570032100')
const rsaEncryption = bytes('300d06092a864886f70d0101010500')

/** Encodings of y that belong to points of order 1, 2, 4 and 8, the sign bit cleared. */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

const startsWith = (spki: Uint8Array, prefix: Uint8Array): boolean => equal(spki.subarray(0, prefix.length), prefix)

function isEd25519(spki: Uint8Array): boolean {
  if (spki.length !== 44 || !startsWith(spki, ed25519)) return false
  const point = spki.slice(12)
  point[31] = (point[31] ?? 0) & 0x7f
  return !smallOrder.has(toHex(point))
}

function isRsa(spki: Uint8Array): boolean {
  const outer = element(spki, 0, 0x30)
  if (outer === undefined || outer.next !== spki.length || !startsWith(outer.content, rsaEncryption)) return false
  const bits = element(outer.content, rsaEncryption.length, 0x03)
  if (bits === undefined || bits.next !== outer.content.length || bits.content[0] !== 0) return false
  const body = bits.content.subarray(1)
  const key = element(body, 0, 0x30)
  if (key === undefined || key.next !== body.length) return false
  const modulus = positive(key.content, 0)
  const exponent = modulus && positive(key.content, modulus.next)
  if (modulus === undefined || exponent === undefined || exponent.next !== key.content.length) return false

  const modulusBits = modulus.content.length * 8 - Math.clz32(modulus.content[0] ?? 0) + 24
  const e = exponent.content.length > 4 ? 0 : exponent.content.reduce((value, byte) => value * 256 + byte, 0)
  const odd = (modulus.content.at(-1) ?? 0) % 2 === 1 // under an even one some platforms verify, and some do not
  return modulusBits >= 2048 && modulusBits <= 4096 && odd && e >= 3 && e % 2 === 1
}

const accepted: Record<Algorithm, (spki: Uint8Array) => boolean> = {
  [-7]: (spki) => spki.length === 91 && startsWith(spki, p256),
  [-8]: isEd25519,
  [-257]: isRsa,
}

export const isAcceptedSpki = (alg: Algorithm, spki: Uint8Array): boolean => accepted[alg](spki)
