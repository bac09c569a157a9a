/** Sealed bytes in pieces, as they go into the database. */

/** Written and flushed in a millisecond or two; smaller ones take longer together. */
const PIECE = 512 * 1024

/**
 * `whole`: where it is one piece, which is written with its version. `pieces`: once, in order; each is good until the next one is asked for.
 * `laid`: how many pieces there are, when all of them were asked for.
 */
export type Content = { readonly whole: Buffer | null; pieces: () => AsyncGenerator<Uint8Array, void>; laid: () => number }

/** Bytes that are all there. */
export function contentOf(bytes: Buffer): Content {
  const count = Math.max(1, Math.ceil(bytes.byteLength / PIECE))
  return {
    whole: count === 1 ? bytes : null,
    laid: () => count,
    async *pieces() {
      for (let at = 0; at < count; at++) yield bytes.subarray(at * PIECE, (at + 1) * PIECE)
    },
  }
}

/** Bytes that are made as they are asked for: the memory of one piece, however many there are. */
export function contentFrom(chunks: AsyncGenerator<Uint8Array, void>): Content {
  let count = 0
  return {
    whole: null,
    laid: () => count,
    async *pieces() {
      const piece = Buffer.allocUnsafeSlow(PIECE)
      let used = 0
      for await (const chunk of chunks) {
        for (let at = 0; at < chunk.length; ) {
          const part = chunk.subarray(at, at + PIECE - used)
          piece.set(part, used)
          at += part.length
          used += part.length
          if (used < PIECE) continue
          count++
          yield piece
          used = 0
        }
      }
      if (used === 0) return
      count++
      yield piece.subarray(0, used)
    },
  }
}
