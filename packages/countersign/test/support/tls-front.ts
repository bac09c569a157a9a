/** HTTPS in front of a server that speaks HTTP: a certificate authority of its own, and every request handed on with its Host. */
import { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { onTestFinished } from 'vitest'
import { scratchFolder } from './scratch-server.ts'

export type TlsFront = { caFile: string }

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const days = (count: number): Date => new Date(Date.now() + count * 86_400_000)

export async function tlsFront(port: number, behind: number): Promise<TlsFront> {
  x509.cryptoProvider.set(webcrypto as Crypto)
  const [caKeys, keys] = [await generate(), await generate()]
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01', name: 'CN=Countersign test authority', notBefore: days(-1), notAfter: days(2), keys: caKeys, signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  })
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02', subject: 'CN=localhost', issuer: ca.subject, notBefore: days(-1), notAfter: days(2), publicKey: keys.publicKey, signingKey: caKeys.privateKey, signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]), new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`
  const server = https.createServer({ key, cert: certificate.toString('pem') }, (request, response) => {
    const onward = http.request({ host: '127.0.0.1', port: behind, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const caFile = join(await scratchFolder('tls'), 'ca.pem')
  await writeFile(caFile, ca.toString('pem'))
  return { caFile }
}

async function generate(): Promise<CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as CryptoKeyPair
}
