import { systemRandom, type Random } from '../random.ts'
import { aadOf, placeOf, type Context } from './context.ts'
import { mostOf, writeChunk } from './chunk.ts'
import { EnvelopeError } from './errors.ts'
import { CHUNK, chunksOf, LARGEST, writeHead } from './head.ts'
import { inOrder } from './packing.ts'
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
  if (plain.length > LARGEST) throw new EnvelopeError('envelope_too_large', `A state of ${plain.length} bytes is larger than can be kept (${LARGEST}).`, 'Split the configuration into several workspaces.')
  const sizes = { chunk: CHUNK, plain: plain.length }
  const aad = aadOf({ context, ...sizes })
  const chunks = chunksOf(sizes)
  const dataKey = random.bytes(KEY)
  try {
    // First: where keys cannot be had, nothing is compressed in vain.
    const wrapped = await wrapKey(provider, dataKey, aad)
    // Memory that is reserved and never written to costs nothing: the system gives pages when they are touched.
    const room = Buffer.allocUnsafeSlow(mostOf(plain.length, chunks))
    let used = 0
    await inOrder(chunks, (index) => packing.take(index), (packed, index) => {
      used = writeChunk({ dataKey, aad, chunks }, index, packed, room, used)
    })
    const written = room.subarray(0, used)
    return { head: writeHead({ ...wrapped, ...sizes, place: placeOf(context) }), body: written }
  } finally {
    dataKey.fill(0)
  }
}
