/** At most so many at a time; the rest wait in order, and only so many of them. */
import { StorageError } from '../errors.ts'

export class Turnstile {
  readonly #max: number
  readonly #queue: number
  readonly #waiting: (() => void)[] = []
  #inside = 0
  #closed = false
  #drained: (() => void) | null = null

  constructor(max: number, queue: number) {
    this.#max = max
    this.#queue = queue
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StorageError('store_closed', 'The store is closed: the program is ending.')
    if (this.#inside < this.#max) this.#inside += 1
    else {
      if (this.#waiting.length >= this.#queue) throw new StorageError('overloaded', `${this.#queue} are waiting for the database already. Nothing was done; try again in a moment.`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next !== undefined) next()
      else if (--this.#inside === 0) this.#drained?.()
    }
  }

  /** Lets in nobody who comes after; resolves when all who came before are through. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#inside > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
  }
}
