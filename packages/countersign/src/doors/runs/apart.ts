/**
 * Plans are read on the event loop while they are small, and on a thread where everybody else would wait for them. One thread, which gives
 * way to whatever somebody waits for: a large plan takes seconds, and its person reads it for minutes.
 */
import { shared, Threads } from '../../apart/index.ts'
import type { Limits, Worker } from '../../apart/index.ts'
import type { Reply, Request } from './apart/message.ts'
import { startThread } from './apart/start.ts'
import { RunError } from './errors.ts'
import { outlineOf, sizeOf } from './outline.ts'
import { takeRun } from './take.ts'
import type { Taken } from './take.ts'

/** Above this, in bytes. The loop takes some ten milliseconds for as many; a thread costs one, and a new one some fifty of another processor. */
export const APART = 256 * 1024

export type PlanReaderOptions = {
  /** How long reading may take, in ms for a start and for each MB; then its thread is ended. Default 20,000 and 600. */
  patience?: readonly [number, number]
  /** Where tests put threads that die. */
  start?: (limits: Limits) => Worker
}

export interface PlanReader {
  /** As `takeRun`. Bytes over a SharedArrayBuffer are not copied, and must not be written to meanwhile. */
  take(bytes: Uint8Array, signal?: AbortSignal): Promise<Taken>
  /** As `outlineOf`. */
  outline(packed: Uint8Array, digest: string): Promise<Uint8Array | null>
  close(): Promise<void>
}

class Busy extends RunError {
  readonly headers = { 'Retry-After': '5' }
}

/** Where there is no room for one more. */
export const busy = (): RunError => new Busy('plan_reader_busy', 'Too many large plans are being read at once.', 'Try again in a moment.')
const closed = (): RunError => new RunError('plan_reader_closed', 'The server is stopping.', 'Try again in a moment.')
const died = (): RunError =>
  new RunError('plan_reader_failed', 'The plan could not be read: the thread that read it ended, most likely because the memory or the time that a plan of its size may take was used up. Nothing was kept.', 'Try again. If it stays so, plan a part of it with -target, or split the configuration.')

const WAITING = 16
const IDLE = 30_000
/** Threads are started for a body of this size at least, so that not every larger one needs a new thread. */
const usual = 8_000_000

/** The heap that a body of this size may take, in MB: its text twice, the plan as a value, and that written again to be compared. */
export const heapFor = (bytes: number): number => Math.ceil(96 + (bytes * 12) / 1_000_000)

export function createPlanReader({ patience = [20_000, 600], start = startThread }: PlanReaderOptions = {}): PlanReader {
  const apart = new Threads<Request, Reply>({ threads: 1, queue: WAITING, idle: IDLE, patience, heapFor, usual, giveWay: true, start, errors: { busy, died, closed } })
  return {
    async take(bytes, signal) {
      if (bytes.byteLength <= APART) return takeRun(bytes)
      const reply = await apart.ask({ message: { work: 'take', bytes: shared(bytes) }, size: bytes.byteLength, signal })
      if (reply.kind !== 'taken') throw died()
      return reply.taken
    },
    async outline(packed, digest) {
      const size = sizeOf(packed)
      if (size <= APART) return outlineOf(packed, digest)
      const reply = await apart.ask({ message: { work: 'outline', packed, digest }, size: Math.max(size, packed.byteLength) })
      if (reply.kind !== 'outline') throw died()
      return reply.outline
    },
    close: () => apart.close(),
  }
}
