/** Reads: each is one snapshot of committed units, in a transaction that cannot write. */
import { StorageError } from '../errors.ts'
import { databaseOver } from '../over.ts'
import type { Db } from '../store.ts'
import { beginTurn, current, within, type Turns } from '../turns.ts'
import { postgresTongue } from './dialect.ts'
import { Contended } from './failures.ts'
import type { Sessions } from './sessions.ts'
import { Turnstile } from './turnstile.ts'

export class Readers {
  readonly #sessions: Sessions
  readonly #turns: Turns
  readonly #unitMs: number
  readonly #turnstile: Turnstile

  constructor(options: { sessions: Sessions; turns: Turns; limits: { readers: number; readQueue: number; unitMs: number } }) {
    this.#sessions = options.sessions
    this.#turns = options.turns
    this.#unitMs = options.limits.unitMs
    this.#turnstile = new Turnstile(options.limits.readers, options.limits.readQueue)
  }

  async read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const inside = current(this.#turns)
    if (inside?.turn.kind === 'read') return await work(inside.db)
    if (inside !== undefined) throw new StorageError('nested_unit', 'A read was begun inside a unit of work: it would not see what the unit did. Use the transaction that the unit was given.')
    return await this.#turnstile.pass(async () => {
      try {
        return await this.#snapshot(work)
      } catch (error) {
        // A statement that was prepared before the schema changed; nothing else takes a read its turn.
        if (error instanceof Contended) return await this.#snapshot(work)
        throw error
      }
    })
  }

  close(): Promise<void> {
    return this.#turnstile.close()
  }

  async #snapshot<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const session = await this.#sessions.take()
    const turn = beginTurn('read')
    const db = databaseOver(postgresTongue, (sql, parameters) => session.query(sql, parameters, 'read'), turn)
    let clean = false
    try {
      await session.command('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const value = await within(this.#unitMs, 'read', this.#turns.run({ turn, db }, () => work(db)))
      turn.open = false
      await session.command('COMMIT')
      clean = true
      return value
    } catch (error) {
      const overran = error instanceof StorageError && (error.code === 'unit_overrun' || error.code === 'storage_unavailable')
      if (!overran) clean = await session.command('ROLLBACK').then(() => true, () => false)
      throw error
    } finally {
      turn.open = false
      session.release(!clean)
    }
  }
}
