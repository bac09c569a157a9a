/**
 * Compression of one chunk, on libuv's threads: the event loop only hands over and takes back. At most as many at once as there are
 * processors and one thread fewer than the pool has, however many envelopes are made: the database and password hashing need it too.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { constants, deflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib'
import { edited } from './errors.ts'

const stored = 0
const deflated = 1

/** `method`: 0 as it is, 1 raw deflate (RFC 1951). */
export type Packed = { readonly method: number; readonly payload: Uint8Array }

const AT_ONCE = Math.max(1, Math.min(availableParallelism(), 3))
/** Of one envelope: what waits in memory is bounded. */
export const AHEAD = AT_ONCE + 1

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)
const waiting: (() => void)[] = []
let running = 0

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** A sample decides what is worth it: looking for repetitions where there are none takes five times as long as text does, for nothing. */
const SAMPLE = 16_384
const asItIs = 0.9
const onlyLetters = 0.6

/** Level 1: on generated states a tenth larger than the best levels, at a fraction of their time. */
const quick: ZlibOptions = { level: 1, memLevel: 9 }

export async function pack(piece: Uint8Array): Promise<Packed> {
  const asIs = { method: stored, payload: piece }
  if (piece.length === 0) return asIs
  return await inTurn(async () => {
    const shrinks = await shrinksTo(piece)
    if (shrinks > asItIs) return asIs
    const strategy = shrinks > onlyLetters ? constants.Z_HUFFMAN_ONLY : constants.Z_DEFAULT_STRATEGY
    const payload = await deflate(piece, { ...quick, strategy, chunkSize: Math.max(1024, piece.length >>> 2) })
    return payload.length < piece.length ? { method: deflated, payload } : asIs
  })
}

async function shrinksTo(piece: Uint8Array): Promise<number> {
  if (piece.length < 4 * SAMPLE) return 0
  const middle = piece.length >>> 1
  const sample = await deflate(piece.subarray(middle, middle + SAMPLE), quick)
  return sample.length / SAMPLE
}

/** @param size how many bytes it must be: no more are ever made, whatever the payload says */
export async function unpack({ method, payload }: Packed, size: number): Promise<Uint8Array> {
  if (method === stored) {
    if (payload.length !== size) throw edited('a part has another size than its head says')
    return payload
  }
  if (method !== deflated) throw edited('a part is compressed in a way that is not known')
  try {
    const piece = await inTurn(async () => await inflate(payload, { chunkSize: Math.max(64, size), maxOutputLength: Math.max(1, size) }))
    if (piece.length === size) return piece
  } catch (cause) {
    throw edited('a part cannot be decompressed to the size that its head says', cause)
  }
  throw edited('a part has another size than its head says')
}

/** `work` for 0, 1, 2 ..., a few ahead; `take` gets the results one after the other, in order. */
export async function inOrder<T>(count: number, work: (index: number) => Promise<T>, take: (result: T, index: number) => void): Promise<void> {
  const ahead: Promise<T>[] = []
  try {
    for (let index = 0, next = 0; index < count; index++) {
      while (ahead.length < AHEAD && next < count) {
        const begun = work(next++)
        // It may fail before its turn has come; whoever waits for it then is told.
        begun.catch(() => undefined)
        ahead.push(begun)
      }
      const first = ahead.shift()
      if (first !== undefined) take(await first, index)
      // Others get their turn between chunks, also where nothing had to be compressed and so nothing was waited for.
      if (next < count) await setImmediate()
    }
  } finally {
    // One failed: the others are waited for, so that nothing goes on with a key that is wiped.
    await Promise.allSettled(ahead)
  }
}
