/** Everything that is left to chance in a schedule, from one number: the same number, the same schedule. */
import { createHash } from 'node:crypto'
import type { Random } from '../../src/platform/random.ts'

/** sfc32 (PractRand): fast, and nothing that a key should be made of. */
export class Seeded implements Random {
  readonly #state: Uint32Array

  /** Streams of one seed know nothing of one another: what one part draws moves no other part. */
  constructor(seed: number, stream: string) {
    const digest = createHash('sha256').update(`${seed}/${stream}`).digest()
    this.#state = new Uint32Array(4)
    for (let at = 0; at < 4; at++) this.#state[at] = digest.readUInt32LE(4 * at)
  }

  #next(): number {
    const state = this.#state
    const [a = 0, b = 0, c = 0, counter = 0] = state
    const drawn = (a + b + counter) >>> 0
    state[3] = counter + 1
    state[0] = b ^ (b >>> 9)
    state[1] = c + (c << 3)
    state[2] = ((c << 21) | (c >>> 11)) + drawn
    return drawn
  }

  /** 0 to `n` - 1. */
  below(n: number): number {
    return this.#next() % n
  }

  chance(probability: number): boolean {
    return this.#next() < probability * 0x1_0000_0000
  }

  pick<T>(from: readonly T[]): T {
    const drawn = from[this.below(from.length)]
    if (drawn === undefined) throw new Error('nothing to pick from')
    return drawn
  }

  bytes(n: number): Uint8Array {
    const bytes = new Uint8Array(n)
    for (let at = 0; at < n; at++) bytes[at] = this.#next() & 0xff
    return bytes
  }

  hex(n: number): string {
    return Buffer.from(this.bytes(n)).toString('hex')
  }
}
