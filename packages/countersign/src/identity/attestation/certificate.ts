/**
 * A certificate (RFC 5280), reduced to what decides whether it may vouch for a key. Names, keys, times and signatures are read by
 * Node; version, basic constraints, the model's id and what is critical are read here, because Node does not tell them.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { elements, single, tags, type Element } from './der.ts'

export type Certificate = {
  x509: X509Certificate
  /** SHA-256 of the DER, hex */
  digest: string
  /** 1 to 3 */
  version: number
  /** The basic constraints; null where there are none. */
  constraints: { ca: boolean; pathLength: number | null } | null
  /** The id of the model (FIDO's extension), hex; null where it is not named. */
  aaguid: string | null
  /** Signed in a way that is still good, and without a demand that is not understood here. */
  readable: boolean
}

const oids = { basicConstraints: '551d13', keyUsage: '551d0f', aaguid: '2b0601040182e51c010104' } as const
/** Extensions that are looked at, here or by Node: any other one that is critical makes the certificate unusable (RFC 5280 section 4.2). */
const understood = new Set<string>([oids.basicConstraints, oids.keyUsage])
/** ECDSA and RSA (PKCS #1 v1.5) with SHA-2, and Ed25519. SHA-1 and MD5 can be forged. */
const signatures = new Set(['2a8648ce3d040302', '2a8648ce3d040303', '2a8648ce3d040304', '2a864886f70d01010b', '2a864886f70d01010c', '2a864886f70d01010d', '2b6570'])

/** @throws Error for what is no certificate */
export function readCertificate(der: Uint8Array): Certificate {
  const x509 = new X509Certificate(der)
  if (!x509.raw.equals(der)) throw new Error('there is more than the certificate')
  const [tbs, algorithm] = elements(single(der, tags.sequence))
  const extensions = extensionsOf(partsOf(tbs))
  const constraints = extensions.find(({ oid }) => oid === oids.basicConstraints)
  const aaguid = extensions.find(({ oid }) => oid === oids.aaguid)
  return {
    x509,
    digest: createHash('sha256').update(der).digest('hex'),
    version: versionOf(partsOf(tbs)),
    constraints: constraints ? constraintsOf(constraints.value) : null,
    aaguid: aaguid ? hex(single(aaguid.value, tags.octets)) : null,
    readable:
      signatures.has(oidOf(algorithm)) &&
      new Set(extensions.map(({ oid }) => oid)).size === extensions.length &&
      extensions.every(({ oid, critical }) => !critical || understood.has(oid)),
  }
}

export function validAt({ x509 }: Certificate, now: number): boolean {
  return Date.parse(x509.validFrom) <= now && now <= Date.parse(x509.validTo)
}

/** May sign certificates, with at most `below` others between what it signed and the last one. */
export function isAuthority({ x509, constraints, version }: Certificate, below: number): boolean {
  if (version !== 3 || constraints?.ca !== true || !x509.ca) return false
  return constraints.pathLength === null || below <= constraints.pathLength
}

/** The signature is the issuer's, and the names say so too. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return certificate.x509.checkIssued(issuer.x509) && certificate.x509.verify(issuer.x509.publicKey)
}

/** On one line, for people: the common name, or all there is. */
export function nameOf({ x509 }: Certificate): string {
  const common = x509.toLegacyObject().subject.CN
  return (typeof common === 'string' && common !== '' ? common : x509.subject.replaceAll('\n', ', ')).slice(0, 256)
}

type Extension = { oid: string; critical: boolean; value: Uint8Array }

function extensionsOf(parts: Element[]): Extension[] {
  const all = parts.find(({ tag }) => tag === tags.extensions)
  if (!all) return []
  return elements(single(all.content, tags.sequence)).map((one) => {
    const [id, ...rest] = partsOf(one)
    const value = rest.at(-1)
    if (id?.tag !== tags.oid || value?.tag !== tags.octets) throw new Error('an extension that is none')
    return { oid: hex(id.content), critical: rest.length > 1 && rest[0]?.tag === tags.boolean && rest[0].content[0] !== 0, value: value.content }
  })
}

function versionOf([first]: Element[]): number {
  return first?.tag === tags.version ? (single(first.content, tags.integer).at(-1) ?? 0) + 1 : 1
}

function constraintsOf(value: Uint8Array): { ca: boolean; pathLength: number | null } {
  const parts = elements(single(value, tags.sequence))
  const ca = parts.find(({ tag }) => tag === tags.boolean)
  const length = parts.find(({ tag }) => tag === tags.integer)
  return { ca: ca !== undefined && ca.content[0] !== 0, pathLength: length ? Number.parseInt(hex(length.content), 16) : null }
}

function partsOf(element: Element | undefined): Element[] {
  if (element?.tag !== tags.sequence) throw new Error('the certificate is not of the form that it should have')
  return elements(element.content)
}

function oidOf(algorithm: Element | undefined): string {
  const [oid] = partsOf(algorithm)
  return oid?.tag === tags.oid ? hex(oid.content) : ''
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
