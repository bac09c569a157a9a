/**
 * Units of work on PostgreSQL: each a SERIALIZABLE transaction of its own, beside those of this and of other servers.
 *
 * Why no interleaving breaks a room that was written for one writer: the rooms check and then write (is the plan file consumed, does
 * the requester still hold the role, is this the last policy, how many requests wait). SERIALIZABLE means that what commits is as if
 * the units had run one after another; a unit whose reads another one has made untrue is ended by the server with 40001, leaves
 * nothing, and is run again from its beginning. So a unit may run more than once: it must have no effect but through its transaction
 * and the hooks of unit.ts, which belong to one attempt and go with it.
 *
 * Two that append to the ledger always meet at the row of the tree head, which each takes last: the second waits there until the first
 * has committed, and then loses. It would lose again and again under load. So the second attempt runs **alone**: every first attempt
 * holds `platform_turn` in a shared mode, and the second takes it exclusively. PostgreSQL serves that queue in order, LOCK TABLE comes
 * before the snapshot, and whoever is alone has nobody to lose to. Under the worst contention this is one writer, as on SQLite;
 * without contention (proofs of keys, sign-in, sessions) units run side by side.
 *
 * What a first attempt answers, when it is refused by a check of its own, rests on one snapshot of committed units, and stands. A
 * unique key that turns out to be taken does not: there the snapshot had not shown it. That too is settled alone.
 */
import { StorageError } from '../errors.ts'
import { transactionOver } from '../over.ts'
import type { Tx } from '../store.ts'
import { beginTurn, refuseInside, within, type Turn, type Turns } from '../turns.ts'
import { openUnit } from '../unit.ts'
import { postgresTongue } from './dialect.ts'
import { Contended } from './failures.ts'
import { unknownOutcome, type Session, type Sessions } from './sessions.ts'
import { Turnstile } from './turnstile.ts'

/** The table whose lock says who is alone. It has no columns and no rows. */
export const TURN = 'platform_turn'

// Sequential scans of small tables would make units that touch different rows of one look like rivals.
const BEGIN = 'BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL enable_seqscan = off'
const BESIDE_OTHERS = `${BEGIN}; LOCK TABLE ${TURN} IN ROW SHARE MODE`
const ALONE = `${BEGIN}; LOCK TABLE ${TURN} IN EXCLUSIVE MODE`

/** Beside a foreign program that writes, even the second can lose. */
const ATTEMPTS = 5

type Work<T> = (tx: Tx, turn: Turn) => Promise<T>
type Kind = 'unit' | 'migration'
type Attempt<T> = { lost: false; value: T; afterCommit: (() => void)[] } | { lost: true; to: unknown }

export class Units {
  readonly #sessions: Sessions
  readonly #turns: Turns
  readonly #shown: string
  readonly #unitMs: number
  readonly #turnstile: Turnstile

  constructor(options: { sessions: Sessions; turns: Turns; shown: string; limits: { units: number; queue: number; unitMs: number } }) {
    this.#sessions = options.sessions
    this.#turns = options.turns
    this.#shown = options.shown
    this.#unitMs = options.limits.unitMs
    this.#turnstile = new Turnstile(options.limits.units, options.limits.queue)
  }

  async submit<T>(work: Work<T>, kind: Kind = 'unit'): Promise<T> {
    refuseInside(this.#turns, 'A unit of work')
    return await this.#turnstile.pass(async () => {
      let lost: unknown
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const made = await this.#attempt(work, kind, attempt > 1 || kind === 'migration')
        if (!made.lost) {
          for (const hook of made.afterCommit) hook()
          return made.value
        }
        lost = made.to
      }
      throw lost
    })
  }

  close(): Promise<void> {
    return this.#turnstile.close()
  }

  async #attempt<T>(work: Work<T>, kind: Kind, alone: boolean): Promise<Attempt<T>> {
    const session = await this.#sessions.take()
    const turn = beginTurn(kind)
    let clean = false
    try {
      await session.command(alone ? ALONE : BESIDE_OTHERS)
      const done = await this.#run(session, turn, work)
      await this.#commit(session, turn)
      clean = true
      return { lost: false, ...done }
    } catch (error) {
      const why = turn.failure ?? error
      clean = await rolledBack(session, error)
      if (why instanceof Contended || (!alone && why instanceof StorageError && why.code === 'conflict')) return { lost: true, to: why }
      throw endsConnection(why) ? why : error
    } finally {
      turn.open = false
      session.release(!clean)
    }
  }

  async #run<T>(session: Session, turn: Turn, work: Work<T>): Promise<{ value: T; afterCommit: (() => void)[] }> {
    const tx = transactionOver(postgresTongue, (sql, parameters) => session.query(sql, parameters, turn.kind), turn)
    const hooks = openUnit(tx)
    try {
      const value = await within(this.#unitMs, 'unit of work', this.#turns.run({ turn, db: tx }, async () => {
        const answer = await work(tx, turn)
        for (const hook of hooks.atEnd.values()) await hook(tx)
        return answer
      }))
      if (turn.failure !== undefined) throw turn.failure
      return { value, afterCommit: hooks.afterCommit }
    } finally {
      turn.open = hooks.open = false
    }
  }

  async #commit(session: Session, turn: Turn): Promise<void> {
    let tag: string
    try {
      tag = await session.command('COMMIT')
    } catch (error) {
      // Refused is refused; but without an answer nobody knows.
      throw error instanceof Contended || !endsConnection(error) ? error : unknownOutcome(this.#shown, error)
    }
    // A statement that nobody awaited failed after the work had ended.
    if (tag !== 'COMMIT') throw turn.failure ?? new StorageError('storage_unavailable', `The database ${this.#shown} rolled a change back. Nothing was changed.`)
  }
}

/** After an overrun a statement may still be under way, so that a ROLLBACK would wait for it: the connection is closed instead. */
async function rolledBack(session: Session, error: unknown): Promise<boolean> {
  if (endsConnection(error) || (error instanceof StorageError && error.code === 'unit_overrun')) return false
  return await session.command('ROLLBACK').then(() => true, () => false)
}

function endsConnection(error: unknown): boolean {
  return error instanceof StorageError && (error.code === 'storage_unavailable' || error.code === 'database_damaged')
}
