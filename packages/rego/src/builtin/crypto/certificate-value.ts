/** Certificates as values: the JSON form of Go's x509.Certificate. */
import { integer, type Value } from '../../value/index.ts'
import { toBase64 } from '../text/base64.ts'
import { formatTime } from '../time/format.ts'
import { layoutOf } from '../time/layout.ts'
import { utc } from '../time/zone.ts'
import { algorithmOf, keyNumber } from './algorithms.ts'
import type { Certificate, Request } from './certificate.ts'
import { childrenOf, type Element, oidOf, only, tags } from './der.ts'
import { authorityInfoOf, authorityKeyOf, basicConstraintsOf, distributionPointsOf, extendedUsagesOf, type Extension, extensionValue, keyUsageOf, namesOf, policiesOf } from './extensions.ts'
import type { PublicKey, Unknown } from './key.ts'
import { nameValue } from './name.ts'

const orNull = (list: readonly Value[]): Value => (list.length === 0 ? null : list)
const moment = (seconds: number): string => formatTime(BigInt(seconds) * 1_000_000_000n, utc, layoutOf('RFC3339'))

export const find = (extensions: readonly Extension[], id: string): Uint8Array | undefined => extensions.find((one) => one.id.join('.') === id)?.value

export function publicKeyValue(key: PublicKey | Unknown): Value {
  switch (key.kind) {
    case 'rsa': return { N: integer(key.n), E: integer(key.e) }
    case 'ec': return { Curve: {}, X: integer(key.x), Y: integer(key.y) }
    case 'ed25519': return toBase64(key.bytes)
    default: return null
  }
}

function shared(one: Certificate | Request): Record<string, Value> {
  const names = namesIn(one.extensions)
  return {
    Raw: toBase64(one.raw),
    RawSubjectPublicKeyInfo: toBase64(one.keyInfo.raw),
    RawSubject: toBase64(one.subject.raw),
    Version: one.version,
    Signature: toBase64(one.signature),
    SignatureAlgorithm: algorithmOf(one.algorithm, one.parameters)?.go ?? 0,
    PublicKeyAlgorithm: keyNumber(one.keyAlgorithm),
    PublicKey: publicKeyValue(one.key),
    Subject: nameValue(one.subject),
    Extensions: orNull(one.extensions.map(extensionValue)),
    ExtraExtensions: null,
    DNSNames: orNull(names.dns),
    EmailAddresses: orNull(names.email),
    IPAddresses: orNull(names.ip),
    URIs: orNull(names.uri.map(urlValue)),
  }
}

export function namesIn(extensions: readonly Extension[]) {
  const value = find(extensions, '2.5.29.17')
  return value === undefined ? { dns: [], email: [], ip: [], uri: [] } : namesOf(value)
}

/** The fields of Go's url.URL. */
function urlValue(text: string): Value {
  const parts = /^([^:/?#]+):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text)
  const [, scheme = '', host, path = '', query = '', fragment = ''] = parts ?? []
  return {
    Scheme: scheme, Opaque: host === undefined ? path : '', User: null, Host: host ?? '', Path: host === undefined ? '' : path, RawPath: '',
    OmitHost: false, ForceQuery: false, RawQuery: query, Fragment: fragment, RawFragment: '',
  }
}

export function certificateValue(one: Certificate): Value {
  const { extensions } = one
  const usages = find(extensions, '2.5.29.37')
  const extended = usages === undefined ? { known: [], unknown: [] } : extendedUsagesOf(usages)
  const constraints = find(extensions, '2.5.29.19')
  const basic = constraints === undefined ? undefined : basicConstraintsOf(constraints)
  const usage = find(extensions, '2.5.29.15')
  const info = find(extensions, '1.3.6.1.5.5.7.1.1')
  const access = info === undefined ? { ocsp: [], issuers: [] } : authorityInfoOf(info)
  const points = find(extensions, '2.5.29.31')
  const policies = find(extensions, '2.5.29.32')
  const subjectKey = find(extensions, '2.5.29.14')
  const authority = find(extensions, '2.5.29.35')
  const authorityKey = authority === undefined ? undefined : authorityKeyOf(authority)
  const { uri } = namesIn(extensions)
  const policyList = policies === undefined ? [] : policiesOf(policies)
  return {
    ...shared(one),
    RawTBSCertificate: toBase64(one.signedPart),
    RawIssuer: toBase64(one.issuer.raw),
    SerialNumber: integer(one.serial),
    Issuer: nameValue(one.issuer),
    NotBefore: moment(one.from),
    NotAfter: moment(one.to),
    KeyUsage: usage === undefined ? 0 : keyUsageOf(usage),
    UnhandledCriticalExtensions: orNull(unhandled(extensions).map((id) => id)),
    ExtKeyUsage: orNull(extended.known),
    UnknownExtKeyUsage: orNull(extended.unknown),
    BasicConstraintsValid: basic !== undefined,
    IsCA: basic?.isCa ?? false,
    MaxPathLen: basic?.longest ?? 0,
    MaxPathLenZero: basic?.longest === 0,
    SubjectKeyId: subjectKey === undefined ? null : toBase64(only(subjectKey, tags.octets).content),
    AuthorityKeyId: authorityKey === undefined ? null : toBase64(authorityKey),
    OCSPServer: orNull(access.ocsp),
    IssuingCertificateURL: orNull(access.issuers),
    CRLDistributionPoints: points === undefined ? null : orNull(distributionPointsOf(points)),
    PolicyIdentifiers: orNull(policyList),
    Policies: orNull(policyList.map((oid) => oid.join('.'))),
    PermittedDNSDomainsCritical: false, PermittedDNSDomains: null, ExcludedDNSDomains: null, PermittedIPRanges: null, ExcludedIPRanges: null,
    PermittedEmailAddresses: null, ExcludedEmailAddresses: null, PermittedURIDomains: null, ExcludedURIDomains: null,
    InhibitAnyPolicy: 0, InhibitAnyPolicyZero: false, InhibitPolicyMapping: 0, InhibitPolicyMappingZero: false,
    RequireExplicitPolicy: 0, RequireExplicitPolicyZero: false, PolicyMappings: null,
    URIStrings: orNull(uri),
  }
}

const handled = new Set(['2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.30', '2.5.29.31', '2.5.29.32', '2.5.29.35', '2.5.29.37', '1.3.6.1.5.5.7.1.1'])

export const unhandled = (extensions: readonly Extension[]): (readonly number[])[] => extensions.filter(({ id, critical }) => critical && !handled.has(id.join('.'))).map(({ id }) => id)

export function requestValue(one: Request): Value {
  return {
    ...shared(one),
    RawTBSCertificateRequest: toBase64(one.signedPart),
    Attributes: one.attributes.map(attributeValue),
  }
}

function attributeValue(attribute: Element): Value {
  const [type, values] = childrenOf(attribute)
  return { Type: oidOf(type), Value: values === undefined ? null : childrenOf(values).map((one) => (one.tag === tags.sequence ? [] : String.fromCharCode(...one.content))) }
}
