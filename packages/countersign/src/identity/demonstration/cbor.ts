/**
 * Just enough CBOR (RFC 8949) to *write* an attestation object and a COSE key: integers, byte and text strings, maps in the
 * order given. Nothing here reads CBOR, and nothing here is used outside demonstrations and tests.
 */
export type CborMap = ReadonlyMap<string | number, CborValue>
export type CborValue = number | string | Uint8Array | CborMap

export function encodeCbor(value: CborValue): Uint8Array {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8')
    return Buffer.concat([head(3, text.length), text])
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  const parts = [...value].flatMap(([key, member]) => [encodeCbor(key), encodeCbor(member)])
  return Buffer.concat([head(5, value.size), ...parts])
}

function head(major: number, n: number): Uint8Array {
  const type = major << 5
  if (n < 24) return Uint8Array.of(type | n)
  if (n < 0x100) return Uint8Array.of(type | 24, n)
  return Uint8Array.of(type | 25, n >> 8, n & 0xff)
}
