/**
 * Decodes MessagePack (github.com/msgpack/msgpack/blob/master/spec.md) as far as a backend's configuration uses it: nil, booleans,
 * numbers, strings, lists, maps. Binary and extension values (unknowns) become null. Total: RangeError on anything else.
 */
export type Packed = null | boolean | number | string | Packed[] | { [name: string]: Packed }

const MAX_DEPTH = 32

export function decodeMsgpack(bytes: Buffer): Packed {
  const reader = { bytes, at: 0 }
  const value = read(reader, 0)
  if (reader.at !== bytes.length) throw new RangeError('bytes after the value')
  return value
}

type Reader = { bytes: Buffer; at: number }

function read(reader: Reader, depth: number): Packed {
  if (depth > MAX_DEPTH) throw new RangeError('too deep')
  const head = unsigned(reader, 1)
  if (head < 0x80) return head
  if (head < 0x90) return map(reader, head & 0x0f, depth)
  if (head < 0xa0) return list(reader, head & 0x0f, depth)
  if (head < 0xc0) return take(reader, head & 0x1f).toString('utf8')
  if (head >= 0xe0) return head - 0x100
  return readTagged(reader, head, depth)
}

function readTagged(reader: Reader, head: number, depth: number): Packed {
  switch (head) {
    case 0xc0: return null
    case 0xc2: return false
    case 0xc3: return true
    case 0xc4: case 0xc5: case 0xc6: return skip(reader, unsigned(reader, 2 ** (head - 0xc4)))
    case 0xc7: case 0xc8: case 0xc9: return skip(reader, unsigned(reader, 2 ** (head - 0xc7)) + 1)
    case 0xca: return take(reader, 4).readFloatBE(0)
    case 0xcb: return take(reader, 8).readDoubleBE(0)
    case 0xcc: case 0xcd: case 0xce: return unsigned(reader, 2 ** (head - 0xcc))
    case 0xcf: return Number(take(reader, 8).readBigUInt64BE(0))
    case 0xd0: return take(reader, 1).readInt8(0)
    case 0xd1: return take(reader, 2).readInt16BE(0)
    case 0xd2: return take(reader, 4).readInt32BE(0)
    case 0xd3: return Number(take(reader, 8).readBigInt64BE(0))
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return skip(reader, 2 ** (head - 0xd4) + 1)
    case 0xd9: case 0xda: case 0xdb: return take(reader, unsigned(reader, 2 ** (head - 0xd9))).toString('utf8')
    case 0xdc: case 0xdd: return list(reader, unsigned(reader, 2 ** (head - 0xdb)), depth)
    case 0xde: case 0xdf: return map(reader, unsigned(reader, 2 ** (head - 0xdd)), depth)
    default: throw new RangeError('no such type')
  }
}

function list(reader: Reader, length: number, depth: number): Packed[] {
  const out: Packed[] = []
  for (let i = 0; i < length; i++) out.push(read(reader, depth + 1))
  return out
}

function map(reader: Reader, length: number, depth: number): { [name: string]: Packed } {
  const out: { [name: string]: Packed } = Object.create(null) as { [name: string]: Packed }
  for (let i = 0; i < length; i++) {
    const name = read(reader, depth + 1)
    if (typeof name !== 'string') throw new RangeError('a key that is no string')
    out[name] = read(reader, depth + 1)
  }
  return out
}

function skip(reader: Reader, length: number): null {
  take(reader, length)
  return null
}

function unsigned(reader: Reader, length: number): number {
  return take(reader, length).readUIntBE(0, length)
}

function take(reader: Reader, length: number): Buffer {
  const end = reader.at + length
  if (end > reader.bytes.length) throw new RangeError('cut off')
  const part = reader.bytes.subarray(reader.at, end)
  reader.at = end
  return part
}
