/**
 * Wake-ups for long polls, within a process and between the servers of one database. A topic is a string such as `run/run_0193...`.
 *
 * Guaranteed: nobody sleeps through a change. Take `version()` before reading the database, read, then
 * `wait(topic, thatVersion, ...)`: a change in between ends the wait at once. Waking for nothing is
 * allowed, so look again after every wake. Waiters are bounded and leave nothing behind.
 * Not guaranteed: that the change is still there, or came from this process; and a change of another server may be told late or
 * never (postgres/wake-ups.ts). So every wait is bounded, and its end is a reason to look once more.
 */
import type { Peers } from './store/store.ts'

export interface Notify {
  /** Call it after the commit (`afterCommit(tx, () => notify.changed(topic))`), or a woken reader sees the past. */
  changed(topic: string): void
  /** The count of changes so far, over all topics. */
  version(): number
  /** Resolves at a change later than `since`, after `ms`, or when `signal` aborts; says which. Rejects with NotifyError when too many wait. */
  wait(topic: string, since: number, ms: number, signal?: AbortSignal): Promise<'changed' | 'timeout' | 'aborted'>
  /** Asks `look` now and after each change until it answers something; `undefined` when the time is over or `signal` aborts. */
  waitUntil<T>(topic: string, look: () => Promise<T | undefined>, ms: number, signal?: AbortSignal): Promise<T | undefined>
}

export type ClosableNotify = Notify & {
  /** The program ends: who waits is answered now, as if the time were over; who comes later is refused. */
  close(): void
  /** How many wait now. */
  waiting(): number
}

export class NotifyError extends Error {
  override readonly name = 'NotifyError'
  readonly code: 'too_many_waiters' | 'shutting_down'
  readonly headers = { 'Retry-After': '1' }

  constructor(code: 'too_many_waiters' | 'shutting_down', message: string) {
    super(message)
    this.code = code
  }
}

type Waiter = (why: 'changed' | 'timeout' | 'aborted') => void

export type NotifyLimits = { waiters: number; perTopic: number; remembered: number }

const LIMITS: NotifyLimits = { waiters: 5_000, perTopic: 200, remembered: 10_000 }

export function createNotify(peers?: Peers, limits: NotifyLimits = LIMITS): ClosableNotify {
  const waiting = new Map<string, Set<Waiter>>()
  /** When each topic changed last, oldest first. What has been forgotten changed at `forgotten` or before. */
  const changes = new Map<string, number>()
  let forgotten = 0
  let version = 0
  let count = 0
  let closed = false

  const wait: Notify['wait'] = async (topic, since, ms, signal) => {
    // A forgotten topic may have changed after `since`: then wake for nothing rather than sleep through it.
    if ((changes.get(topic) ?? forgotten) > since) return 'changed'
    if (signal?.aborted === true) return 'aborted'
    if (ms <= 0) return 'timeout'
    if (closed) throw new NotifyError('shutting_down', 'This server is ending. Ask again in a moment.')
    const waiters = waiting.get(topic) ?? new Set<Waiter>()
    if (count >= limits.waiters || waiters.size >= limits.perTopic) throw new NotifyError('too_many_waiters', `Too many are waiting for ${topic} already. Ask again in a moment.`)
    waiting.set(topic, waiters)
    count += 1
    return await new Promise((resolve) => {
      const end: Waiter = (why) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
        waiters.delete(end)
        count -= 1
        if (waiters.size === 0 && waiting.get(topic) === waiters) waiting.delete(topic)
        resolve(why)
      }
      const aborted = (): void => end('aborted')
      const timer = setTimeout(() => end('timeout'), ms)
      signal?.addEventListener('abort', aborted, { once: true })
      waiters.add(end)
    })
  }

  const changed = (topic: string): void => {
    version += 1
    changes.delete(topic)
    changes.set(topic, version)
    if (changes.size > limits.remembered) {
      const [oldest, at] = changes.entries().next().value ?? ['', 0]
      changes.delete(oldest)
      forgotten = Math.max(forgotten, at)
    }
    for (const end of waiting.get(topic) ?? []) end('changed')
  }
  /** Any topic may have changed. */
  const allChanged = (): void => {
    version += 1
    changes.clear()
    forgotten = version
    for (const waiters of waiting.values()) for (const end of waiters) end('changed')
  }
  peers?.hear((topic) => (topic === null ? allChanged() : changed(topic)))

  return {
    wait,
    version: () => version,
    waiting: () => count,
    close: () => {
      closed = true
      for (const waiters of waiting.values()) for (const end of waiters) end('timeout')
    },
    changed: (topic) => {
      changed(topic)
      peers?.tell(topic)
    },
    waitUntil: async (topic, look, ms, signal) => {
      const deadline = performance.now() + ms
      for (;;) {
        const since = version
        const answer = await look()
        if (answer !== undefined) return answer
        const why = await wait(topic, since, deadline - performance.now(), signal)
        if (why === 'aborted') return undefined
        // Look once more at the end of the time: a change may have come in the same moment.
        if (why === 'timeout') return await look()
      }
    },
  }
}
