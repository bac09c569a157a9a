/** X.509 certificates and certificate requests, read (RFC 5280, RFC 2986). Nothing here says that a signature is good. */
import { daysIn, secondsOf } from '../time/civil.ts'
import { bitsOf, childrenOf, DerFault, type Element, expect, integerOf, oidOf, readElement, tags } from './der.ts'
import { type Extension, extensionsOf } from './extensions.ts'
import { type PublicKey, publicKeyOf, type Unknown } from './key.ts'

export type Certificate = {
  readonly raw: Uint8Array
  readonly signedPart: Uint8Array
  readonly version: number
  readonly serial: bigint
  readonly algorithm: string
  readonly parameters: Element | undefined
  readonly signature: Uint8Array
  readonly issuer: Element
  readonly subject: Element
  /** Seconds since 1970. */
  readonly from: number
  readonly to: number
  readonly keyInfo: Element
  readonly key: PublicKey | Unknown
  readonly keyAlgorithm: string
  readonly extensions: readonly Extension[]
}

/** All certificates, one after another. */
export function readCertificates(der: Uint8Array): Certificate[] {
  const out: Certificate[] = []
  for (let rest = der; rest.length > 0; ) {
    let next: ReturnType<typeof readElement>
    try {
      next = readElement(rest)
    } catch {
      throw new DerFault('x509: malformed certificate')
    }
    out.push(readCertificate(next.element))
    rest = next.rest
  }
  return out
}

export function readCertificate(element: Element): Certificate {
  if (element.tag !== tags.sequence) throw new DerFault('x509: malformed certificate')
  try {
    return certificateOf(element)
  } catch (error) {
    throw error instanceof DerFault && !error.message.startsWith('x509') ? new DerFault(`x509: malformed certificate: ${error.message}`) : error
  }
}

function certificateOf(element: Element): Certificate {
  const [signedPart, algorithm, signature] = childrenOf(element)
  const parts = childrenOf(expect(signedPart, tags.sequence))
  const versioned = parts[0]?.tag === 0xa0
  const version = versioned ? Number(integerOf(childrenOf(parts.shift() as Element)[0])) + 1 : 1
  const [serial, , issuer, validity, subject, keyInfo, ...optional] = parts
  const [from, to] = childrenOf(expect(validity, tags.sequence))
  const info = expect(keyInfo, tags.sequence)
  const [oid, parameters] = childrenOf(expect(algorithm, tags.sequence))
  const extensions = optional.find(({ tag }) => tag === 0xa3)
  return {
    raw: element.raw,
    signedPart: (signedPart as Element).raw,
    version,
    serial: integerOf(serial),
    algorithm: oidOf(oid).join('.'),
    parameters,
    signature: bitsOf(signature),
    issuer: expect(issuer, tags.sequence),
    subject: expect(subject, tags.sequence),
    from: secondsAt(from),
    to: secondsAt(to),
    keyInfo: info,
    key: publicKeyOf(info),
    keyAlgorithm: oidOf(childrenOf(childrenOf(info)[0] as Element)[0]).join('.'),
    extensions: extensions === undefined ? [] : extensionsOf(childrenOf(extensions)[0] as Element),
  }
}

function secondsAt(element: Element | undefined): number {
  const text = String.fromCharCode(...(element?.content ?? []))
  const form = element?.tag === tags.time ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : element?.tag === tags.utcTime ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/ : undefined
  const parts = form?.exec(text)
  if (parts === null || parts === undefined) throw new DerFault('x509: malformed validity')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map((part) => Number(part ?? 0))
  const full = element?.tag === tags.time ? year : year >= 50 ? year + 1900 : year + 2000
  if (month < 1 || month > 12 || day < 1 || day > daysIn(full, month) || hour > 23 || minute > 59 || second > 59) throw new DerFault('x509: malformed validity')
  return secondsOf(full, month, day, hour, minute, second)
}

export type Request = Pick<Certificate, 'raw' | 'signedPart' | 'version' | 'algorithm' | 'parameters' | 'signature' | 'subject' | 'keyInfo' | 'key' | 'keyAlgorithm' | 'extensions'> & { readonly attributes: readonly Element[] }

const extensionRequest = '1.2.840.113549.1.9.14'

export function readRequest(der: Uint8Array): Request {
  let element: Element
  try {
    element = readElement(der).element
  } catch (error) {
    throw new DerFault(`asn1: structure error: ${error instanceof DerFault ? error.message : 'unreadable'}`)
  }
  if (element.tag !== tags.sequence) throw new DerFault("asn1: structure error: tags don't match")
  try {
    return requestOf(element)
  } catch (error) {
    throw error instanceof DerFault && !error.message.startsWith('asn1') ? new DerFault(`asn1: ${error.message}`) : error
  }
}

function requestOf(element: Element): Request {
  const [signedPart, algorithm, signature] = childrenOf(element)
  const [version, subject, keyInfo, attributes] = childrenOf(expect(signedPart, tags.sequence))
  const info = expect(keyInfo, tags.sequence)
  const [oid, parameters] = childrenOf(expect(algorithm, tags.sequence))
  const list = attributes === undefined ? [] : childrenOf(attributes)
  const wanted = list.find((attribute) => oidOf(childrenOf(attribute)[0]).join('.') === extensionRequest)
  return {
    raw: element.raw,
    signedPart: (signedPart as Element).raw,
    version: Number(integerOf(version)),
    algorithm: oidOf(oid).join('.'),
    parameters,
    signature: bitsOf(signature),
    subject: expect(subject, tags.sequence),
    keyInfo: info,
    key: publicKeyOf(info),
    keyAlgorithm: oidOf(childrenOf(childrenOf(info)[0] as Element)[0]).join('.'),
    attributes: list,
    extensions: wanted === undefined ? [] : extensionsOf(childrenOf(childrenOf(wanted)[1] as Element)[0] as Element),
  }
}
