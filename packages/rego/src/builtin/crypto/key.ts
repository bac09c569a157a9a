/** Keys: public ones out of SubjectPublicKeyInfo (RFC 5280), private ones out of PKCS #1, PKCS #8 and SEC 1. */
import { bitsOf, childrenOf, DerFault, type Element, expect, integerOf, oidOf, only, tags, unsigned } from './der.ts'
import { library } from '#library'
import type { RsaPrivate, RsaPublic } from './rsa.ts'

export type CurveName = 'P-224' | 'P-256' | 'P-384' | 'P-521'
export type EcPublic = { readonly kind: 'ec'; readonly curve: CurveName; readonly x: bigint; readonly y: bigint }
export type EcPrivate = EcPublic & { readonly d: bigint }
export type EdPublic = { readonly kind: 'ed25519'; readonly bytes: Uint8Array }
export type EdPrivate = EdPublic & { readonly seed: Uint8Array }
export type Secret = { readonly kind: 'secret'; readonly bytes: Uint8Array }
export type PublicKey = RsaPublic | EcPublic | EdPublic
export type PrivateKey = RsaPrivate | EcPrivate | EdPrivate
export type Unknown = { readonly kind: 'unknown' }

export const curves: Readonly<Record<CurveName, { readonly oid: string; readonly size: number }>> = {
  'P-224': { oid: '1.3.132.0.33', size: 28 },
  'P-256': { oid: '1.2.840.10045.3.1.7', size: 32 },
  'P-384': { oid: '1.3.132.0.34', size: 48 },
  'P-521': { oid: '1.3.132.0.35', size: 66 },
}

const rsaOid = '1.2.840.113549.1.1.1'
const ecOid = '1.2.840.10045.2.1'
const edOid = '1.3.101.112'

function curveOf(element: Element | undefined): CurveName {
  const oid = oidOf(element).join('.')
  const found = (Object.keys(curves) as CurveName[]).find((name) => curves[name].oid === oid)
  if (found === undefined) throw new DerFault('unsupported elliptic curve')
  return found
}

function pointOf(curve: CurveName, bytes: Uint8Array): EcPublic {
  const { size } = curves[curve]
  if (bytes[0] !== 4 || bytes.length !== 1 + 2 * size) throw new DerFault('failed to unmarshal elliptic curve point')
  return { kind: 'ec', curve, x: unsigned(bytes.subarray(1, 1 + size)), y: unsigned(bytes.subarray(1 + size)) }
}

/** `unknown` for algorithms that are not supported: certificates with such keys can still be read. */
export function publicKeyOf(info: Element): PublicKey | Unknown {
  const [algorithm, key] = childrenOf(expect(info, tags.sequence))
  const [oid, parameters] = childrenOf(expect(algorithm, tags.sequence))
  const bits = bitsOf(key)
  switch (oidOf(oid).join('.')) {
    case rsaOid: return rsaPublicOf(bits)
    case ecOid: return pointOf(curveOf(parameters), bits)
    case edOid: {
      if (bits.length !== 32) throw new DerFault('wrong Ed25519 public key size')
      return { kind: 'ed25519', bytes: bits }
    }
    default: return { kind: 'unknown' }
  }
}

export function rsaPublicOf(bytes: Uint8Array): RsaPublic {
  const [n, e] = childrenOf(only(bytes, tags.sequence))
  return { kind: 'rsa', n: integerOf(n), e: integerOf(e) }
}

function rsaPrivateOf(bytes: Uint8Array): RsaPrivate {
  const [, n, e, d, p, q] = childrenOf(only(bytes, tags.sequence)).map(integerOf)
  if (n === undefined || e === undefined || d === undefined || p === undefined || q === undefined) throw new DerFault('structure error')
  return { kind: 'rsa', n, e, d, p, q }
}

/** SEC 1; the curve may stand outside, in PKCS #8. */
function ecPrivateOf(bytes: Uint8Array, outer?: Element): EcPrivate {
  const [, secret, ...rest] = childrenOf(only(bytes, tags.sequence))
  const inner = rest.find((element) => element.tag === 0xa0)
  const curve = curveOf(inner === undefined ? outer : childrenOf(inner)[0])
  const d = unsigned(expect(secret, tags.octets).content)
  return { ...ecPublicOf(curve, d), d }
}

/** The point that belongs to a secret number. */
export function ecPublicOf(curve: CurveName, d: bigint): EcPublic {
  if (curve === 'P-224') throw new DerFault('unsupported elliptic curve')
  const { Point } = curveCode(curve)
  const { x, y } = Point.BASE.multiply(d).toAffine()
  return { kind: 'ec', curve, x, y }
}

export function curveCode(curve: Exclude<CurveName, 'P-224'>) {
  const { p256, p384, p521 } = library.nist()
  return curve === 'P-256' ? p256 : curve === 'P-384' ? p384 : p521
}

/** `type` is the label of the PEM block. */
export function privateKeyOf(type: string, bytes: Uint8Array): PrivateKey {
  if (type === 'RSA PRIVATE KEY') return rsaPrivateOf(bytes)
  if (type === 'EC PRIVATE KEY') return ecPrivateOf(bytes)
  const [, algorithm, key] = childrenOf(only(bytes, tags.sequence))
  const [oid, parameters] = childrenOf(expect(algorithm, tags.sequence))
  const { content } = expect(key, tags.octets)
  switch (oidOf(oid).join('.')) {
    case rsaOid: return rsaPrivateOf(content)
    case ecOid: return ecPrivateOf(content, parameters)
    case edOid: {
      const seed = only(content, tags.octets).content
      if (seed.length !== 32) throw new DerFault('invalid Ed25519 private key length')
      return { kind: 'ed25519', seed, bytes: library.edwards().ed25519.getPublicKey(seed) }
    }
    default: throw new DerFault('PKCS#8 wrapping contained private key with unknown algorithm')
  }
}

export const samePublic = (a: PublicKey | Unknown, b: PublicKey): boolean =>
  a.kind === 'rsa' && b.kind === 'rsa' ? a.n === b.n && a.e === b.e
    : a.kind === 'ec' && b.kind === 'ec' ? a.curve === b.curve && a.x === b.x && a.y === b.y
      : a.kind === 'ed25519' && b.kind === 'ed25519' && a.bytes.every((byte, index) => byte === b.bytes[index])
