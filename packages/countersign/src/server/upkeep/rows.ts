/**
 * Rows in a form that no database owns: what SQLite and PostgreSQL both store (platform/store/values.ts), as bytes, in the order of
 * the columns' names. A digest over them is the same on either.
 *
 * A value: 0 null; 1 an integer, 8 bytes, two's complement; 2 a text in UTF-8; 3 bytes. Texts and bytes have their length before them, 4
 * bytes. All numbers are big-endian.
 */
import { createHash, type Hash } from 'node:crypto'
import type { Value } from '../../platform/store/values.ts'
import { UpkeepError } from './errors.ts'
import type { Shape } from './shapes.ts'

export function encodeRow(values: readonly Value[]): Buffer {
  const parts: Buffer[] = []
  for (const value of values) {
    const head = Buffer.alloc(value === null ? 1 : typeof value === 'number' ? 9 : 5)
    if (value === null) parts.push(head)
    else if (typeof value === 'number') {
      head.writeUInt8(1)
      head.writeBigInt64BE(BigInt(value), 1)
      parts.push(head)
    } else if (typeof value === 'bigint') throw new TypeError('no column holds a bigint')
    else {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      head.writeUInt8(typeof value === 'string' ? 2 : 3)
      head.writeUInt32BE(bytes.length, 1)
      parts.push(head, bytes)
    }
  }
  return Buffer.concat(parts)
}

/** @throws UpkeepError `backup_inconsistent` where the bytes are not a row of so many columns */
export function decodeRow(bytes: Buffer, columns: number): Value[] {
  const values: Value[] = []
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw damaged()
    return bytes.subarray(at, (at += length))
  }
  while (at < bytes.length) {
    const kind = take(1).readUInt8()
    if (kind === 0) values.push(null)
    else if (kind === 1) values.push(Number(take(8).readBigInt64BE()))
    else if (kind === 2) values.push(take(take(4).readUInt32BE()).toString('utf8'))
    else if (kind === 3) values.push(Uint8Array.from(take(take(4).readUInt32BE())))
    else throw damaged()
  }
  if (values.length !== columns) throw damaged()
  return values
}

const damaged = (): UpkeepError => new UpkeepError('backup_inconsistent', 'A row in the backup cannot be read.', 'Use another backup; keep this one, and see whether the machine that wrote it is sound.')

export type Tally = { rows: number; digest: string }

/** Counts and digests the rows of one table as they pass. */
export class Tallying {
  readonly #hash: Hash
  #rows = 0

  constructor(shape: Pick<Shape, 'name' | 'columns'>) {
    this.#hash = createHash('sha256').update(`countersign.rows.v1\n${JSON.stringify([shape.name, shape.columns])}\n`)
  }

  add(row: Buffer): void {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(row.length)
    this.#hash.update(length).update(row)
    this.#rows++
  }

  end(): Tally {
    return { rows: this.#rows, digest: this.#hash.digest('hex') }
  }
}
