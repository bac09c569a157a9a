/**
 * A few threads that answer requests, each alone on one of them; requests that find none free wait in order. A thread that
 * dies (of its memory limit, or of a mistake) takes its request with it and no other: the next request starts a new one. Threads that have
 * nothing to do do not keep the process alive, and are ended after a while, because they keep the memory of their largest request.
 */
import type { Worker } from 'node:worker_threads'

export type { Worker } from 'node:worker_threads'

/** `giveWay`: whatever somebody else waits for goes first (serve.ts). */
export type Limits = { heapMegabytes: number; giveWay?: boolean }

export type ThreadsOptions = {
  /** Threads at most: 1 or 2. */
  threads: number
  /** Requests that wait at most; one more is refused. */
  queue: number
  /** A thread without work is ended after so many ms. */
  idle: number
  /** How long a request may take, in ms for a start and for each MB of its size; then its thread is ended. */
  patience: readonly [number, number]
  /** The heap that a request of this size may take, in MB. */
  heapFor: (bytes: number) => number
  /** Threads are started for a request of this size at least, so that not every larger one needs a new thread. */
  usual: number
  giveWay: boolean
  /** Where tests put threads that die. */
  start: (limits: Limits) => Worker
  errors: { busy: () => Error; died: () => Error; closed: () => Error }
}

/** `message` is copied, but for what stands in shared memory. `size`: in bytes, what heap and patience are measured by. */
export type Asked<M> = { message: M; size: number; signal?: AbortSignal | undefined }
type Job<M, R> = Asked<M> & { resolve: (reply: R) => void; reject: (error: unknown) => void }
type Thread<M, R> = { worker: Worker; heap: number; job: Job<M, R> | undefined; timer: NodeJS.Timeout | undefined }

/** `M` goes to a thread, and one `R` comes back. */
export class Threads<M, R> {
  readonly #options: ThreadsOptions
  readonly #most: number
  readonly #threads = new Set<Thread<M, R>>()
  readonly #waiting: Job<M, R>[] = []
  #closed = false

  constructor(options: ThreadsOptions) {
    this.#options = options
    this.#most = Math.min(2, Math.max(1, options.threads))
  }

  /** Rejected with `signal`'s reason when nobody wants the answer any more; what was under way for it is ended. */
  async ask(asked: Asked<M>): Promise<R> {
    const { errors, queue } = this.#options
    const { signal } = asked
    if (this.#closed) throw errors.closed()
    signal?.throwIfAborted()
    if (this.#waiting.length >= queue) throw errors.busy()
    let left: (() => void) | undefined
    try {
      return await new Promise<R>((resolve, reject) => {
        const job = { ...asked, resolve, reject }
        left = () => this.#leave(job, signal?.reason)
        signal?.addEventListener('abort', left, { once: true })
        this.#waiting.push(job)
        this.#next()
      })
    } finally {
      if (left) signal?.removeEventListener('abort', left)
    }
  }

  async close(): Promise<void> {
    const { closed } = this.#options.errors
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(closed())
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, closed())))
  }

  #leave(job: Job<M, R>, reason: unknown): void {
    const at = this.#waiting.indexOf(job)
    if (at >= 0) this.#waiting.splice(at, 1)
    job.reject(reason)
    const busy = [...this.#threads].find((thread) => thread.job === job)
    if (busy) this.#lost(busy)
  }

  #next(): void {
    while (!this.#closed && this.#waiting[0] !== undefined) {
      const job = this.#waiting[0]
      const thread = this.#threadFor(this.#options.heapFor(job.size))
      if (thread === undefined) return
      this.#waiting.shift()
      if (thread === 'none') job.reject(this.#options.errors.died())
      else this.#give(thread, job)
    }
  }

  /** A thread for a heap of so many MB; undefined when all are busy; `none` when none can be started. */
  #threadFor(heap: number): Thread<M, R> | 'none' | undefined {
    const free = [...this.#threads].filter((thread) => thread.job === undefined)
    const large = free.find((thread) => thread.heap >= heap)
    if (large !== undefined) return large
    // One that is too small makes room for a larger one.
    if (this.#threads.size >= this.#most && free[0] !== undefined) void this.#end(free[0], this.#options.errors.died())
    if (this.#threads.size >= this.#most) return undefined
    try {
      return this.#begin(Math.max(heap, this.#usualHeap()))
    } catch {
      return 'none'
    }
  }

  #usualHeap(): number {
    return this.#options.heapFor(this.#options.usual)
  }

  #give(thread: Thread<M, R>, job: Job<M, R>): void {
    clearTimeout(thread.timer)
    thread.job = job
    thread.worker.ref()
    thread.worker.postMessage(job.message, [])
    // A runtime that is short of memory can collect garbage for minutes before it gives up.
    const [start, each] = this.#options.patience
    thread.timer = setTimeout(() => this.#lost(thread), start + (each * job.size) / 1_000_000)
  }

  #begin(heap: number): Thread<M, R> {
    const worker = this.#options.start({ heapMegabytes: heap, giveWay: this.#options.giveWay })
    const thread: Thread<M, R> = { worker, heap, job: undefined, timer: undefined }
    this.#threads.add(thread)
    worker.on('message', (reply: R) => this.#heard(thread, reply))
    // The error is not handed on: a runtime's message may quote what it stumbled over.
    worker.on('error', () => this.#lost(thread))
    worker.on('exit', () => this.#lost(thread))
    return thread
  }

  #heard(thread: Thread<M, R>, reply: R): void {
    const job = thread.job
    thread.job = undefined
    clearTimeout(thread.timer)
    thread.worker.unref()
    // What a request of unusual size has left on the heap of its thread is given back at once, and not when the next one comes.
    thread.timer = setTimeout(() => void this.#end(thread, this.#options.errors.died()), thread.heap > this.#usualHeap() ? 0 : this.#options.idle)
    thread.timer.unref()
    job?.resolve(reply)
    this.#next()
  }

  #lost(thread: Thread<M, R>): void {
    void this.#end(thread, this.#options.errors.died())
    this.#next()
  }

  async #end(thread: Thread<M, R>, error: Error): Promise<void> {
    if (!this.#threads.delete(thread)) return
    clearTimeout(thread.timer)
    thread.job?.reject(error)
    thread.job = undefined
    await thread.worker.terminate().catch(() => undefined)
  }
}

/** The same bytes, where a thread reads them without a copy of its own. */
export function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
