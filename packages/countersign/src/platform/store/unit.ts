/**
 * What a unit of work wants done around its end. Both lists belong to the store, which runs them:
 * - `atUnitEnd`: inside the transaction, after the work and before the commit. The ledger takes the
 *   lock on its tree head here, last of all locks, so that two units cannot wait for each other.
 *   An error in it rolls the whole unit back.
 * - `afterCommit`: when the unit is durable. Wake-ups go here; it must not throw and must not wait.
 *
 * `groupOf` says which units share a transaction, and so see the same committed rows: what one of them read, and none of them has
 * changed since, the next one need not read again.
 */
import { StorageError } from './errors.ts'
import type { Db, Tx } from './store.ts'

export type UnitHooks = { atEnd: Map<object, (tx: Tx) => Promise<void>>; afterCommit: (() => void)[]; open: boolean; readonly group: object }

const units = new WeakMap<Tx, UnitHooks>()

/** For stores only: opens the lists for a unit that begins. `group` is one object for all units of a transaction. */
export function openUnit(tx: Tx, group: object): UnitHooks {
  const hooks: UnitHooks = { atEnd: new Map(), afterCommit: [], open: true, group }
  units.set(tx, hooks)
  return hooks
}

/** One hook per `owner` and unit: a second call with the same owner replaces nothing and returns false. */
export function atUnitEnd(tx: Tx, owner: object, hook: (tx: Tx) => Promise<void>): boolean {
  const hooks = hooksOf(tx)
  if (hooks.atEnd.has(owner)) return false
  hooks.atEnd.set(owner, hook)
  return true
}

export function afterCommit(tx: Tx, hook: () => void): void {
  hooksOf(tx).afterCommit.push(hook)
}

/** Of a unit its transaction, which others may share; of a read the read. */
export function groupOf(db: Db | Tx): object {
  return units.get(db as Tx)?.group ?? db
}

function hooksOf(tx: Tx): UnitHooks {
  const hooks = units.get(tx)
  if (hooks === undefined || !hooks.open) {
    throw new StorageError('unit_closed', 'This unit of work has ended, or the transaction was not given out by the store. Use the tx that store.write passes, and only inside it.')
  }
  return hooks
}
