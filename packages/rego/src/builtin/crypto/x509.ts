/** Certificates, requests and private keys. */
import { entries, isArray, isInteger, members, RegoSet, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { bytes } from '../encoding.ts'
import { type Args, objectAt, stringAt } from '../operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault } from '../registry.ts'
import { split } from '../time/civil.ts'
import { fromBase64, toBase64 } from '../text/base64.ts'
import { bytesOf, textOf } from '../text/utf8.ts'
import { type Certificate, readCertificates, readRequest } from './certificate.ts'
import { certificateValue, requestValue } from './certificate-value.ts'
import { type ChainOptions, verifyChain } from './chain.ts'
import { DerFault } from './der.ts'
import { joinBytes } from './hash.ts'
import { jwkValue, privateKeyValue } from './jwk.ts'
import { type PrivateKey, privateKeyOf, samePublic } from './key.ts'
import { readPem } from './pem.ts'

export const x509: readonly Builtin[] = [
  define('crypto.x509.parse_certificates', 'string -> array', 'the certificates of a text in PEM, or of base64', (args, context) => guarded(() => certificates(stringAt(args, 1), context).map(certificateValue))),
  define('crypto.x509.parse_and_verify_certificates', 'string -> array', 'whether the certificates, from root to leaf, are a chain, and the chain', (args, context) => verified(stringAt(args, 1), { seconds: split(context.now).seconds }, context), { kind: 'query' }),
  define('crypto.x509.parse_and_verify_certificates_with_options', 'string, object -> array', 'the same for a time, a name, or usages', (args, context) => verified(stringAt(args, 1), optionsAt(args, context), context), { kind: 'query' }),
  define('crypto.x509.parse_certificate_request', 'string -> object', 'the certificate request of a text in PEM, or of base64', (args) => guarded(() => requestValue(readRequest(requestBytes(stringAt(args, 1)))))),
  define('crypto.x509.parse_keypair', 'string, string -> object', 'a certificate with its private key', (args, context) => guarded(() => pair(args, context))),
  define('crypto.x509.parse_rsa_private_key', 'string -> any', 'a private key as a JWK', (args) => {
    const text = stringAt(args, 1)
    if (text === '') throw new BuiltinFault('input PEM data was empty')
    const [key] = privateKeys(text.startsWith('-----BEGIN') ? text : textOf(bytes(fromBase64(bytesOf(text)))))
    return key === undefined ? null : jwkValue(key)
  }),
  define('crypto.parse_private_keys', 'string -> any', 'the private keys of a text in PEM', (args) => {
    const text = stringAt(args, 1)
    return text === '' ? null : privateKeys(text).map(privateKeyValue)
  }),
]

/** What the bytes do wrong is a fault of the call. */
export function guarded<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerFault) throw new BuiltinFault(error.message)
    throw error
  }
}

export function certificates(text: string, context: BuiltinContext): Certificate[] {
  context.spend(text.length >> 2)
  return guarded(() => {
    if (text.startsWith('-----BEGIN')) return readCertificates(pemCertificates(text))
    const der = bytes(fromBase64(bytesOf(text)))
    const inner = textOf(der.subarray(0, 10)) === '-----BEGIN' ? pemCertificates(textOf(der)) : der
    return readCertificates(inner)
  })
}

function pemCertificates(text: string): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let block = readPem(text); block !== undefined; block = readPem(block.rest)) {
    if (block.type !== 'CERTIFICATE') throw new BuiltinFault(`PEM block type is '${block.type}', expected CERTIFICATE`)
    blocks.push(block.bytes)
  }
  return joinBytes(...blocks)
}

function verified(text: string, options: ChainOptions, context: BuiltinContext): Value {
  let given: Certificate[]
  try {
    given = certificates(text, context)
  } catch (error) {
    if (error instanceof BuiltinFault) return [false, []]
    throw error
  }
  context.spend(given.length * given.length * 1000)
  const chain = given.length < 2 ? undefined : guarded(() => verifyChain(given, options))
  return chain === undefined ? [false, []] : [true, guarded(() => chain.map(certificateValue))]
}

