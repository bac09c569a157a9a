/** Reading DER (X.690). Every length is checked against what is there: an attacker writes the bytes. */

export class DerFault extends Error {}

export type Element = {
  /** The identifier octet: class, constructed bit, number. */
  readonly tag: number
  readonly content: Uint8Array
  /** Identifier, length and content. */
  readonly raw: Uint8Array
}

export const tags = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, utf8: 0x0c, printable: 0x13, t61: 0x14, ia5: 0x16, utcTime: 0x17, time: 0x18, universal: 0x1c, bmp: 0x1e, sequence: 0x30, set: 0x31 } as const

/** The element at the start of the bytes, and what follows it. */
export function readElement(bytes: Uint8Array): { readonly element: Element; readonly rest: Uint8Array } {
  const [tag, short] = bytes
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f) throw new DerFault('syntax error')
  let start = 2
  let length = short
  if (short > 0x7f) {
    const count = short & 0x7f
    if (count === 0 || count > 4) throw new DerFault('syntax error: length')
    length = 0
    for (let index = 0; index < count; index++) length = length * 256 + (bytes[start + index] ?? 0)
    start += count
    if (length < 0x80 || (count > 1 && bytes[2] === 0)) throw new DerFault('syntax error: length is not minimal')
  }
  const end = start + length
  if (end > bytes.length) throw new DerFault('syntax error: data truncated')
  return { element: { tag, content: bytes.subarray(start, end), raw: bytes.subarray(0, end) }, rest: bytes.subarray(end) }
}

/** The elements of a constructed element. */
export function childrenOf(element: Element): Element[] {
  const out: Element[] = []
  let rest = element.content
  while (rest.length > 0) {
    const next = readElement(rest)
    out.push(next.element)
    rest = next.rest
  }
  return out
}

/** One element that fills the bytes, of a given kind. */
export function only(bytes: Uint8Array, tag: number): Element {
  const { element, rest } = readElement(bytes)
  if (element.tag !== tag) throw new DerFault(`structure error: tags don't match`)
  if (rest.length > 0) throw new DerFault('syntax error: trailing data')
  return element
}

export function expect(element: Element | undefined, tag: number): Element {
  if (element === undefined || element.tag !== tag) throw new DerFault(`structure error: tags don't match`)
  return element
}

export function unsigned(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

export function integerOf(element: Element | undefined): bigint {
  const { content } = expect(element, tags.integer)
  if (content.length === 0) throw new DerFault('structure error: empty integer')
  const value = unsigned(content)
  return (content[0] ?? 0) & 0x80 ? value - (1n << BigInt(content.length * 8)) : value
}

export function oidOf(element: Element | undefined): number[] {
  const { content } = expect(element, tags.oid)
  const out: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (value > Number.MAX_SAFE_INTEGER / 128) throw new DerFault('structure error: base 128 integer too large')
    if (byte & 0x80) continue
    if (out.length === 0) out.push(...(value < 80 ? [Math.floor(value / 40), value % 40] : [2, value - 80]))
    else out.push(value)
    value = 0
  }
  return out
}

/** The octets of a bit string. */
export function bitsOf(element: Element | undefined): Uint8Array {
  const { content } = expect(element, tags.bits)
  if (content.length === 0 || (content[0] ?? 0) > 7) throw new DerFault('syntax error: invalid padding bits in BIT STRING')
  return content.subarray(1)
}
