/** RSA private keys in PEM (PKCS 1 and PKCS 8), and decryption after PKCS 1 v1.5 (RFC 8017, section 7.2.2). Not made to resist timing. */
import { fromBase64 } from './bytes.ts'

export type RsaKey = { readonly modulus: bigint; readonly exponent: bigint; readonly size: number }

type Item = { readonly tag: number; readonly body: Uint8Array; readonly rest: Uint8Array }

function item(bytes: Uint8Array): Item | undefined {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined) return undefined
  const extra = first < 0x80 ? 0 : first & 0x7f
  let length = first < 0x80 ? first : 0
  for (let i = 0; i < extra; i++) length = length * 256 + (bytes[2 + i] ?? 0)
  const start = 2 + extra
  if (extra > 4 || start + length > bytes.length) return undefined
  return { tag, body: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) }
}

const integer = (bytes: Uint8Array): bigint => bytes.reduce((n, b) => (n << 8n) | BigInt(b), 0n)

function fromPkcs1(der: Uint8Array): RsaKey | undefined {
  const outer = item(der)
  const version = outer?.tag === 0x30 ? item(outer.body) : undefined
  const modulus = version === undefined ? undefined : item(version.rest)
  const open = modulus === undefined ? undefined : item(modulus.rest)
  const secret = open === undefined ? undefined : item(open.rest)
  if (modulus?.tag !== 2 || secret?.tag !== 2) return undefined
  const n = integer(modulus.body)
  return { modulus: n, exponent: integer(secret.body), size: Math.ceil(n.toString(2).length / 8) }
}

function fromPkcs8(der: Uint8Array): RsaKey | undefined {
  const outer = item(der)
  const version = outer?.tag === 0x30 ? item(outer.body) : undefined
  const algorithm = version === undefined ? undefined : item(version.rest)
  const key = algorithm === undefined ? undefined : item(algorithm.rest)
  return key?.tag === 4 ? fromPkcs1(key.body) : undefined
}

/** The key, or why there is none. */
export function privateKey(pem: string): RsaKey | string {
  const block = /-----BEGIN ([A-Z ]+)-----\r?\n([\s\S]*?)-----END \1-----/.exec(pem)
  if (block === null) return 'invalid private key: ssh: no key found'
  const [, label = '', body = ''] = block
  if (/^Proc-Type:.*ENCRYPTED/m.test(body)) return 'invalid private key: ssh: this private key is passphrase protected'
  const der = fromBase64(body.replace(/\s/g, ''))
  if (typeof der === 'number') return 'invalid private key: ssh: no key found'
  const key = label === 'RSA PRIVATE KEY' ? fromPkcs1(der) : label === 'PRIVATE KEY' ? fromPkcs8(der) : undefined
  return key ?? (label.endsWith('PRIVATE KEY') ? 'invalid ASN1 data in the given private key' : `invalid private key: ssh: unsupported key type "${label}"`)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

export function decryptRsa(ciphertext: Uint8Array, key: RsaKey): Uint8Array | undefined {
  const c = integer(ciphertext)
  if (c >= key.modulus || ciphertext.length > key.size) return undefined
  const hex = power(c, key.exponent, key.modulus).toString(16).padStart(key.size * 2, '0')
  const block = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const end = block.indexOf(0, 2)
  if (block[0] !== 0 || block[1] !== 2 || end < 10) return undefined
  return block.slice(end + 1)
}
