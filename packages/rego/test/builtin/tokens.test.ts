/** Tokens and signatures: the examples of the specifications, Node's signatures, and what an attacker would send. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { EvaluationError, type Value } from '../../src/index.ts'
import { answer, call } from '../support/call.ts'
import * as pem from './certificates.ts'

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const now = 2_000_000_000n * 1_000_000_000n

const schemes: Record<string, { readonly hash: string | null; readonly padding?: number; readonly saltLength?: number; readonly dsaEncoding?: 'ieee-p1363' }> = {
  RS256: { hash: 'sha256' }, RS384: { hash: 'sha384' }, RS512: { hash: 'sha512' },
  PS256: { hash: 'sha256', padding: 6, saltLength: 32 }, PS384: { hash: 'sha384', padding: 6, saltLength: 48 }, PS512: { hash: 'sha512', padding: 6, saltLength: 20 },
  ES256: { hash: 'sha256', dsaEncoding: 'ieee-p1363' }, ES384: { hash: 'sha384', dsaEncoding: 'ieee-p1363' }, ES512: { hash: 'sha512', dsaEncoding: 'ieee-p1363' },
  EdDSA: { hash: null },
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pairs: Record<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }), ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }), ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
}
const pairFor = (algorithm: string) => pairs[algorithm] ?? rsa

function made(algorithm: string, claims: object = { iss: 'x' }, header: object = {}): string {
  const { hash, ...options } = schemes[algorithm] ?? { hash: null }
  const signed = `${part({ alg: algorithm, ...header })}.${part(claims)}`
  return `${signed}.${sign(hash, Buffer.from(signed), { key: pairFor(algorithm).privateKey, ...options }).toString('base64url')}`
}

const publicPem = (algorithm: string): string => pairFor(algorithm).publicKey.export({ type: 'spki', format: 'pem' }) as string
const publicJwk = (algorithm: string): string => JSON.stringify(pairFor(algorithm).publicKey.export({ format: 'jwk' }))

describe.each(Object.keys(schemes))('%s', (algorithm) => {
  const verify = `io.jwt.verify_${algorithm.toLowerCase()}`
  const token = made(algorithm)

  test('a signature of Node is good by PEM and by JWK, and no longer when one bit differs', () => {
    expect(call(verify, [token, publicPem(algorithm)])).toBe(true)
    expect(call(verify, [token, publicJwk(algorithm)])).toBe(true)
    const [header, , signature = ''] = token.split('.')
    expect(call(verify, [`${header}.${part({ iss: 'y' })}.${signature}`, publicPem(algorithm)])).toBe(false)
    const bytes = Buffer.from(signature, 'base64url')
    bytes[5] = (bytes[5] ?? 0) ^ 1
    expect(call(verify, [`${token.slice(0, token.lastIndexOf('.'))}.${bytes.toString('base64url')}`, publicPem(algorithm)])).toBe(false)
  })

  test('what this package signs, this package and the constraints accept', () => {
    const key = JSON.parse(JSON.stringify(pairFor(algorithm).privateKey.export({ format: 'jwk' }))) as Value
    const signed = call('io.jwt.encode_sign', [{ alg: algorithm, typ: 'JWT' }, { iss: 'me', exp: 3_000_000_000 }, key], { seed: 1 }) as string
    expect(call(verify, [signed, publicJwk(algorithm)])).toBe(true)
    expect(call('io.jwt.decode_verify', [signed, { cert: publicPem(algorithm), iss: 'me', alg: algorithm }], { now })).toMatchObject([true, { alg: algorithm }, { iss: 'me' }])
  })
})

test('RFC 7515, appendix A.1: the HMAC example verifies', () => {
  const token = 'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const secret = call('base64url.decode', ['AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow']) as string
  expect(call('io.jwt.verify_hs256', [token, secret])).toBe(true)
  expect(call('io.jwt.verify_hs256', [token, `${secret}x`])).toBe(false)
})

describe('decode_verify', () => {
  const verified = (token: string, constraints: Value): unknown => (call('io.jwt.decode_verify', [token, constraints], { now }) as Value[])[0]
  const cert = publicPem('RS256')

  test('a public key is never taken for a secret', () => {
    const signed = `${part({ alg: 'HS256' })}.${part({ iss: 'x' })}`
    const mac = call('crypto.hmac.sha256', [signed, cert]) as string
    const token = `${signed}.${Buffer.from(mac, 'hex').toString('base64url')}`
    expect(verified(token, { secret: cert })).toBe(true)
    expect(verified(token, { cert })).toBe(false)
  })

  test('no algorithm, and none that is unknown, is good enough', () => {
    for (const alg of ['none', 'None', '', 'HS999']) expect(verified(`${part({ alg })}.${part({ iss: 'x' })}.`, { cert })).toBe(false)
  })

  test.each([
    ['the time before it is over', { exp: 2_000_000_001 }, {}, true], ['the second at which it ends', { exp: 2_000_000_000 }, {}, false],
    ['the second at which it begins', { nbf: 2_000_000_000 }, {}, true], ['the second before', { nbf: 2_000_000_001 }, {}, false],
    ['its audience', { aud: ['a', 'b'] }, { aud: 'b' }, true], ['another audience', { aud: 'a' }, { aud: 'b' }, false],
    ['an audience that nobody asked for', { aud: 'a' }, {}, false], ['an audience where it has none', {}, { aud: 'a' }, false],
    ['another issuer', { iss: 'x' }, { iss: 'y' }, false], ['another algorithm', {}, { alg: 'PS256' }, false],
  ] as const)('%s', (_, claims, constraints, wanted) => {
    expect(verified(made('RS256', claims), { cert, ...constraints })).toBe(wanted)
  })

  test('a critical header that is not understood makes a token invalid', () => {
    expect(verified(made('RS256', {}, { crit: ['b64'], b64: false }), { cert })).toBe(false)
    expect(verified(made('RS256', {}, {}), { cert })).toBe(true)
  })

  test('a misspelt constraint is an error, and so are two keys or none', () => {
    const ask = (constraints: string): string => answer(`io.jwt.decode_verify("a.b.c", ${constraints})`)
    expect(ask('{"secret": "s", "audience": "a"}')).toContain('unknown token validation constraint: audience')
    expect(ask('{}')).toContain('no key constraint')
    expect(answer('io.jwt.decode_verify("a.b.c", {"secret": "s", "cert": input})', { input: cert })).toContain('duplicate key constraints')
  })

  test('a key of the set is used by its id, and a key for another algorithm is not', () => {
    const jwk = JSON.parse(publicJwk('RS256')) as object
    const set = (key: object): string => JSON.stringify({ keys: [{ ...(JSON.parse(publicJwk('ES256')) as object), kid: 'other' }, key] })
    const token = made('RS256', {}, { kid: 'mine' })
    expect(verified(token, { cert: set({ ...jwk, kid: 'mine' }) })).toBe(true)
    expect(verified(token, { cert: set({ ...jwk, alg: 'RS256' }) })).toBe(true)
    expect(verified(token, { cert: set({ ...jwk, alg: 'RS512' }) })).toBe(false)
    expect(verified(made('RS256', {}, { kid: 'other' }), { cert: set({ ...jwk, kid: 'mine' }) })).toBe(false)
  })
})

/** Whether the bytes were read, or what kind of error they made. */
function outcome(bytes: Buffer): string {
  try {
    call('crypto.x509.parse_certificates', [bytes.toString('base64')])
    return 'read'
  } catch (error) {
    return error instanceof EvaluationError && error.code === 'eval_builtin_error' ? 'refused' : String(error)
  }
}

