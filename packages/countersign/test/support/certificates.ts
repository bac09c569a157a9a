/** A certificate authority of the tests' own, and what it issues. */
import { webcrypto } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

/** PEM texts. */
export type Issued = { cert: string; key: string }
export type Authority = { ca: string; issue(host: string, days?: { from: number; until: number }): Promise<Issued> }

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = (count: number): Date => new Date(Date.now() + count * 86_400_000)

export async function createAuthority(): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto as Crypto)
  const keys = await generate()
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01', name: 'CN=Countersign test authority', notBefore: day(-30), notAfter: day(30), keys, signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  })
  let serial = 1
  return {
    ca: ca.toString('pem'),
    async issue(host, { from, until } = { from: -1, until: 20 }) {
      const own = await generate()
      serial += 1
      const name = /^[\d.]+$/.test(host) ? { type: 'ip', value: host } as const : { type: 'dns', value: host } as const
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(2, '0'), subject: `CN=${host}`, issuer: ca.subject, notBefore: day(from), notAfter: day(until),
        publicKey: own.publicKey, signingKey: keys.privateKey, signingAlgorithm: algorithm,
        extensions: [new x509.SubjectAlternativeNameExtension([name]), new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])],
      })
      const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey)).toString('base64').replaceAll(/(.{64})/g, '$1\n')
      return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n` }
    },
  }
}

async function generate(): Promise<CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}
