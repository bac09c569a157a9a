/**
 * One chunk (docs/spec/state-envelope.md section 4). Its place in the row of chunks and whether it is the last are in the nonce, as in
 * STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): none can be dropped, repeated, reordered or cut off. A nonce is never used twice,
 * because each envelope has a data key of its own.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Packed } from './packing.ts'
import { edited, truncated } from './errors.ts'

const TAG = 16
const COUNT = 4
const LEAD = 5
/** Chunks are filled up to a multiple of this: sizes say less of what was compressed together (section 7). */
const GRAIN = 4096
const zeros = Buffer.alloc(GRAIN)

export type Sealer = { readonly dataKey: Uint8Array; readonly aad: Uint8Array; readonly chunks: number }

/** What a body may take at most, before anything was compressed. */
export const mostOf = (plain: number, chunks: number): number => plain + chunks * (COUNT + LEAD + GRAIN + TAG)

/** Writes the chunk at `at` and answers where the next one starts. */
export function writeChunk({ dataKey, aad, chunks }: Sealer, index: number, { method, payload }: Packed, into: Buffer, at: number): number {
  const filled = Math.ceil((LEAD + payload.length) / GRAIN) * GRAIN
  const lead = Buffer.alloc(LEAD)
  lead.writeUInt8(method)
  lead.writeUInt32BE(payload.length, 1)
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonceOf(index, index === chunks - 1), { authTagLength: TAG })
  cipher.setAAD(aad)
  let end = into.writeUInt32BE(filled, at)
  for (const part of [lead, payload, zeros.subarray(0, filled - LEAD - payload.length)]) end += cipher.update(part).copy(into, end)
  cipher.final()
  return end + cipher.getAuthTag().copy(into, end)
}

/** Where each chunk lies, without looking inside. */
export function findChunks(body: Buffer, chunks: number): Buffer[] {
  const found: Buffer[] = []
  let at = 0
  for (let index = 0; index < chunks; index++) {
    if (at + COUNT > body.length) throw truncated()
    const end = at + COUNT + body.readUInt32BE(at) + TAG
    if (end > body.length) throw truncated()
    found.push(body.subarray(at + COUNT, end))
    at = end
  }
  if (at !== body.length) throw edited('something was added at its end')
  return found
}

/** @throws EnvelopeError where the chunk is not the one that was written at this place */
export function openChunk({ dataKey, aad, chunks }: Sealer, index: number, sealed: Buffer): Packed {
  const decipher = createDecipheriv('aes-256-gcm', dataKey, nonceOf(index, index === chunks - 1), { authTagLength: TAG })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(-TAG))
  const cell = decipher.update(sealed.subarray(0, -TAG))
  try {
    decipher.final()
  } catch (cause) {
    throw edited(`part ${index + 1} of ${chunks} is not the one that was written there`, cause)
  }
  const length = cell.length < LEAD ? Infinity : cell.readUInt32BE(1)
  if (LEAD + length > cell.length) throw edited(`part ${index + 1} of ${chunks} is not in the form it should be`)
  return { method: cell.readUInt8(), payload: cell.subarray(LEAD, LEAD + length) }
}

function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(index, 7)
  nonce.writeUInt8(last ? 1 : 0, 11)
  return nonce
}
