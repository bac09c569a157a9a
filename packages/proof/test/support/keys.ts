/**
 * Keys of tests and vectors: made from names, so that the same script makes the same bytes everywhere. Never use them for
 * anything else: everybody can make them.
 *
 * ES256 takes its nonce from key and message as RFC 6979 does, though not by its exact method; EdDSA and RS256 are
 * deterministic by themselves.
 */
import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { Algorithm } from '../../src/index.ts'
import { rsaKeys } from './rsa-keys.ts'

export const seed = (name: string): Uint8Array => new Uint8Array(createHash('sha256').update(`countersign test ${name}`).digest())

export type TestKey = { alg: Algorithm; spki: Uint8Array; sign: (data: Uint8Array) => Uint8Array }

const spkiOf = (key: KeyObject): Uint8Array => new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }))

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const toBig = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value % order, order, 1n, 0n]
  while (a > 0n) {
    const quotient = b / a
    ;[a, b] = [b % a, a]
    ;[x, y] = [y - quotient * x, x]
  }
  return ((y % order) + order) % order
}

function derInteger(value: bigint): Buffer {
  const bytes = Buffer.from(value.toString(16).padStart(value.toString(16).length + (value.toString(16).length % 2), '0'), 'hex')
  const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
  return Buffer.concat([Buffer.of(2, signed.length), signed])
}

function publicPoint(scalar: Uint8Array): Buffer {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(scalar)
  return ecdh.getPublicKey()
}

function es256(name: string): TestKey {
  const secret = (toBig(seed(name)) % (order - 1n)) + 1n
  const spki = new Uint8Array(Buffer.concat([Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'), publicPoint(toBytes(secret))]))
  return {
    alg: -7,
    spki,
    sign(data) {
      const hash = sha256(data)
      const nonce = (toBig(sha256(toBytes(secret), hash)) % (order - 1n)) + 1n
      const r = toBig(publicPoint(toBytes(nonce)).subarray(1, 33)) % order
      const s = (inverse(nonce) * (toBig(hash) + r * secret)) % order
      const body = Buffer.concat([derInteger(r), derInteger(s)])
      return new Uint8Array(Buffer.concat([Buffer.of(0x30, body.length), body]))
    },
  }
}

const ed25519Private = (name: string): KeyObject =>
  createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed(name)]), format: 'der', type: 'pkcs8' })

function eddsa(name: string): TestKey {
  const key = ed25519Private(name)
  return { alg: -8, spki: spkiOf(key), sign: (data) => new Uint8Array(sign(null, data, key)) }
}

function rs256(name: string): TestKey {
  const jwk = rsaKeys[(seed(name)[0] ?? 0) % rsaKeys.length]
  if (jwk === undefined) throw new Error('no RSA key')
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return { alg: -257, spki: spkiOf(key), sign: (data) => new Uint8Array(sign('sha256', data, key)) }
}

export const testKey = (alg: Algorithm, name: string): TestKey => ({ [-7]: es256, [-8]: eddsa, [-257]: rs256 })[alg](name)

/** A ledger key: raw public key and signer, as `signCheckpoint` takes them. */
export function ledgerKey(name: string): { publicKey: Uint8Array; sign: (message: Uint8Array) => Uint8Array } {
  const key = eddsa(name)
  return { publicKey: key.spki.subarray(12), sign: key.sign }
}
