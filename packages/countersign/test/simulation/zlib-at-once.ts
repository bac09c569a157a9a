/** Compression in the same turn of the event loop: on a thread of its own it ends when the machine likes, and the seed has no say in that. */
import type { InputType, ZlibOptions } from 'node:zlib'

type Done = (error: Error | null, result?: Buffer) => void
type Work = (input: InputType, options?: ZlibOptions) => Buffer

const now = (work: Work) => (input: InputType, options: ZlibOptions | Done, done?: Done): void => {
  const [given, tell] = typeof options === 'function' ? [{}, options] : [options, done]
  let result: Buffer | undefined
  let failed: Error | null = null
  try {
    result = work(input, given)
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error))
  }
  tell?.(failed, result)
}

type Real = Record<'gzipSync' | 'gunzipSync' | 'deflateRawSync' | 'inflateRawSync', Work>

/** In place of the functions of node:zlib that take a callback. Handed the real ones, because whoever imports them here gets these. */
export const atOnce = (real: Real) => ({ gzip: now(real.gzipSync), gunzip: now(real.gunzipSync), deflateRaw: now(real.deflateRawSync), inflateRaw: now(real.inflateRawSync) })
