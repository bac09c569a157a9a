/**
 * Threads that read states: some for what a client waits for, and one for what it does not wait for, so that the next client does not wait for
 * that either.
 */
import { shared, Threads } from '../../apart/index.ts'
import type { Limits, Worker } from '../../apart/index.ts'
import { TfstateError } from '../error.ts'
import type { AddressDiff, ReadOptions, StateHead } from '../shape.ts'
import type { Reply, Request, Work, WrittenFacts } from './message.ts'
import { startThread } from './start.ts'

export type StateReaderOptions = {
  /** Threads at most for what is waited for: 1 or 2. Default 1. */
  threads?: number
  /** Requests that wait at most; one more is refused with `state_reader_busy`. Default 64. */
  queue?: number
  /** A thread without work is ended after so many ms. Default 30,000. */
  idle?: number
  /** How long a body may be read, in ms for a start and for each MB; then its thread is ended. Default 20,000 and 400. */
  patience?: readonly [number, number]
  /** Where tests put threads that die. */
  start?: (limits: Limits) => Worker
}

/** What a client waits for, and what is read after that, when it is asked for: once. It is rejected where the thread was lost meanwhile; nobody has to listen. */
export type StateReading = { head: StateHead; facts: () => Promise<WrittenFacts> }

/** Bodies over a SharedArrayBuffer are not copied, and must not be written to meanwhile. Others are copied into one. */
export type StateReader = {
  /** As `surveyState`, and then as `readState`: the body must not be written to before `facts()` ended, either. */
  read(bytes: Uint8Array, options?: ReadOptions): Promise<StateReading>
  /** As `redactState`. */
  redact(bytes: Uint8Array): Promise<Uint8Array>
  /** As `outputsOnly`. */
  outputs(bytes: Uint8Array): Promise<Uint8Array>
  /** As `compareStates`, of facts as `read` gives them. `before` null: nothing was there. */
  compare(before: Uint8Array | null, after: Uint8Array): Promise<AddressDiff>
  /** Ends the threads; what waits or is under way is rejected with `state_reader_closed`. */
  close(): Promise<void>
}

type Asked = { work: Work; body: Uint8Array; before?: Uint8Array | null; options?: ReadOptions }

const busy = (): TfstateError => new TfstateError('state_reader_busy', 'Too many states are being read at once. Try again in a moment.')
const closed = (): TfstateError => new TfstateError('state_reader_closed', 'The server is stopping.')
const died = (): TfstateError =>
  new TfstateError('state_reader_failed', 'The state could not be read: the thread that read it ended, most likely because the memory or the time that a state of its size may take was used up.')

/**
 * The heap that a body of this size may take, in MB. Facts and needles grow with the number of instances, a single instance is parsed as a whole; the body itself and
 * what is written stand outside of the heap.
 */
export const heapFor = (bytes: number): number => Math.ceil(224 + (bytes * 0.6) / 1_000_000)
/** Of facts every one is in memory at once, as the runtime keeps it. */
const sizeOf = ({ work, body, before }: Asked): number => (body.length + (before?.length ?? 0)) * (work === 'compare' ? 8 : 1)

/** Threads are started for a body of this size at least, so that not every larger one needs a new thread. */
const usual = 64_000_000

export function createStateReader(options: StateReaderOptions = {}): StateReader {
  const front = asking(options)
  const behind = asking({ ...options, threads: 1 }, true)
  const bytesOf = async (work: Work, body: Uint8Array): Promise<Uint8Array> => {
    const reply = await front.answer({ work, body })
    if (reply.kind !== 'bytes') throw died()
    return reply.bytes
  }
  const factsOf = async (body: Uint8Array, readOptions: ReadOptions): Promise<WrittenFacts> => {
    const reply = await behind.answer({ work: 'facts', body, options: readOptions })
    if (reply.kind !== 'facts') throw died()
    return reply.facts
  }
  return {
    async read(bytes, readOptions = {}) {
      const body = shared(bytes)
      const reply = await front.answer({ work: 'survey', body })
      if (reply.kind !== 'head') throw died()
      return {
        head: reply.head,
        facts() {
          const facts = factsOf(body, readOptions)
          facts.catch(() => undefined)
          return facts
        },
      }
    },
    redact: (bytes) => bytesOf('redact', bytes),
    outputs: (bytes) => bytesOf('outputs', bytes),
    async compare(before, after) {
      const reply = await front.answer({ work: 'compare', body: after, before })
      if (reply.kind !== 'diff') throw died()
      return reply.diff
    },
    close: async () => void (await Promise.all([front.close(), behind.close()])),
  }
}

function asking({ threads = 1, queue = 64, idle = 30_000, patience = [20_000, 400], start = startThread }: StateReaderOptions, giveWay = false) {
  const apart = new Threads<Request, Reply>({ threads, queue, idle, patience, heapFor, usual, giveWay, start, errors: { busy, died, closed } })
  return {
    async answer(asked: Asked): Promise<Reply> {
      const { work, body, before, options = {} } = asked
      const reply = await apart.ask({ message: { work, body: shared(body), before: before ? shared(before) : null, options }, size: sizeOf(asked) })
      if (reply.kind === 'refused') throw new TfstateError(reply.code, reply.message)
      if (reply.kind === 'failed') throw died()
      return reply
    },
    close: () => apart.close(),
  }
}
