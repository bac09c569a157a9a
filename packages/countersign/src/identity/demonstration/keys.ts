/** Key pairs of the software authenticator: made from a seed or at random, and written as COSE (RFC 9053) for the attestation object. */
import { createECDH, createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { encodeCbor, type CborValue } from './cbor.ts'

export const algorithms = { ES256: -7, RS256: -257, EdDSA: -8 } as const
export type AlgorithmName = keyof typeof algorithms

/** Of the algorithms that the options accept, in their order, the first that this authenticator speaks. */
export function firstSpoken(offered: readonly number[], spoken: readonly AlgorithmName[]): AlgorithmName | undefined {
  for (const number of offered) {
    const name = spoken.find((candidate) => algorithms[candidate] === number)
    if (name) return name
  }
  return undefined
}

export function makePrivateKey(algorithm: AlgorithmName, seed: Uint8Array | undefined): KeyObject {
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  if (algorithm === 'EdDSA') return seed ? ed25519(seed) : generateKeyPairSync('ed25519').privateKey
  return seed ? p256(seed) : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

function ed25519(seed: Uint8Array): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([prefix, digest(seed)]), format: 'der', type: 'pkcs8' })
}

function p256(seed: Uint8Array): KeyObject {
  const curve = createECDH('prime256v1')
  const d = digest(seed)
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  const jwk = { kty: 'EC', crv: 'P-256', d: text(d), x: text(point.subarray(1, 33)), y: text(point.subarray(33, 65)) }
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

export function cosePublicKey(algorithm: AlgorithmName, key: KeyObject): Uint8Array {
  const jwk = createPublicKey(key).export({ format: 'jwk' })
  const members: [number, CborValue][] =
    algorithm === 'ES256'
      ? [[1, 2], [3, -7], [-1, 1], [-2, bytes(jwk.x)], [-3, bytes(jwk.y)]]
      : algorithm === 'EdDSA'
        ? [[1, 1], [3, -8], [-1, 6], [-2, bytes(jwk.x)]]
        : [[1, 3], [3, -257], [-1, bytes(jwk.n)], [-2, bytes(jwk.e)]]
  return encodeCbor(new Map(members))
}

function digest(seed: Uint8Array): Buffer {
  return createHash('sha256').update('countersign.demonstration.key.v1\n').update(seed).digest()
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function bytes(member: unknown): Uint8Array {
  return Buffer.from(String(member), 'base64url')
}