describe('certificates', () => {
  const at = { now: 1_900_000_000n * 1_000_000_000n }
  const chain = pem.root + pem.authority + pem.leaf
  const valid = (text: string, options: Value = {}): unknown => (call('crypto.x509.parse_and_verify_certificates_with_options', [text, options], at) as Value[])[0]

  test('the fields of a certificate are those that OpenSSL wrote', () => {
    const [leaf] = call('crypto.x509.parse_certificates', [pem.leaf]) as [{ readonly [name: string]: Value }]
    expect(leaf).toMatchObject({
      Version: 3, SerialNumber: 0xabcdef0123456789abcdefn, DNSNames: ['policy.example', '*.wild.example'], EmailAddresses: ['ops@example.org'], IPAddresses: ['192.0.2.7'],
      URIStrings: ['spiffe://example/opa'], KeyUsage: 1, ExtKeyUsage: [1, 2], IsCA: false, OCSPServer: ['http://ocsp.example/'], IssuingCertificateURL: ['http://ca.example/sub.cer'],
      CRLDistributionPoints: ['http://crl.example/sub.crl'], Issuer: { CommonName: 'Test Sub' }, Subject: { CommonName: 'policy.example', Country: ['CH'], Province: ['Bern'], Locality: ['Thun'] },
    })
    expect((call('crypto.x509.parse_certificate_request', [pem.request]) as { readonly [name: string]: Value })['DNSNames']).toEqual(['policy.example'])
  })

  test('a chain is verified from root to leaf, and not with a link missing or a certificate changed', () => {
    expect(valid(chain)).toBe(true)
    expect(valid(pem.root + pem.leaf)).toBe(false)
    expect(valid(pem.leaf)).toBe(false)
    // whoever has a certificate of their own cannot issue others
    expect(valid(chain + pem.impostor)).toBe(false)
    const der = Buffer.from(pem.leaf.replace(/-----[^-]*-----|\s/g, ''), 'base64')
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1
    expect(valid(`${pem.root}${pem.authority}-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`)).toBe(false)
  })

  test.each([
    ['its name', { DNSName: 'policy.example' }, true], ['a name below its wildcard', { DNSName: 'a.wild.example' }, true], ['two names below', { DNSName: 'a.b.wild.example' }, false],
    ['its address', { DNSName: '192.0.2.7' }, true], ['another name', { DNSName: 'other.example' }, false], ['a use it has', { KeyUsages: ['KeyUsageClientAuth'] }, true],
    ['a use it has not', { KeyUsages: ['KeyUsageCodeSigning'] }, false], ['a time before it began', { CurrentTime: 0 }, false],
  ] as const)('for %s', (_, options, wanted) => {
    expect(valid(chain, options as unknown as Value)).toBe(wanted)
  })

  test('private keys become JWKs that Node takes for the same key', () => {
    for (const key of [pem.leafKey, pem.leafKeyPkcs8, pem.authorityKey, pem.edKey]) {
      const jwk = call('crypto.x509.parse_rsa_private_key', [key]) as object
      const other = createPrivateKey({ key: jwk as never, format: 'jwk' })
      expect(createPublicKey(other).export({ type: 'spki', format: 'pem' })).toBe(createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'pem' }))
    }
  })

  test('a key pair belongs together, or is refused', () => {
    expect((call('crypto.x509.parse_keypair', [pem.leaf, pem.leafKey]) as { readonly [name: string]: Value })['Certificate']).toHaveLength(1)
    expect(answer('crypto.x509.parse_keypair(input[0], input[1])', { input: [pem.leaf, pem.authorityKey] })).toContain('private key does not match public key')
  })

  test('no bytes make the reader of certificates do more than refuse', () => {
    const der = Buffer.from(pem.leaf.replace(/-----[^-]*-----|\s/g, ''), 'base64')
    for (let at = 0; at < der.length; at += long ? 1 : 7) {
      const changed = Buffer.from(der)
      changed[at] = (changed[at] ?? 0) ^ 0xff
      for (const bytes of [changed, der.subarray(0, at)]) expect(outcome(bytes)).toMatch(/^(read|refused)$/)
    }
  })
})
