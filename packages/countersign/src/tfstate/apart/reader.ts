/**
 * Threads that read states: some for what a client waits for, and one for what it does not wait for, so that the next client does not wait for
 * that either. A request is answered by one thread, alone on it; requests that find none free wait in order. A thread that
 * dies (of its memory limit, or of a mistake) takes its request with it and no other: the next request starts a new one. Threads that have nothing to
 * do do not keep the process alive, and are ended after a while, because they keep the memory of their largest state.
 */
import type { Worker } from 'node:worker_threads'
import { TfstateError } from '../error.ts'
import type { AddressDiff, ReadOptions, StateHead } from '../shape.ts'
import type { Reply, Request, Work, WrittenFacts } from './message.ts'
import { startThread } from './start.ts'
import type { Limits } from './start.ts'

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

/** What a client waits for, and what is read after that. `facts` is rejected where the thread was lost meanwhile; nobody has to listen. */
export type StateReading = { head: StateHead; facts: Promise<WrittenFacts> }

/** Bodies over a SharedArrayBuffer are not copied, and must not be written to meanwhile. Others are copied into one. */
export type StateReader = {
  /** As `surveyState`, and then as `readState`: the body must not be written to before `facts` ended, either. */
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
type Job = Asked & { resolve: (reply: Reply) => void; reject: (error: Error) => void }
type Thread = { worker: Worker; heap: number; job: Job | undefined; timer: NodeJS.Timeout | undefined }

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
  const front = new Threads(options)
  const behind = new Threads({ ...options, threads: 1 }, true)
  const bytesOf = async (work: Work, body: Uint8Array): Promise<Uint8Array> => {
    const reply = await front.ask({ work, body })
    if (reply.kind !== 'bytes') throw died()
    return reply.bytes
  }
  const factsOf = async (body: Uint8Array, readOptions: ReadOptions): Promise<WrittenFacts> => {
    const reply = await behind.ask({ work: 'facts', body, options: readOptions })
    if (reply.kind !== 'facts') throw died()
    return reply.facts
  }
  return {
    async read(bytes, readOptions = {}) {
      const body = shared(bytes)
      const reply = await front.ask({ work: 'survey', body })
      if (reply.kind !== 'head') throw died()
      const facts = factsOf(body, readOptions)
      facts.catch(() => undefined)
      return { head: reply.head, facts }
    },
    redact: (bytes) => bytesOf('redact', bytes),
    outputs: (bytes) => bytesOf('outputs', bytes),
    async compare(before, after) {
      const reply = await front.ask({ work: 'compare', body: after, before })
      if (reply.kind !== 'diff') throw died()
      return reply.diff
    },
    close: async () => void (await Promise.all([front.close(), behind.close()])),
  }
}

class Threads {
  readonly #most: number
  readonly #queued: number
  readonly #idle: number
  readonly #patience: readonly [number, number]
  readonly #start: (limits: Limits) => Worker
  readonly #behind: boolean
  readonly #threads = new Set<Thread>()
  readonly #waiting: Job[] = []
  #closed = false
  #count = 0

  constructor({ threads = 1, queue = 64, idle = 30_000, patience = [20_000, 400], start = startThread }: StateReaderOptions, behind = false) {
    this.#most = Math.min(2, Math.max(1, threads))
    this.#queued = queue
    this.#idle = idle
    this.#patience = patience
    this.#start = start
    this.#behind = behind
  }

  async ask(asked: Asked): Promise<Reply> {
    if (this.#closed) throw closed()
    if (this.#waiting.length >= this.#queued) throw new TfstateError('state_reader_busy', 'Too many states are being read at once. Try again in a moment.')
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#waiting.push({ ...asked, resolve, reject })
      this.#next()
    })
    if (reply.kind === 'refused') throw new TfstateError(reply.code, reply.message)
    if (reply.kind === 'failed') throw died()
    return reply
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(closed())
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, closed())))
  }

  #next(): void {
    while (!this.#closed && this.#waiting[0] !== undefined) {
      const job = this.#waiting[0]
      const thread = this.#threadFor(heapFor(sizeOf(job)))
      if (thread === undefined) return
      this.#waiting.shift()
      if (thread === 'none') job.reject(died())
      else this.#give(thread, job)
    }
  }

  /** A thread for a heap of so many MB; undefined when all are busy; `none` when none can be started. */
  #threadFor(heap: number): Thread | 'none' | undefined {
    const free = [...this.#threads].filter((thread) => thread.job === undefined)
    const large = free.find((thread) => thread.heap >= heap)
    if (large !== undefined) return large
    // One that is too small makes room for a larger one.
    if (this.#threads.size >= this.#most && free[0] !== undefined) void this.#end(free[0], died())
    if (this.#threads.size >= this.#most) return undefined
    try {
      return this.#begin(Math.max(heap, heapFor(usual)))
    } catch {
      return 'none'
    }
  }

  #give(thread: Thread, job: Job): void {
    clearTimeout(thread.timer)
    thread.job = job
    thread.worker.ref()
    const request: Request = { id: ++this.#count, work: job.work, body: shared(job.body), before: job.before ? shared(job.before) : null, options: job.options ?? {} }
    thread.worker.postMessage(request, [])
    // A runtime that is short of memory can collect garbage for minutes before it gives up.
    const [start, each] = this.#patience
    thread.timer = setTimeout(() => this.#lost(thread), start + (each * sizeOf(job)) / 1_000_000)
  }

  #begin(heap: number): Thread {
    const worker = this.#start({ heapMegabytes: heap, behind: this.#behind })
    const thread: Thread = { worker, heap, job: undefined, timer: undefined }
    this.#threads.add(thread)
    worker.on('message', (reply: Reply) => this.#heard(thread, reply))
    // The error is not handed on: a runtime's message may quote what it stumbled over.
    worker.on('error', () => this.#lost(thread))
    worker.on('exit', () => this.#lost(thread))
    return thread
  }

  #heard(thread: Thread, reply: Reply): void {
    const job = thread.job
    thread.job = undefined
    clearTimeout(thread.timer)
    thread.worker.unref()
    // What a body of unusual size has left on the heap of its thread is given back at once, and not when the next one comes.
    thread.timer = setTimeout(() => void this.#end(thread, died()), thread.heap > heapFor(usual) ? 0 : this.#idle)
    thread.timer.unref()
    job?.resolve(reply)
    this.#next()
  }

  #lost(thread: Thread): void {
    void this.#end(thread, died())
    this.#next()
  }

  async #end(thread: Thread, error: Error): Promise<void> {
    if (!this.#threads.delete(thread)) return
    clearTimeout(thread.timer)
    thread.job?.reject(error)
    thread.job = undefined
    await thread.worker.terminate().catch(() => undefined)
  }
}

function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
