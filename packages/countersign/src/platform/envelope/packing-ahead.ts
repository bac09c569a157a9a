/**
 * Compression that begins before all of a plain text is there: each chunk of it as soon as that is whole, one at a time, because whoever
 * receives the rest, and everybody else, needs the processors too.
 */
import { CHUNK } from './head.ts'
import { pack } from './packing.ts'
import type { Packed } from './packing.ts'

export class Packing {
  readonly #plain: Uint8Array
  readonly #packed = new Map<number, Promise<Packed>>()
  #there = 0
  #begun = 0
  #running = false

  /** @param plain of its final size; what was reached is not changed any more */
  constructor(plain: Uint8Array) {
    this.#plain = plain
  }

  /** So many bytes are there. */
  reached(bytes: number): void {
    this.#there = bytes
    while (!this.#running && (this.#begun + 1) * CHUNK <= this.#there) {
      const index = this.#begun++
      this.#running = true
      const packed = this.#pack(index).finally(() => {
        this.#running = false
        this.reached(this.#there)
      })
      packed.catch(() => undefined)
      this.#packed.set(index, packed)
    }
  }

  /** Nothing more is begun: what was there will not be whole. */
  stop(): void {
    this.#begun = Infinity
    this.#packed.clear()
  }

  /** Each once, when all of the plain text is there. */
  async take(index: number): Promise<Packed> {
    const packed = this.#packed.get(index)
    this.#packed.delete(index)
    if (packed) return await packed
    this.#begun = Math.max(this.#begun, index + 1)
    return await this.#pack(index)
  }

  async #pack(index: number): Promise<Packed> {
    return await pack(this.#plain.subarray(index * CHUNK, (index + 1) * CHUNK))
  }
}
