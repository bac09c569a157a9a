/** Distinguished names, with the fields of Go's pkix.Name. */
import type { Value } from '../../value/index.ts'
import { textOf } from '../text/utf8.ts'
import { childrenOf, DerFault, type Element, expect, oidOf, tags } from './der.ts'

const listed: Readonly<Record<string, string>> = {
  '2.5.4.6': 'Country', '2.5.4.10': 'Organization', '2.5.4.11': 'OrganizationalUnit', '2.5.4.7': 'Locality', '2.5.4.8': 'Province',
  '2.5.4.9': 'StreetAddress', '2.5.4.17': 'PostalCode',
}
const single: Readonly<Record<string, string>> = { '2.5.4.3': 'CommonName', '2.5.4.5': 'SerialNumber' }

export function nameValue(element: Element): Value {
  const out: Record<string, Value> = {
    Country: null, Organization: null, OrganizationalUnit: null, Locality: null, Province: null, StreetAddress: null, PostalCode: null,
    SerialNumber: '', CommonName: '', Names: null, ExtraNames: null,
  }
  const names: Value[] = []
  for (const attribute of childrenOf(expect(element, tags.sequence)).flatMap((set) => childrenOf(expect(set, tags.set)))) {
    const [type, value] = childrenOf(expect(attribute, tags.sequence))
    if (value === undefined) throw new DerFault('structure error')
    const oid = oidOf(type)
    const text = textValue(value)
    names.push({ Type: oid, Value: text })
    const list = listed[oid.join('.')]
    const one = single[oid.join('.')]
    if (list !== undefined) out[list] = [...((out[list] as readonly Value[] | null) ?? []), text]
    if (one !== undefined) out[one] = text
  }
  if (names.length > 0) out['Names'] = names
  return out
}

function textValue({ tag, content }: Element): string {
  if (tag !== tags.bmp) return textOf(content)
  return String.fromCharCode(...Array.from({ length: content.length >> 1 }, (_, index) => ((content[index * 2] ?? 0) << 8) | (content[index * 2 + 1] ?? 0)))
}
