/**
 * The one writer. Units of work queue up and run one after another, each in a savepoint; one COMMIT, with
 * its fsync, serves all units of a group.
 *
 * Guaranteed: a unit is answered, whether with its value or with its own error, only after the COMMIT of
 * its group: it may have seen units before it in the group, so its answer is worth nothing if those did
 * not last. When the disk fails, the whole group is rejected with `storage_unavailable`. The next group
 * starts on a clean connection, opened anew where needed: the process need not be restarted.
 * Not guaranteed: that a failed COMMIT left nothing. An error after the bytes were written looks the same.
 */
import { performance } from 'node:perf_hooks'
import { StorageError } from '../errors.ts'
import { transactionOver } from '../over.ts'
import type { Tx } from '../store.ts'
import { beginTurn, refuseInside, within, type Turn, type Turns } from '../turns.ts'
import { openUnit } from '../unit.ts'
import type { Connect, Connection } from './connection.ts'
import { sqliteTongue } from './dialect.ts'
import { endsTransaction, storageFailure } from './failures.ts'

export type WriterLimits = { queue: number; unitMs: number }

type Unit = { kind: 'unit' | 'migration'; work: (tx: Tx, turn: Turn) => Promise<unknown>; resolve: (value: never) => void; reject: (error: unknown) => void }
type Done = { unit: Unit; settle: () => void; afterCommit: (() => void)[] }

/** Bounds how long an answered-to-be unit waits for its companions, and how long the event loop is held; so many share a flush even where they are slow. */
const GROUP = { units: 128, slow: 16, ms: 15 }

export class Writer {
  readonly #connect: Connect
  readonly #path: string
  readonly #turns: Turns
  readonly #limits: WriterLimits
  readonly #queue: Unit[] = []
  #connection: Connection | null
  #draining: Promise<void> | null = null
  #stuck = false
  #closed = false
  #commits = 0

  constructor(options: { connect: Connect; path: string; turns: Turns; limits: WriterLimits }) {
    this.#connect = options.connect
    this.#path = options.path
    this.#turns = options.turns
    this.#limits = options.limits
    this.#connection = options.connect(options.path, 'write')
  }

  async submit<T>(work: (tx: Tx, turn: Turn) => Promise<T>, kind: Unit['kind'] = 'unit'): Promise<T> {
    refuseInside(this.#turns, 'A unit of work')
    if (this.#closed) throw new StorageError('store_closed', 'The store is closed: the program is ending.')
    if (this.#queue.length >= this.#limits.queue) {
      throw new StorageError('overloaded', `${this.#limits.queue} changes are waiting for the database already. Nothing was done; try again in a moment.`)
    }
    return await new Promise<T>((resolve, reject) => {
      this.#queue.push({ kind, work, resolve, reject })
      this.#draining ??= this.#turns.exit(() => this.#drain())
    })
  }

  /** How often it has committed so far. */
  get commits(): number {
    return this.#commits
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
    try {
      this.#connection?.command('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // What was committed is in the WAL, and the next start reads it there.
    }
    this.#connection?.close()
    this.#connection = null
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // One turn of the event loop: whoever was about to hand over a unit joins this group, and the network gets air.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#group()
    }
    this.#draining = null
  }

  async #group(): Promise<void> {
    const done: Done[] = []
    let next: Unit | undefined
    let connection: Connection
    try {
      connection = this.#ready()
    } catch (error) {
      this.#abandon()
      for (const unit of this.#queue.splice(0)) unit.reject(this.#unavailable(error))
      return
    }
    try {
      const started = performance.now()
      const group = {}
      while (done.length < GROUP.units && (done.length < GROUP.slow || performance.now() - started < GROUP.ms) && (next = this.#queue.shift()) !== undefined) {
        done.push(await this.#run(connection, next, group))
        next = undefined
      }
      connection.command('COMMIT')
      this.#commits += 1
    } catch (error) {
      this.#abandon()
      const failure = this.#unavailable(error)
      for (const unit of [...done.map((one) => one.unit), ...(next === undefined ? [] : [next])]) unit.reject(failure)
      return
    }
    for (const one of done) one.settle()
    for (const hook of done.flatMap((one) => one.afterCommit)) hook()
  }

  /** Throws only what ends the group. What the unit threw is kept for it. */
  async #run(connection: Connection, unit: Unit, group: object): Promise<Done> {
    connection.command('SAVEPOINT unit')
    const turn = beginTurn(unit.kind)
    const tx = transactionOver(sqliteTongue, (sql, parameters) => connection.query(sql, parameters), turn)
    const hooks = openUnit(tx, group)
    try {
      const value = await within(this.#limits.unitMs, 'unit of work', this.#turns.run({ turn, db: tx }, async () => {
        const answer = await unit.work(tx, turn)
        for (const hook of hooks.atEnd.values()) await hook(tx)
        return answer
      }))
      turn.open = hooks.open = false
      if (turn.failure !== undefined) throw turn.failure
      connection.command('RELEASE unit')
      return { unit, settle: () => unit.resolve(value as never), afterCommit: hooks.afterCommit }
    } catch (error) {
      turn.open = hooks.open = false
      if (endsTransaction(turn.failure) || !connection.inTransaction) throw turn.failure ?? error
      connection.command('ROLLBACK TO unit; RELEASE unit')
      return { unit, settle: () => unit.reject(error), afterCommit: [] }
    }
  }

  #ready(): Connection {
    if (this.#stuck) this.#replace()
    this.#connection ??= this.#connect(this.#path, 'write')
    this.#connection.command('BEGIN IMMEDIATE')
    return this.#connection
  }

  #abandon(): void {
    try {
      if (this.#connection?.inTransaction === true) this.#connection.command('ROLLBACK')
    } catch {
      this.#stuck = true
    }
  }

  /**
   * A connection that could not roll back is not trusted again. It must still let go of its transaction
   * first: the library closes a connection that has statements only when they are collected, and until
   * then the lock would stay. While that fails, every change is refused.
   */
  #replace(): void {
    if (this.#connection?.inTransaction === true) this.#connection.command('ROLLBACK')
    this.#connection?.close()
    this.#connection = null
    this.#stuck = false
  }

  #unavailable(error: unknown): StorageError {
    const failure = storageFailure(error, this.#path)
    if (failure instanceof StorageError && endsTransaction(failure)) return failure
    return new StorageError('storage_unavailable', `The database ${this.#path} could not complete a change (${failure instanceof Error ? failure.message : 'unknown'}). Look at the disk, then try again; whether the change lasted must be asked anew.`, { cause: error })
  }
}
