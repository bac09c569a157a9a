/**
 * RSA signatures (RFC 8017): PKCS #1 v1.5 and PSS. Verifying handles public values only. Signing is for tokens a policy makes with a
 * key it holds as data anyway: it does not hide timing.
 */
import { unsigned } from './der.ts'
import { digest, type HashName, joinBytes, sameBytes } from './hash.ts'

export type RsaPublic = { readonly kind: 'rsa'; readonly n: bigint; readonly e: bigint }
export type RsaPrivate = RsaPublic & { readonly d: bigint; readonly p?: bigint; readonly q?: bigint }

const bitLength = (value: bigint): number => value.toString(2).length
/** Larger moduli would cost seconds. */
const mostBits = 8192

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

function octets(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(length * 2, '0')
  return Uint8Array.from({ length }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16))
}

const prefixes: Record<string, string> = {
  md5: '3020300c06082a864886f70d020505000410',
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
}

function encodeV15(hash: HashName, digested: Uint8Array, length: number): Uint8Array | undefined {
  const prefix = Uint8Array.from((prefixes[hash] ?? '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const padding = length - prefix.length - digested.length - 3
  return padding < 8 ? undefined : joinBytes(Uint8Array.of(0, 1), new Uint8Array(padding).fill(0xff), Uint8Array.of(0), prefix, digested)
}

/** The message that a signature stands for, or undefined where it cannot be one. */
function opened(key: RsaPublic, signature: Uint8Array): Uint8Array | undefined {
  const bits = bitLength(key.n)
  const length = Math.ceil(bits / 8)
  const value = unsigned(signature)
  if (bits > mostBits || bits < 512 || signature.length !== length || value >= key.n || key.e < 3n || (key.e & 1n) === 0n || key.e >= 1n << 32n) return undefined
  return octets(power(value, key.e, key.n), length)
}

export function verifyV15(key: RsaPublic, hash: HashName, digested: Uint8Array, signature: Uint8Array): boolean {
  const message = opened(key, signature)
  if (message === undefined) return false
  const wanted = encodeV15(hash, digested, message.length)
  return wanted !== undefined && sameBytes(message, wanted)
}

function mask(hash: HashName, seed: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (let counter = 0, size = 0; size < length; counter++) {
    const part = digest(hash, joinBytes(seed, octets(BigInt(counter), 4)))
    parts.push(part)
    size += part.length
  }
  return joinBytes(...parts).subarray(0, length)
}

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, index) => byte ^ (b[index] ?? 0))

/** Section 9.1.2, with a salt of any length. */
export function verifyPss(key: RsaPublic, hash: HashName, digested: Uint8Array, signature: Uint8Array): boolean {
  const opening = opened(key, signature)
  if (opening === undefined) return false
  const bits = bitLength(key.n) - 1
  const message = bits % 8 === 0 ? opening.subarray(1) : opening
  if (bits % 8 === 0 && opening[0] !== 0) return false
  const size = digested.length
  if (message.length < size + 2 || message.at(-1) !== 0xbc) return false
  const masked = message.subarray(0, message.length - size - 1)
  const check = message.subarray(masked.length, masked.length + size)
  const spare = 8 * message.length - bits
  if ((masked[0] ?? 0) >> (8 - spare) !== 0) return false
  const block = xor(masked, mask(hash, check, masked.length))
  block[0] = (block[0] ?? 0) & (0xff >> spare)
  const one = block.findIndex((byte) => byte !== 0)
  if (one < 0 || block[one] !== 1) return false
  return sameBytes(check, digest(hash, joinBytes(new Uint8Array(8), digested, block.subarray(one + 1))))
}

function closed(key: RsaPrivate, message: Uint8Array): Uint8Array {
  const value = unsigned(message)
  const { n, d, p, q } = key
  const length = Math.ceil(bitLength(n) / 8)
  if (p === undefined || q === undefined || p * q !== n) return octets(power(value, d, n), length)
  // Chinese remainders: a quarter of the work
  const [a, b] = [power(value, d % (p - 1n), p), power(value, d % (q - 1n), q)]
  const h = ((((a - b) * power(q, p - 2n, p)) % p) + p) % p
  return octets(b + h * q, length)
}

export function signV15(key: RsaPrivate, hash: HashName, digested: Uint8Array): Uint8Array | undefined {
  const message = encodeV15(hash, digested, Math.ceil(bitLength(key.n) / 8))
  return message === undefined || bitLength(key.n) > mostBits ? undefined : closed(key, message)
}

/** The salt is as long as the digest. */
export function signPss(key: RsaPrivate, hash: HashName, digested: Uint8Array, random: () => number): Uint8Array | undefined {
  const bits = bitLength(key.n) - 1
  const length = Math.ceil(bits / 8)
  if (length < digested.length * 2 + 2 || bits >= mostBits) return undefined
  const salt = Uint8Array.from({ length: digested.length }, () => Math.floor(random() * 256))
  const check = digest(hash, joinBytes(new Uint8Array(8), digested, salt))
  const block = joinBytes(new Uint8Array(length - salt.length - check.length - 2), Uint8Array.of(1), salt)
  const masked = xor(block, mask(hash, check, block.length))
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits))
  return closed(key, joinBytes(masked, check, Uint8Array.of(0xbc)))
}
