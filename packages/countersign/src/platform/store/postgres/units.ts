/**
 * Units of work on PostgreSQL: in SERIALIZABLE transactions, beside those of this and of other servers.
 *
 * Why no interleaving breaks a room that was written for one writer: the rooms check and then write (is the plan file consumed, does
 * the requester still hold the role, is this the last policy, how many requests wait). SERIALIZABLE means that what commits is as if
 * the units had run one after another; a unit whose reads another one has made untrue is ended by the server with 40001, leaves
 * nothing, and is run again from its beginning. So a unit may run more than once: it must have no effect but through its transaction
 * and the hooks of unit.ts, which belong to one attempt and go with it.
 *
 * Two that append to the ledger always meet at the row of the tree head, which each takes last: the second waits there until the first
 * has committed, and then loses. It would lose again and again under load. So whoever has lost runs **alone**: every first attempt
 * holds `platform_turn` in a shared mode, and this one takes it exclusively. PostgreSQL serves that queue in order, LOCK TABLE comes
 * before the snapshot, and whoever is alone has nobody to lose to. And as each such turn is waited for and ends with a flush to the
 * disk, it is shared: all units that wait in this server go into one transaction, one after another, a savepoint each. Under the
 * worst contention this is one writer that commits in groups, as on SQLite; without contention (proofs of keys, sign-in, sessions)
 * units run side by side.
 *
 * What a first attempt answers, when it is refused by a check of its own, rests on one snapshot of committed units, and stands. A
 * unique key that turns out to be taken does not: there the snapshot had not shown it. That too is settled alone.
 */
import { AsyncResource } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { StorageError } from '../errors.ts'
import type { Tx } from '../store.ts'
import { refuseInside, type Turn } from '../turns.ts'
import type { Sessions } from './sessions.ts'
import { transaction, type Ended, type Setting, type Unit } from './transaction.ts'

/** The table whose lock says who is alone. It has no columns and no rows. */
export const TURN = 'platform_turn'

// Sequential scans of small tables would make units that touch different rows of one look like rivals.
const BEGIN = 'BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL enable_seqscan = off'
const BESIDE_OTHERS = `${BEGIN}; LOCK TABLE ${TURN} IN ROW SHARE MODE`
const ALONE = `${BEGIN}; LOCK TABLE ${TURN} IN EXCLUSIVE MODE`

/** Beside a foreign program that writes, even whoever is alone can lose. */
const ATTEMPTS = 5

/** Bounds how long an answered-to-be unit waits for its companions, and how long other servers wait; so many share a flush even where they are slow. */
const GROUP = { units: 128, slow: 16, ms: 50 }

type Limits = { units: number; queue: number; unitMs: number }

export class Units {
  readonly #sessions: Sessions
  readonly #setting: Setting
  readonly #limits: Limits
  readonly #queue: Unit[] = []
  #beside = 0
  #alone: Promise<void> | null = null
  #cleared: (() => void) | null = null
  #closed = false
  #drained: (() => void) | null = null
  #commits = 0

  constructor({ sessions, limits, ...setting }: { sessions: Sessions; turns: Setting['turns']; shown: string; limits: Limits }) {
    this.#sessions = sessions
    this.#limits = limits
    this.#setting = { ...setting, unitMs: limits.unitMs }
  }

  async submit<T>(work: (tx: Tx, turn: Turn) => Promise<T>, kind: Unit['kind'] = 'unit'): Promise<T> {
    refuseInside(this.#setting.turns, 'A unit of work')
    if (this.#closed) throw new StorageError('store_closed', 'The store is closed: the program is ending.')
    if (this.#queue.length >= this.#limits.queue) {
      throw new StorageError('overloaded', `${this.#limits.queue} changes are waiting for the database already. Nothing was done; try again in a moment.`)
    }
    const enter = AsyncResource.bind(<R>(run: () => R): R => run())
    return await new Promise<T>((resolve, reject) => {
      this.#hand({ kind, work, enter, lost: 0, resolve, reject })
    })
  }

  /** How often it has committed so far. */
  get commits(): number {
    return this.#commits
  }

  /** Lets in nobody who comes after; resolves when all who came before are through. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#beside > 0 || this.#alone !== null) await new Promise<void>((resolve) => (this.#drained = resolve))
  }

  /** Beside others while there are few of them; behind those who wait for their turn alone, where there are. */
  #hand(unit: Unit): void {
    const { turns } = this.#setting
    if (unit.kind === 'unit' && unit.lost === 0 && this.#alone === null && this.#beside < this.#limits.units) {
      this.#beside += 1
      void turns.exit(() => this.#runBeside(unit))
      return
    }
    this.#queue.push(unit)
    this.#alone ??= turns.exit(() => this.#runAlone())
  }

  async #runBeside(unit: Unit): Promise<void> {
    const given = [unit]
    const ended = await this.#transaction(BESIDE_OTHERS, false, () => given.shift())
    this.#beside -= 1
    this.#takeBack(ended)
    if (this.#beside === 0) this.#cleared?.()
    this.#rest()
  }

  async #runAlone(): Promise<void> {
    // Those of this server that stand beside others would be waited for at the lock: meanwhile more units join this group.
    if (this.#beside > 0) await new Promise<void>((resolve) => (this.#cleared = resolve))
    while (this.#queue.length > 0) {
      let began = 0
      let count = 0
      const next = (): Unit | undefined => {
        // The time that others take before is not this group's.
        if (count === 0) began = performance.now()
        if (count >= GROUP.units || (count >= GROUP.slow && performance.now() - began >= GROUP.ms)) return undefined
        count += 1
        return this.#queue.shift()
      }
      this.#takeBack(await this.#transaction(ALONE, true, next))
      // Whoever was answered just now may have another one: beside others it would only lose to them.
      if (this.#queue.length === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    this.#alone = null
    this.#rest()
  }

  async #transaction(begin: string, alone: boolean, next: () => Unit | undefined): Promise<Ended> {
    try {
      const session = await this.#sessions.take()
      const ended = await transaction(session, { begin, alone, next }, this.#setting)
      if (ended.committed) this.#commits += 1
      return ended
    } catch (error) {
      // No connection: whoever waits for one is told so, and not those who come later.
      for (let unit = next(); unit !== undefined; unit = next()) unit.reject(error)
      return { committed: false, again: [], lostTo: null }
    }
  }

  /** They go before those who have not begun. */
  #takeBack({ again, lostTo }: Ended): void {
    if (lostTo !== null) for (const unit of again) unit.lost += 1
    const waiting = again.filter((unit) => unit.lost < ATTEMPTS)
    for (const unit of again) if (!waiting.includes(unit)) unit.reject(lostTo)
    if (waiting.length === 0) return
    this.#queue.unshift(...waiting)
    this.#alone ??= this.#setting.turns.exit(() => this.#runAlone())
  }

  #rest(): void {
    if (this.#beside === 0 && this.#alone === null) this.#drained?.()
  }
}
