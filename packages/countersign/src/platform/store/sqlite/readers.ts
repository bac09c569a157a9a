/**
 * Readers: each read is one snapshot of committed units on a connection of its own, at most `max` at a
 * time; more wait their turn in order. A connection whose transaction cannot be ended is thrown away.
 */
import { StorageError } from '../errors.ts'
import { databaseOver } from '../over.ts'
import type { Db } from '../store.ts'
import { beginTurn, current, within, type Turns } from '../turns.ts'
import type { Connect, Connection } from './connection.ts'
import { sqliteTongue } from './dialect.ts'

export type ReaderLimits = { readers: number; readQueue: number; unitMs: number }

export class Readers {
  readonly #open: () => Connection
  readonly #turns: Turns
  readonly #limits: ReaderLimits
  readonly #idle: Connection[] = []
  readonly #waiting: (() => void)[] = []
  #busy = 0
  #closed = false
  #drained: (() => void) | null = null

  constructor(options: { connect: Connect; path: string; turns: Turns; limits: ReaderLimits }) {
    this.#open = () => options.connect(options.path, 'read')
    this.#turns = options.turns
    this.#limits = options.limits
  }

  async read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const inside = current(this.#turns)
    if (inside?.turn.kind === 'read') return await work(inside.db)
    if (inside !== undefined) throw new StorageError('nested_unit', 'A read was begun inside a unit of work: it would not see what the unit did. Use the transaction that the unit was given.')
    if (this.#closed) throw new StorageError('store_closed', 'The store is closed: the program is ending.')
    await this.#place()
    let connection: Connection | undefined
    try {
      connection = this.#idle.pop() ?? this.#open()
      return await this.#snapshot(connection, work)
    } finally {
      this.#giveBack(connection)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#busy > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
    for (const connection of this.#idle.splice(0)) connection.close()
  }

  async #snapshot<T>(connection: Connection, work: (db: Db) => Promise<T>): Promise<T> {
    const turn = beginTurn('read')
    const db = databaseOver(sqliteTongue, (sql, parameters) => connection.query(sql, parameters), turn)
    connection.command('BEGIN')
    try {
      return await within(this.#limits.unitMs, 'read', this.#turns.run({ turn, db }, () => work(db)))
    } finally {
      turn.open = false
    }
  }

  async #place(): Promise<void> {
    if (this.#busy < this.#limits.readers) {
      this.#busy += 1
      return
    }
    if (this.#waiting.length >= this.#limits.readQueue) throw new StorageError('overloaded', 'Too many reads are waiting for the database. Try again in a moment.')
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(connection: Connection | undefined): void {
    try {
      if (connection?.inTransaction === true) connection.command('COMMIT')
      if (connection !== undefined) this.#idle.push(connection)
    } catch {
      connection?.close()
    }
    const next = this.#waiting.shift()
    if (next !== undefined) return next()
    this.#busy -= 1
    if (this.#busy === 0) this.#drained?.()
  }
}
