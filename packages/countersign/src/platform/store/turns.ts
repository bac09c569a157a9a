/**
 * Who is inside a unit of work or a read right now. A unit that called `write` would wait for itself for
 * ever, and one that called `read` would see the past: both are refused at once, with the reason.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { StorageError } from './errors.ts'
import type { Db } from './store.ts'

export type Statement = { sql: string; parameters: readonly unknown[] }

export interface Turn {
  open: boolean
  readonly kind: 'unit' | 'read' | 'migration'
  /** Of `performance.now()`: what it sees of the database was taken then or later. */
  readonly began: number
  /** The first failure of a statement: it dooms the turn, even when the caller caught it. */
  failure: unknown
  /** Everything that was asked, for the digest of migrations. */
  readonly statements: Statement[] | null
}

export function beginTurn(kind: Turn['kind']): Turn {
  return { open: true, kind, began: performance.now(), failure: undefined, statements: kind === 'migration' ? [] : null }
}

export type Inside = { turn: Turn; db: Db }
export type Turns = AsyncLocalStorage<Inside>

export const newTurns = (): Turns => new AsyncLocalStorage<Inside>()

/** The turn that the caller stands in, if that is still open. Work left behind by a closed one counts as outside. */
export function current(turns: Turns): Inside | undefined {
  const inside = turns.getStore()
  return inside?.turn.open === true ? inside : undefined
}

export function refuseInside(turns: Turns, what: string): void {
  const inside = current(turns)
  if (inside === undefined) return
  throw new StorageError('nested_unit', `${what} was begun inside a ${inside.turn.kind}. Use the transaction that the outer one was given.`)
}

/** Ends with `work`, or with `unit_overrun` after `ms`: it then waited for something that is not the database. */
export async function within<T>(ms: number, kind: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const overrun = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new StorageError('unit_overrun', `A ${kind} did not end within ${ms / 1000} s and was rolled back. It may only talk to the database.`)), ms)
  })
  try {
    return await Promise.race([work, overrun])
  } finally {
    clearTimeout(timer)
  }
}
