/**
 * Reads one entry of a ZIP file (PKWARE APPNOTE 6.3.10) out of its bytes.
 *
 * The bytes come from terraform, but a plan file can have been swapped: everything in it is foreign. Refused rather than guessed:
 * two entries of one name (two readers could take different ones), ZIP64, encryption, any method but store and deflate, sizes
 * that do not hold. What inflates beyond the size that the directory names, or beyond `limit`, is stopped while it inflates.
 */
import { crc32, inflateRawSync } from 'node:zlib'

export class ZipError extends Error {
  override readonly name = 'ZipError'
}

type Entry = { method: number; flags: number; crc: number; packed: number; size: number; at: number }

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_SIZE = 22

export function isZip(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === LOCAL
}

/** The decompressed bytes of the entry. Throws ZipError. */
export function readEntry(zip: Buffer, name: string, limit: number): Buffer {
  const entry = find(zip, name)
  if (entry.size > limit) throw new ZipError(`the entry ${name} has ${entry.size} bytes, and ${limit} are read at most`)
  if (entry.flags & 1) throw new ZipError(`the entry ${name} is encrypted`)
  const packed = packedBytes(zip, entry, name)
  const bytes = entry.method === 0 ? packed : inflated(packed, entry, name)
  if (bytes.length !== entry.size) throw new ZipError(`the entry ${name} is not as long as the directory says`)
  if (crc32(bytes) !== entry.crc) throw new ZipError(`the entry ${name} is damaged`)
  return bytes
}

function inflated(packed: Buffer, entry: Entry, name: string): Buffer {
  if (entry.method !== 8) throw new ZipError(`the entry ${name} is packed by method ${entry.method}, which terraform does not write`)
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(entry.size, 1) })
  } catch (cause) {
    throw new ZipError(`the entry ${name} does not unpack`, { cause })
  }
}

function packedBytes(zip: Buffer, entry: Entry, name: string): Buffer {
  if (entry.at + 30 > zip.length || zip.readUInt32LE(entry.at) !== LOCAL) throw new ZipError(`the entry ${name} is not where the directory says`)
  const nameLength = zip.readUInt16LE(entry.at + 26)
  const start = entry.at + 30 + nameLength + zip.readUInt16LE(entry.at + 28)
  if (zip.toString('latin1', entry.at + 30, entry.at + 30 + nameLength) !== name) throw new ZipError(`the entry ${name} has two names`)
  if (start + entry.packed > zip.length) throw new ZipError(`the entry ${name} is cut off`)
  return zip.subarray(start, start + entry.packed)
}

function find(zip: Buffer, name: string): Entry {
  const end = endOfDirectory(zip)
  const count = zip.readUInt16LE(end + 10)
  let at = zip.readUInt32LE(end + 16)
  if (at === 0xffffffff || count === 0xffff) throw new ZipError('it is a ZIP64 file')
  let found: Entry | undefined
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || zip.readUInt32LE(at) !== CENTRAL) throw new ZipError('its directory is damaged')
    const nameLength = zip.readUInt16LE(at + 28)
    if (zip.toString('latin1', at + 46, at + 46 + nameLength) === name) {
      if (found) throw new ZipError(`it has two entries named ${name}`)
      found = entryAt(zip, at)
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  if (!found) throw new ZipError(`it has no entry named ${name}`)
  return found
}

function entryAt(zip: Buffer, at: number): Entry {
  return {
    flags: zip.readUInt16LE(at + 8),
    method: zip.readUInt16LE(at + 10),
    crc: zip.readUInt32LE(at + 16),
    packed: zip.readUInt32LE(at + 20),
    size: zip.readUInt32LE(at + 24),
    at: zip.readUInt32LE(at + 42),
  }
}

/** The record stands at the end, before a comment of at most 65,535 bytes. */
function endOfDirectory(zip: Buffer): number {
  for (let at = zip.length - END_SIZE; at >= Math.max(0, zip.length - END_SIZE - 0xffff); at--) {
    if (zip.readUInt32LE(at) === END && at + END_SIZE + zip.readUInt16LE(at + 20) === zip.length) return at
  }
  throw new ZipError('it is not a ZIP file')
}
