/** A maker of security keys of the tests' own: its certificates, and what its keys say of themselves when they are registered. */
import { createHash, KeyObject, sign as signBytes, webcrypto } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '../../src/identity/index.ts'

export type Entity = { certificate: x509.X509Certificate; keys: CryptoKeyPair }
export type Made = {
  name?: string
  ca?: boolean
  pathLength?: number
  /** days from now */
  from?: number
  until?: number
  /** id of the model that the certificate is for */
  aaguid?: string
  /** an extension that nobody knows, and that must be understood */
  critical?: boolean
}
/** Each makes the attestation lie in one thing. */
export type Statement = { format?: string; chain: readonly Entity[]; signer?: Entity; alg?: number; overClientData?: string; drop?: 'sig' | 'x5c' }

export const model = 'f1d0f1d0-0000-4000-8000-00000000c0de'
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const leafName = 'C=CH, O=Test Maker, OU=Authenticator Attestation, CN=Test Maker Key'
const day = (count: number): Date => new Date(Date.now() + count * 86_400_000)
let serial = 0

/** Signed by `issuer`, or by itself. */
export async function make(made: Made, issuer?: Entity): Promise<Entity> {
  x509.cryptoProvider.set(webcrypto as Crypto)
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const subject = made.name ?? leafName
  serial += 1
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString(16).padStart(4, '0'), subject, issuer: issuer?.certificate.subject ?? subject, notBefore: day(made.from ?? -100), notAfter: day(made.until ?? 100),
    publicKey: keys.publicKey, signingKey: (issuer?.keys ?? keys).privateKey, signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(made.ca ?? false, made.pathLength, true),
      ...(made.aaguid === undefined ? [] : [new x509.Extension('1.3.6.1.4.1.45724.1.1.4', false, Buffer.concat([Uint8Array.of(4, 16), Buffer.from(made.aaguid.replaceAll('-', ''), 'hex')]))]),
      ...(made.critical === true ? [new x509.Extension('1.2.3.4.5', true, Uint8Array.of(5, 0))] : []),
    ],
  })
  return { certificate, keys }
}

export type Maker = { root: Entity; intermediate: Entity; leaf: Entity; digest: string; pem: string; key(options?: Parameters<typeof createSoftwareAuthenticator>[0], statement?: Partial<Statement>): SoftwareAuthenticator }

export async function createMaker(name = 'Test Maker Root'): Promise<Maker> {
  const root = await make({ name: `CN=${name}`, ca: true, pathLength: 1 })
  const intermediate = await make({ name: `CN=${name} Intermediate`, ca: true, pathLength: 0 }, root)
  const leaf = await make({ aaguid: model }, intermediate)
  return {
    root, intermediate, leaf, digest: digestOf(root), pem: root.certificate.toString('pem'),
    key: (options = {}, statement = {}) => attestedKey({ aaguid: model, ...options }, { chain: [leaf, intermediate], ...statement }),
  }
}

export const digestOf = ({ certificate }: Entity): string => createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex')

/** A software key that comes with an attestation. */
export function attestedKey(options: Parameters<typeof createSoftwareAuthenticator>[0], statement: Statement): SoftwareAuthenticator {
  const key = createSoftwareAuthenticator(options)
  const sign = signerOf(statement.signer ?? statement.chain[0])
  return {
    ...key,
    create(asked, origin, overrides) {
      const made = key.create(asked, origin, overrides)
      const authData = Buffer.from(made.response.authenticatorData ?? '', 'base64url')
      const clientData = statement.overClientData ?? made.response.clientDataJSON
      const hash = createHash('sha256').update(Buffer.from(clientData, 'base64url')).digest()
      const members = new Map<string, unknown>([['alg', statement.alg ?? -7], ['sig', sign(signedBytes(statement.format, authData, hash, made.response.publicKey ?? ''))], ['x5c', statement.chain.map(({ certificate }) => new Uint8Array(certificate.rawData))]])
      if (statement.drop !== undefined) members.delete(statement.drop)
      const object = isoCBOR.encode(new Map<string, unknown>([['fmt', statement.format ?? 'packed'], ['attStmt', members], ['authData', Uint8Array.from(authData)]]) as Parameters<typeof isoCBOR.encode>[0])
      return { ...made, response: { ...made.response, attestationObject: Buffer.from(object).toString('base64url') } }
    },
  }
}

/** WebAuthn level 3 sections 8.2 and 8.6 */
function signedBytes(format: string | undefined, authData: Buffer, clientDataHash: Buffer, publicKey: string): Buffer {
  if (format !== 'fido-u2f') return Buffer.concat([authData, clientDataHash])
  const id = authData.subarray(55, 55 + authData.readUInt16BE(53))
  return Buffer.concat([Uint8Array.of(0), authData.subarray(0, 32), clientDataHash, id, Buffer.from(publicKey, 'base64url').subarray(-65)])
}

function signerOf(by: Entity | undefined): (data: Buffer) => Uint8Array {
  if (!by) throw new Error('nobody signs')
  const key = KeyObject.from(by.keys.privateKey)
  return (data) => Uint8Array.from(signBytes('sha256', data, key))
}
