/** JSON Web Keys (RFC 7517), read and written. */
import { integer, isArray, isPlain, type PlainObject, type Value } from '../../value/index.ts'
import { unmarshal } from '../json/text.ts'
import { BuiltinFault } from '../registry.ts'
import { fromBase64, toBase64 } from '../text/base64.ts'
import { bytesOf } from '../text/utf8.ts'
import { unsigned } from './der.ts'
import { type CurveName, curves, type PrivateKey, type PublicKey, type Secret } from './key.ts'

export type Jwk = { readonly key: PublicKey | PrivateKey | Secret; readonly alg: string; readonly kid: string }

/** One key, or all of a set. */
export function readJwks(text: string): Jwk[] {
  const fail = (detail: string): BuiltinFault => new BuiltinFault(`failed to parse a JWK key (set): ${detail}`)
  let value: Value
  try {
    value = unmarshal(text)
  } catch {
    throw fail('failed to unmarshal JSON')
  }
  if (!isPlain(value)) throw fail('not an object')
  const keys = value['keys']
  return (isArray(keys) ? keys : [value]).map((one) => {
    if (!isPlain(one)) throw fail('a key is not an object')
    return readJwk(one, fail)
  })
}

function readJwk(value: PlainObject, fail: (detail: string) => BuiltinFault): Jwk {
  const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : '')
  const bytes = (name: string): Uint8Array => {
    const found = fromBase64(bytesOf(text(name).replace(/=+$/, '')), 'url', false)
    if (typeof found === 'string' || found.length === 0) throw fail(`the field "${name}" is missing or not base64url`)
    return found
  }
  const number = (name: string): bigint => unsigned(bytes(name))
  const has = (name: string): boolean => text(name) !== ''
  const key = (): Jwk['key'] => {
    switch (text('kty')) {
      case 'RSA': {
        const open = { kind: 'rsa', n: number('n'), e: number('e') } as const
        if (!has('d')) return open
        return { ...open, d: number('d'), ...(has('p') && has('q') ? { p: number('p'), q: number('q') } : {}) }
      }
      case 'EC': {
        const curve = text('crv')
        if (!Object.hasOwn(curves, curve)) throw fail(`unknown curve "${curve}"`)
        const open = { kind: 'ec', curve: curve as CurveName, x: number('x'), y: number('y') } as const
        return has('d') ? { ...open, d: number('d') } : open
      }
      case 'OKP': {
        if (text('crv') !== 'Ed25519') throw fail(`unknown curve "${text('crv')}"`)
        const open = { kind: 'ed25519', bytes: bytes('x') } as const
        return has('d') ? { ...open, seed: bytes('d') } : open
      }
      case 'oct':
        return { kind: 'secret', bytes: bytes('k') }
      default:
        throw fail(`invalid key type from JSON (${text('kty')})`)
    }
  }
  return { key: key(), alg: text('alg'), kid: text('kid') }
}

function base64Number(value: bigint, size = 0): string {
  const hex = value.toString(16)
  const digits = hex.padStart(Math.max(hex.length + (hex.length % 2), size * 2), '0')
  return toBase64(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)), 'url', false)
}

/** A private key as a JWK. */
export function jwkValue(key: PrivateKey): Value {
  switch (key.kind) {
    case 'rsa': {
      const { n, e, d, p, q } = key
      const primes = p === undefined || q === undefined ? {} : { p: base64Number(p), q: base64Number(q), dp: base64Number(d % (p - 1n)), dq: base64Number(d % (q - 1n)), qi: base64Number(inverse(q, p)) }
      return { kty: 'RSA', n: base64Number(n), e: base64Number(e), d: base64Number(d), ...primes }
    }
    case 'ec': {
      const { size } = curves[key.curve]
      return { kty: 'EC', crv: key.curve, x: base64Number(key.x, size), y: base64Number(key.y, size), d: base64Number(key.d, size) }
    }
    default:
      return { kty: 'OKP', crv: 'Ed25519', x: toBase64(key.bytes, 'url', false), d: toBase64(key.seed, 'url', false) }
  }
}

/** The JSON form of Go's private keys. */
export function privateKeyValue(key: PrivateKey): Value {
  switch (key.kind) {
    case 'rsa': {
      const { n, e, d, p, q } = key
      const open = { N: integer(n), E: integer(e), D: integer(d) }
      if (p === undefined || q === undefined) return open
      return { ...open, Primes: [integer(p), integer(q)], Precomputed: { Dp: integer(d % (p - 1n)), Dq: integer(d % (q - 1n)), Qinv: integer(inverse(q, p)), CRTValues: [] } }
    }
    case 'ec': return { Curve: {}, X: integer(key.x), Y: integer(key.y), D: integer(key.d) }
    default: {
      const both = new Uint8Array(64)
      both.set(key.seed)
      both.set(key.bytes, 32)
      return toBase64(both)
    }
  }
}

/** By Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [((value % modulus) + modulus) % modulus, modulus, 1n, 0n]
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y]
  return ((x % modulus) + modulus) % modulus
}
