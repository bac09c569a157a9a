/**
 * DER (X.690), as far as a certificate needs it: elements with one-byte tags and definite lengths. The bytes are a stranger's: whatever
 * is not of that form throws, and nothing is read beyond the end.
 */
export type Element = {
  tag: number
  content: Uint8Array
}

export const tags = { boolean: 0x01, integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30, version: 0xa0, extensions: 0xa3 } as const

/** The elements that stand one after another in these bytes. */
export function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = []
  let at = 0
  while (at < bytes.length) {
    const { element, end } = read(bytes, at)
    found.push(element)
    at = end
  }
  return found
}

/** The one element that these bytes are. */
export function single(bytes: Uint8Array, tag: number): Uint8Array {
  const [element, ...more] = elements(bytes)
  if (element?.tag !== tag || more.length > 0) throw new Error('the certificate is not of the form that it should have')
  return element.content
}

function read(bytes: Uint8Array, at: number): { element: Element; end: number } {
  const tag = byte(bytes, at)
  if ((tag & 0x1f) === 0x1f) throw new Error('a tag of several bytes')
  const first = byte(bytes, at + 1)
  const count = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || count > 3) throw new Error('a length that is not definite, or too great')
  let length = count === 0 ? first : 0
  for (let i = 0; i < count; i += 1) length = length * 256 + byte(bytes, at + 2 + i)
  const begin = at + 2 + count
  const end = begin + length
  if (end > bytes.length) throw new Error('an element that is longer than what holds it')
  return { element: { tag, content: bytes.subarray(begin, end) }, end }
}

function byte(bytes: Uint8Array, at: number): number {
  const value = bytes[at]
  if (value === undefined) throw new Error('an element that is cut off')
  return value
}