const usages: Readonly<Record<string, number>> = {
  KeyUsageAny: 0, KeyUsageServerAuth: 1, KeyUsageClientAuth: 2, KeyUsageCodeSigning: 3, KeyUsageEmailProtection: 4, KeyUsageIPSECEndSystem: 5,
  KeyUsageIPSECTunnel: 6, KeyUsageIPSECUser: 7, KeyUsageTimeStamping: 8, KeyUsageOCSPSigning: 9, KeyUsageMicrosoftServerGatedCrypto: 10,
  KeyUsageNetscapeServerGatedCrypto: 11, KeyUsageMicrosoftCommercialCodeSigning: 12, KeyUsageMicrosoftKernelCodeSigning: 13,
}

function optionsAt(args: Args, context: BuiltinContext): ChainOptions {
  let options: ChainOptions = { seconds: split(context.now).seconds }
  for (const [key, value] of entries(objectAt(args, 2))) {
    if (key === 'DNSName') {
      if (typeof value !== 'string') throw new BuiltinFault("'DNSName' should be a string")
      options = { ...options, dnsName: value.replace(/^"+|"+$/g, '') }
    } else if (key === 'CurrentTime') {
      if (!isInteger(value)) throw new BuiltinFault("'CurrentTime' should be a valid int64 number")
      options = { ...options, seconds: split(BigInt(value)).seconds }
    } else if (key === 'MaxConstraintComparisons') {
      if (!isInteger(value)) throw new BuiltinFault("'MaxConstraintComparisons' should be a number")
    } else if (key === 'KeyUsages') options = { ...options, usages: usagesOf(value) }
    else if (typeof key === 'string') throw new BuiltinFault('invalid key option')
  }
  return options
}

function usagesOf(value: Value): number[] {
  if (!isArray(value) && !(value instanceof RegoSet)) throw new BuiltinFault("'KeyUsages' should be an Array or Set")
  const names = (isArray(value) ? value : members(value)).filter((one) => typeof one === 'string')
  const unknown = names.filter((name) => !Object.hasOwn(usages, name))
  if (unknown.length > 0) throw new BuiltinFault(`invalid entries for 'KeyUsages' found: [${unknown.join(' ')}]`)
  return names.map((name) => usages[name] ?? 0)
}

function requestBytes(text: string): Uint8Array {
  if (text.startsWith('-----BEGIN CERTIFICATE REQUEST-----')) return readPem(text)?.bytes ?? bytesOf(text)
  const der = bytes(fromBase64(bytesOf(text)))
  const block = readPem(textOf(der))
  if (block === undefined) return der
  if (block.type !== 'CERTIFICATE REQUEST') throw new BuiltinFault('invalid PEM-encoded certificate signing request')
  return block.bytes
}

/** All private keys of a text; the text may also be base64 of one. */
export function privateKeys(given: string): PrivateKey[] {
  const inner = fromBase64(bytesOf(given))
  const out: PrivateKey[] = []
  for (let block = readPem(typeof inner === 'string' ? given : textOf(inner)); block !== undefined; block = readPem(block.rest)) {
    const { type, bytes: der } = block
    if (type === 'RSA PRIVATE KEY' || type === 'PRIVATE KEY' || type === 'EC PRIVATE KEY') out.push(guarded(() => privateKeyOf(type, der)))
  }
  return out
}

/** The JSON form of Go's tls.Certificate. */
function pair(args: Args, context: BuiltinContext): Value {
  const inner = (text: string): string | Uint8Array => {
    if (text.startsWith('-----BEGIN ')) return text
    const der = bytes(fromBase64(bytesOf(text)))
    return textOf(der.subarray(0, 11)) === '-----BEGIN ' ? textOf(der) : der
  }
  const certificate = inner(stringAt(args, 1))
  const secret = inner(stringAt(args, 2))
  const chain = typeof certificate === 'string' ? certificates(certificate, context) : guarded(() => readCertificates(certificate))
  const key = typeof secret === 'string' ? privateKeys(secret)[0] : guarded(() => privateKeyOf('PRIVATE KEY', secret))
  const [leaf] = chain
  if (leaf === undefined) throw new BuiltinFault('tls: failed to find any PEM data in certificate input')
  if (key === undefined) throw new BuiltinFault('tls: failed to find any PEM data in key input')
  if (!samePublic(leaf.key, key)) throw new BuiltinFault('tls: private key does not match public key')
  return {
    Certificate: chain.map((one) => toBase64(one.raw)),
    PrivateKey: privateKeyValue(key),
    SupportedSignatureAlgorithms: null,
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    Leaf: certificateValue(leaf),
  }
}
