/**
 * The one who decides what happens next. Whoever comes to the database, or begins a call, waits here until the seed lets them go on; what
 * was let go runs to its end, and until everybody stands still again, before the next is chosen. So nothing but the seed decides how
 * the actors come between one another, and a seed replays.
 *
 * Half of the schedules choose evenly; the others prefer one actor for as long as it can go on, and change their mind a few times: that
 * finds what takes one to be held up for long (after Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs").
 */
import type { Seeded } from './seeded.ts'

type Entry = {
  actor: string
  /** null: at any time. */
  ready: (() => boolean) | null
  /** Belongs to a server that has died: it never goes on. */
  gone: () => boolean
  /** With false: nobody will ever make it ready. */
  go(may: boolean): Promise<void>
}

const never = (): boolean => false
const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class Stage {
  step = 0
  playing = false
  readonly #seeded: Seeded
  readonly #waiting: Entry[] = []
  readonly #even: boolean
  readonly #rank = new Map<string, number>()
  #running = 0
  /** Whose turn it is: what comes to wait until the next choice is theirs. */
  #turn = ''

  constructor(seeded: Seeded) {
    this.#seeded = seeded
    this.#even = seeded.chance(0.5)
  }

  /** Begins an actor. An error that it does not expect ends the play. */
  enter(name: string, work: () => Promise<void>, failed: (error: unknown) => void): void {
    this.#rank.set(name, this.#seeded.below(1_000_000))
    this.#running++
    void this.#await(name, null).then(work).catch(failed).finally(() => this.#running--)
  }

  /** Waits to be let go, and for nothing else. */
  async pause(): Promise<void> {
    await this.#await(this.#turn, null)
  }

  /** Waits until something is so; false when it never will be. */
  async until(ready: () => boolean): Promise<boolean> {
    return this.#await(this.#turn, ready)
  }

  /** Waits to be let go, and keeps everybody else from being so until `work` has ended. */
  async alone<T>(gone: () => boolean, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ actor: this.#turn, ready: null, gone, go: () => work().then(resolve, reject) })
    })
  }

  /** @param between is asked before each choice. Ends when every actor has, or when nobody can go on. @returns false for the latter */
  async play(between: () => Promise<void>, most: number): Promise<boolean> {
    this.playing = true
    await turnOfLoop()
    while (this.#running > 0 && this.step < most) {
      await between()
      const entry = this.#choose()
      if (entry === null) {
        // Whoever has just learned that a server died may still have something to do, or have nothing left to do.
        await turnOfLoop()
        if (this.#running > 0 && this.#waiting.length === 0) return false
        continue
      }
      this.step++
      this.#turn = entry.actor
      await entry.go(entry.ready?.() ?? true)
      await turnOfLoop()
    }
    this.playing = false
    return this.#running === 0
  }

  #choose(): Entry | null {
    for (let at = this.#waiting.length - 1; at >= 0; at--) if (this.#waiting[at]?.gone() === true) this.#waiting.splice(at, 1)
    const able = this.#waiting.filter(({ ready }) => ready === null || ready())
    const from = able.length > 0 ? able : this.#waiting
    if (from.length === 0) return null
    const entry = this.#even ? this.#seeded.pick(from) : this.#preferred(from)
    this.#waiting.splice(this.#waiting.indexOf(entry), 1)
    return entry
  }

  #preferred(from: readonly Entry[]): Entry {
    const rank = (entry: Entry): number => this.#rank.get(entry.actor) ?? 0
    const first = from.reduce((best, one) => (rank(one) > rank(best) ? one : best))
    if (this.#seeded.chance(0.08)) this.#rank.set(first.actor, -this.step - 1)
    return first
  }

  #await(actor: string, ready: Entry['ready']): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push({ actor, ready, gone: never, go: async (may) => resolve(may) })
    })
  }
}
