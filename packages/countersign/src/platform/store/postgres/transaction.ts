/**
 * One transaction with one unit of work or several, a savepoint each: what one of them refuses, or throws, is undone alone, and what
 * is left is committed at once. None of them is answered before that.
 *
 * Where another transaction came first nothing has happened, and all of them begin anew. Where the connection or the database is at
 * fault, all of them are told so.
 */
import { StorageError } from '../errors.ts'
import { transactionOver } from '../over.ts'
import type { Tx } from '../store.ts'
import { beginTurn, within, type Turn, type Turns } from '../turns.ts'
import { openUnit } from '../unit.ts'
import { postgresTongue } from './dialect.ts'
import { Contended, isAftermath } from './failures.ts'
import { unknownOutcome, type Session } from './sessions.ts'

export type Unit = {
  readonly kind: 'unit' | 'migration'
  readonly work: (tx: Tx, turn: Turn) => Promise<unknown>
  /** In the asynchronous context of whoever handed the unit over. */
  readonly enter: <T>(run: () => T) => T
  /** How often it has lost. */
  lost: number
  resolve(value: unknown): void
  reject(error: unknown): void
}

export type Setting = { readonly turns: Turns; readonly unitMs: number; readonly shown: string }

/** `again`: units that did not happen and were not answered. `lostTo`: why; null where one among them had to be stopped. */
export type Ended = { committed: boolean; again: readonly Unit[]; lostTo: StorageError | null }

type Done = { unit: Unit; settle: () => void; afterCommit: readonly (() => void)[] }

/** `alone`: nobody else writes, so that nothing but a foreign program can come first. `next` gives units until it gives none. */
export async function transaction(session: Session, { begin, alone, next }: { begin: string; alone: boolean; next: () => Unit | undefined }, setting: Setting): Promise<Ended> {
  const done: Done[] = []
  const group = {}
  let unit: Unit | undefined
  let clean = false
  try {
    await begun(session, begin, next)
    unit = next()
    // The next one's statements are sent behind its savepoint, not after the answer to it.
    let savepoint: Promise<unknown> = Promise.resolve()
    while (unit !== undefined) {
      // Both have ended, whatever came of either: nothing of a unit may be under way on a session that was given back.
      const [stands, ended] = await Promise.allSettled([savepoint, one(session, unit, { alone, group }, setting)])
      if (stands.status === 'rejected') throw stands.reason
      if (ended.status === 'rejected') throw ended.reason
      done.push(ended.value)
      unit = next()
      if (unit !== undefined) savepoint = session.command('RELEASE unit; SAVEPOINT unit')
    }
    await commit(session, setting)
    clean = true
  } catch (error) {
    clean = await rolledBack(session, error)
    const before = done.map((each) => each.unit)
    const all = unit === undefined ? before : [...before, unit]
    if (error instanceof Contended || (!alone && isCode(error, 'conflict'))) return { committed: false, again: all, lostTo: error }
    // Whoever does not end is told so; those before it have done nothing wrong.
    const stopped = isCode(error, 'unit_overrun') && unit !== undefined
    for (const each of stopped ? all.slice(-1) : all) each.reject(error)
    return { committed: false, again: stopped ? before : [], lostTo: null }
  } finally {
    session.release(!clean)
  }
  for (const { settle } of done) settle()
  for (const hook of done.flatMap(({ afterCommit }) => afterCommit)) hook()
  return { committed: true, again: [], lostTo: null }
}

/** Where it does not even begin, those who waited for it are told so, and not those who come later. */
async function begun(session: Session, begin: string, next: () => Unit | undefined): Promise<void> {
  try {
    await session.command(`${begin}; SAVEPOINT unit`)
  } catch (error) {
    const told = isCode(error, 'unit_overrun') ? new StorageError('overloaded', 'Others held the database for too long. Nothing was done; try again in a moment.', { cause: error }) : error
    for (let unit = next(); unit !== undefined; unit = next()) unit.reject(told)
    throw error
  }
}

/** Throws what ends the transaction. What the unit threw is kept for it, where others share the transaction with it. */
async function one(session: Session, unit: Unit, { alone, group }: { alone: boolean; group: object }, { turns, unitMs }: Setting): Promise<Done> {
  const turn = beginTurn(unit.kind)
  // One that nobody awaits may fail after the work has ended: the unit has ended when the last one has.
  let last: Promise<unknown> = Promise.resolve()
  const tx = transactionOver(postgresTongue, (sql, parameters) => {
    const asked = session.query(sql, parameters, turn.kind)
    last = asked.then(() => undefined, () => undefined)
    return asked
  }, turn)
  const hooks = openUnit(tx, group)
  try {
    const value = await within(unitMs, 'unit of work', unit.enter(() => turns.run({ turn, db: tx }, async () => {
      const answer = await unit.work(tx, turn)
      for (const hook of hooks.atEnd.values()) await hook(tx)
      return answer
    })))
    turn.open = hooks.open = false
    await last
    if (turn.failure !== undefined) throw turn.failure
    return { unit, settle: () => unit.resolve(value), afterCommit: hooks.afterCommit }
  } catch (error) {
    turn.open = hooks.open = false
    const why = turn.failure ?? error
    if (!alone || why instanceof Contended || endsConnection(why) || isCode(error, 'unit_overrun')) throw endsTransaction(why, alone) ? why : error
    await session.command('ROLLBACK TO unit')
    const told = isAftermath(error) ? why : error
    return { unit, settle: () => unit.reject(told), afterCommit: [] }
  }
}

async function commit(session: Session, { shown }: Setting): Promise<void> {
  let tag: string
  try {
    tag = await session.command('COMMIT')
  } catch (error) {
    // Refused is refused; but without an answer nobody knows.
    throw error instanceof Contended || !endsConnection(error) ? error : unknownOutcome(shown, error)
  }
  if (tag !== 'COMMIT') throw new StorageError('storage_unavailable', `The database ${shown} rolled a change back. Nothing was changed.`)
}

/** After an overrun a statement may still be under way, so that a ROLLBACK would wait for it: the connection is closed instead. */
async function rolledBack(session: Session, error: unknown): Promise<boolean> {
  if (endsConnection(error) || isCode(error, 'unit_overrun')) return false
  return await session.command('ROLLBACK').then(() => true, () => false)
}

function endsTransaction(why: unknown, alone: boolean): boolean {
  return why instanceof Contended || endsConnection(why) || (!alone && isCode(why, 'conflict'))
}

function endsConnection(error: unknown): boolean {
  return isCode(error, 'storage_unavailable') || isCode(error, 'database_damaged')
}

function isCode(error: unknown, code: StorageError['code']): error is StorageError {
  return error instanceof StorageError && error.code === code
}
