/** Opening verifies everything before it gives out a byte; decompression is bounded by the size in the authenticated head. */
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { aadOf, placeOf, type Context } from './context.ts'
import { findChunks, openChunk, type Sealer } from './chunk.ts'
import { elsewhere } from './errors.ts'
import { chunksOf, parseHead } from './head.ts'
import { AHEAD, inOrder, unpack } from './packing.ts'
import type { KeyProvider } from './provider.ts'
import type { Sealed } from './seal.ts'
import { unwrapKey } from './wrapping.ts'

type Opened = { readonly sealer: Sealer; readonly sealed: readonly Buffer[]; readonly plain: number; sizeOf(index: number): number; readonly chunk: number }

/** @throws EnvelopeError */
export async function open(provider: KeyProvider, context: Context, sealed: Sealed): Promise<Buffer> {
  const opened = await begin(provider, context, sealed)
  try {
    const plain = Buffer.allocUnsafeSlow(opened.plain)
    await inOrder(opened.sealed.length, (index) => pieceAt(opened, index), (piece, index) => plain.set(piece, index * opened.chunk))
    return plain
  } finally {
    opened.sealer.dataKey.fill(0)
  }
}

/**
 * The plain bytes in pieces of at most 1 MiB. Resolves when every chunk was authenticated; what fails afterwards is only what changed
 * in memory meanwhile. `sealed.body` must not be changed before the end.
 * @throws EnvelopeError
 */
export async function openStream(provider: KeyProvider, context: Context, sealed: Sealed): Promise<Readable> {
  const opened = await begin(provider, context, sealed)
  try {
    for (const [index, bytes] of opened.sealed.entries()) {
      openChunk(opened.sealer, index, bytes)
      if (index % 4 === 3) await setImmediate()
    }
  } catch (error) {
    opened.sealer.dataKey.fill(0)
    throw error
  }
  return Readable.from(pieces(opened), { objectMode: false, highWaterMark: opened.chunk })
}

async function begin(provider: KeyProvider, context: Context, { head: text, body }: Sealed): Promise<Opened> {
  const head = parseHead(text)
  if (head.place !== placeOf(context)) throw elsewhere()
  const aad = aadOf({ context, ...head })
  const chunks = chunksOf(head)
  // The key before the body: the number of chunks is not believed before the head is authentic.
  const dataKey = await unwrapKey(provider, head, aad)
  try {
    const { chunk, plain } = head
    return { sealer: { dataKey, aad, chunks }, sealed: findChunks(body, chunks), plain, chunk, sizeOf: (index) => Math.min(chunk, plain - index * chunk) }
  } catch (error) {
    dataKey.fill(0)
    throw error
  }
}

async function* pieces(opened: Opened): AsyncGenerator<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = []
  try {
    for (let index = 0; index < opened.sealed.length; index++) {
      while (ahead.length < AHEAD && index + ahead.length < opened.sealed.length) {
        const begun = pieceAt(opened, index + ahead.length)
        begun.catch(() => undefined)
        ahead.push(begun)
      }
      const piece = await ahead.shift()
      if (piece !== undefined && piece.length > 0) yield piece
    }
  } finally {
    // Whoever went away early: what was begun still has the key.
    await Promise.allSettled(ahead)
    opened.sealer.dataKey.fill(0)
  }
}

async function pieceAt(opened: Opened, index: number): Promise<Uint8Array> {
  return await unpack(openChunk(opened.sealer, index, opened.sealed[index] ?? Buffer.alloc(0)), opened.sizeOf(index))
}
