import { systemRandom, type Random } from '../random.ts'
import { aadOf, placeOf, type Context } from './context.ts'
import { mostOf, writeChunk, type Sealer } from './chunk.ts'
import { EnvelopeError } from './errors.ts'
import { CHUNK, chunksOf, LARGEST, writeHead } from './head.ts'
import { inOrder, type Packed } from './packing.ts'
import { Packing } from './packing-ahead.ts'
import type { KeyProvider } from './provider.ts'
import { KEY, wrapKey } from './wrapping.ts'

/**
 * Both are stored; neither is secret. A head without its body, or a body without its head, is worth nothing. `body` is a view: the memory
 * behind it is reserved for the whole plain text, so it is stored or copied, and not posted to a thread.
 */
export type Sealed = { readonly head: string; readonly body: Buffer }

/**
 * `plain` must not be changed before the promise ends. Memory: besides it, the body, about three chunks of 1 MiB, and what was packed ahead.
 * @param packing of this plain text, where its compression was begun before all of it was there
 * @param random makes the data key; with the same bytes twice, nothing here is secret any more.
 * @throws EnvelopeError `envelope_too_large` over 1 GiB; `envelope_key_unavailable` and what else the provider says
 */
export async function seal(provider: KeyProvider, context: Context, plain: Uint8Array, random: Random = systemRandom, packing: Packing = new Packing(plain)): Promise<Sealed> {
  const { head, sealer } = await begin(provider, context, plain, random)
  try {
    // Memory that is reserved and never written to costs nothing: the system gives pages when they are touched.
    const room = Buffer.allocUnsafeSlow(mostOf(plain.length, sealer.chunks))
    let used = 0
    await inOrder(sealer.chunks, (index) => packing.take(index), (packed, index) => {
      used = writeChunk(sealer, index, packed, room, used)
    })
    return { head, body: room.subarray(0, used) }
  } finally {
    sealer.dataKey.fill(0)
  }
}

/**
 * For what is not to be in memory twice: the same, and the body comes chunk by chunk as it is asked for. It must be asked for to its end, or
 * be given up with `return()`: until then the data key is in memory, and `plain` must not be changed. Each chunk is a view, good until the
 * next one is asked for.
 */
export type SealedStream = { readonly head: string; readonly body: AsyncGenerator<Buffer, void> }

/** As `seal`. One chunk is packed while the one before it is taken, and no more: everybody else comes first. */
export async function sealStream(provider: KeyProvider, context: Context, plain: Uint8Array, random: Random = systemRandom): Promise<SealedStream> {
  const { head, sealer } = await begin(provider, context, plain, random)
  const body = chunksOfBody(sealer, new Packing(plain))
  // From here on it has a `finally` to reach, also where nobody asks for a chunk.
  await body.next()
  return { head, body }
}

/** The first that it gives is empty. */
async function* chunksOfBody(sealer: Sealer, packing: Packing): AsyncGenerator<Buffer, void> {
  let ahead: Promise<unknown> = Promise.resolve()
  const take = (index: number): Promise<Packed> => {
    const packed = packing.take(index)
    ahead = packed.catch(() => undefined)
    return packed
  }
  try {
    const room = Buffer.allocUnsafeSlow(mostOf(CHUNK, 1))
    yield room.subarray(0, 0)
    let next = take(0)
    for (let index = 0; index < sealer.chunks; index++) {
      const packed = await next
      if (index + 1 < sealer.chunks) next = take(index + 1)
      yield room.subarray(0, writeChunk(sealer, index, packed, room, 0))
    }
  } finally {
    await ahead
    sealer.dataKey.fill(0)
  }
}

async function begin(provider: KeyProvider, context: Context, plain: Uint8Array, random: Random): Promise<{ head: string; sealer: Sealer }> {
  if (plain.length > LARGEST) throw new EnvelopeError('envelope_too_large', `A state of ${plain.length} bytes is larger than can be kept (${LARGEST}).`, 'Split the configuration into several workspaces.')
  const sizes = { chunk: CHUNK, plain: plain.length }
  const aad = aadOf({ context, ...sizes })
  const dataKey = random.bytes(KEY)
  try {
    // First: where keys cannot be had, nothing is compressed in vain.
    const wrapped = await wrapKey(provider, dataKey, aad)
    return { head: writeHead({ ...wrapped, ...sizes, place: placeOf(context) }), sealer: { dataKey, aad, chunks: chunksOf(sizes) } }
  } catch (error) {
    dataKey.fill(0)
    throw error
  }
}
