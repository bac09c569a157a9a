/** What the extensions of a certificate say (RFC 5280, section 4.2). */
import type { Value } from '../../value/index.ts'
import { formatAddress } from '../net/address.ts'
import { toBase64 } from '../text/base64.ts'
import { textOf } from '../text/utf8.ts'
import { bitsOf, childrenOf, DerFault, type Element, expect, integerOf, oidOf, only, readElement, tags, unsigned } from './der.ts'

export type Extension = { readonly id: readonly number[]; readonly critical: boolean; readonly value: Uint8Array }

export function extensionsOf(list: Element): Extension[] {
  return childrenOf(expect(list, tags.sequence)).map((one) => {
    const parts = childrenOf(expect(one, tags.sequence))
    const critical = parts[1]?.tag === tags.boolean
    return { id: oidOf(parts[0]), critical: critical && parts[1]?.content[0] !== 0, value: expect(parts[critical ? 2 : 1], tags.octets).content }
  })
}

export const extensionValue = ({ id, critical, value }: Extension): Value => ({ Id: id, Critical: critical, Value: toBase64(value) })

export type Names = { readonly dns: string[]; readonly email: string[]; readonly ip: string[]; readonly uri: string[] }

/** Subject alternative names. */
export function namesOf(value: Uint8Array): Names {
  const out: Names = { dns: [], email: [], ip: [], uri: [] }
  for (const { tag, content } of childrenOf(only(value, tags.sequence))) {
    if (tag === 0x81) out.email.push(textOf(content))
    else if (tag === 0x82) out.dns.push(textOf(content))
    else if (tag === 0x86) out.uri.push(textOf(content))
    else if (tag === 0x87) {
      if (content.length !== 4 && content.length !== 16) throw new DerFault('x509: cannot parse IP address')
      out.ip.push(formatAddress({ bits: content.length === 4 ? 32 : 128, value: unsigned(content) }))
    }
  }
  return out
}

/** Bit 0 of the string is bit 0 of the number. */
export function keyUsageOf(value: Uint8Array): number {
  const bits = bitsOf(readElement(value).element)
  let usage = 0
  for (let index = 0; index < 9; index++) if (((bits[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) usage |= 1 << index
  return usage
}

/** Go's numbers for extended key usages. */
export const extendedUsages: Readonly<Record<string, number>> = {
  '2.5.29.37.0': 0, '1.3.6.1.5.5.7.3.1': 1, '1.3.6.1.5.5.7.3.2': 2, '1.3.6.1.5.5.7.3.3': 3, '1.3.6.1.5.5.7.3.4': 4, '1.3.6.1.5.5.7.3.5': 5,
  '1.3.6.1.5.5.7.3.6': 6, '1.3.6.1.5.5.7.3.7': 7, '1.3.6.1.5.5.7.3.8': 8, '1.3.6.1.5.5.7.3.9': 9, '1.3.6.1.4.1.311.10.3.3': 10,
  '2.16.840.1.113730.4.1': 11, '1.3.6.1.4.1.311.2.1.22': 12, '1.3.6.1.4.1.311.61.1.1': 13,
}

export function extendedUsagesOf(value: Uint8Array): { readonly known: number[]; readonly unknown: number[][] } {
  const all = childrenOf(only(value, tags.sequence)).map(oidOf)
  return {
    known: all.map((oid) => extendedUsages[oid.join('.')]).filter((usage) => usage !== undefined),
    unknown: all.filter((oid) => extendedUsages[oid.join('.')] === undefined),
  }
}

/** The longest path below, -1 where none is said. */
export function basicConstraintsOf(value: Uint8Array): { readonly isCa: boolean; readonly longest: number } {
  const parts = childrenOf(only(value, tags.sequence))
  const isCa = parts[0]?.tag === tags.boolean && parts[0].content[0] !== 0
  const length = parts.find((part) => part.tag === tags.integer)
  return { isCa, longest: length === undefined ? -1 : Number(integerOf(length)) }
}

export function authorityInfoOf(value: Uint8Array): { readonly ocsp: string[]; readonly issuers: string[] } {
  const out = { ocsp: [] as string[], issuers: [] as string[] }
  for (const access of childrenOf(only(value, tags.sequence))) {
    const [method, place] = childrenOf(access)
    if (place?.tag !== 0x86) continue
    const oid = oidOf(method).join('.')
    if (oid === '1.3.6.1.5.5.7.48.1') out.ocsp.push(textOf(place.content))
    if (oid === '1.3.6.1.5.5.7.48.2') out.issuers.push(textOf(place.content))
  }
  return out
}

export function distributionPointsOf(value: Uint8Array): string[] {
  return childrenOf(only(value, tags.sequence)).flatMap((point) => childrenOf(point).filter(({ tag }) => tag === 0xa0))
    .flatMap((point) => childrenOf(point).filter(({ tag }) => tag === 0xa0)).flatMap(childrenOf)
    .filter(({ tag }) => tag === 0x86).map(({ content }) => textOf(content))
}

export const policiesOf = (value: Uint8Array): number[][] => childrenOf(only(value, tags.sequence)).map((policy) => oidOf(childrenOf(policy)[0]))

export function authorityKeyOf(value: Uint8Array): Uint8Array | undefined {
  return childrenOf(only(value, tags.sequence)).find(({ tag }) => tag === 0x80)?.content
}
