/**
 * Appending. During a unit of work leaves are only collected; at its end they get their places, all at once.
 * The first statement then updates the row of the tree head: on PostgreSQL that is the lock under which
 * indexes are given out, taken after every other lock of the unit, so no two units can wait for each other.
 *
 * The tree that this process appended last is remembered, and is believed only where the database says the same size and root: that
 * is then one statement, and no node is read. It may be of a unit that was rolled back: then the database says otherwise.
 */
import { rangeAt, type TreeNode } from '@countersign/proof/produce'
import type { Clock } from '../platform/clock.ts'
import type { Random } from '../platform/random.ts'
import { insertRows, preparedChange } from '../platform/store/prepared.ts'
import type { Tx } from '../platform/store/store.ts'
import { afterCommit, atUnitEnd } from '../platform/store/unit.ts'
import { LedgerError } from './errors.ts'
import type { NewEntry } from './index.ts'
import { writeLeaf, type Written } from './leaf.ts'
import { nodeReader } from './nodes.ts'
import { emptyTree, grown, rootOf, type Tree } from './tree.ts'
import { factRows, leafIn } from './search/rows.ts'

type Collected = { written: Promise<Written>; slot: { index: number | null } }
type Unit = { leaves: Collected[]; sealed: boolean }
type Known = { tree: Tree; root: string }

export type Append = (tx: Tx, entry: NewEntry) => Promise<{ readonly index: number }>

export function appender(clock: Clock, random: Random): Append {
  const units = new WeakMap<Tx, Unit>()
  const owner = {}
  const known: Known = { tree: emptyTree, root: '' }
  return async (tx, entry) => {
    const unit = units.get(tx) ?? { leaves: [], sealed: false }
    units.set(tx, unit)
    atUnitEnd(tx, owner, (end) => place(end, unit, known))
    if (unit.sealed) throw new LedgerError('entry_invalid', 'An entry came after its unit of work had ended. Await every append inside the unit.')
    const slot: Collected['slot'] = { index: null }
    const written = writeLeaf(entry, clock, random)
    // Whoever does not wait for this, or swallows its error, is caught at the end of the unit: no effect without its leaf.
    unit.leaves.push({ written, slot })
    await written
    return {
      get index() {
        if (slot.index === null) throw new LedgerError('not_in_ledger', 'The place of a leaf is known when its unit of work is committed, not inside it.')
        return slot.index
      },
    }
  }
}

async function place(tx: Tx, unit: Unit, known: Known): Promise<void> {
  unit.sealed = true
  const leaves = await Promise.all(unit.leaves.map(({ written }) => written))
  const factsFrom = (start: number): ReturnType<typeof factRows> => factRows(tx, leaves.map(({ leaf, details }, at) => ({ idx: start + at, leaf: leafIn(leaf), details })))
  const guess = known.tree.size
  // What is looked up for them is asked for together with the head, for the places that they get if nobody else came first.
  const [{ start, made: nodes }, guessed] = await Promise.all([extend(tx, known, leaves.map(({ hash }) => hash)), factsFrom(guess)])
  const rows = leaves.map((written, at) => ({ idx: start + at, ...written }))
  const facts = start === guess ? guessed : await factsFrom(start)
  // Handed over together, the leaves first: the others refer to them.
  await Promise.all([
    insertRows(tx, 'ledger_leaf', rows.map(({ idx, leaf }) => ({ idx, leaf }))),
    insertRows(tx, 'ledger_details', rows.map(({ idx, salt, details }) => ({ idx, salt, details }))),
    insertRows(tx, 'ledger_id', rows.flatMap(({ idx, ids }) => Object.entries(ids).map(([key, value]) => ({ key, value, idx })))),
    insertRows(tx, 'ledger_node', nodes.map(({ level, index, hash }) => ({ level, idx: index, hash }))),
    insertRows(tx, 'ledger_fact', facts),
  ])
  afterCommit(tx, () => unit.leaves.forEach(({ slot }, at) => (slot.index = start + at)))
}

const takeHead = preparedChange<{ size: number; root: string; sizeBefore: number; rootBefore: string }>((db, value) =>
  db.updateTable('ledger_head').set({ size: value('size'), root: value('root') }).where('id', '=', 1).where('size', '=', value('sizeBefore')).where('root', '=', value('rootBefore')))

/** Takes the head, and with it the places from `start` on. */
async function extend(tx: Tx, known: Known, hashes: readonly Uint8Array[]): Promise<{ start: number; made: TreeNode[] }> {
  const before = known.tree.size
  const guess = grown(known.tree, hashes)
  const root = rootOf(guess.tree)
  const taken = await takeHead(tx, { size: guess.tree.size, root, sizeBefore: before, rootBefore: known.root })
  if (taken === 1) return remember(known, guess, root, before)
  const head = await tx.updateTable('ledger_head').set((row) => ({ size: row('size', '+', hashes.length) })).where('id', '=', 1).returning('size').executeTakeFirst()
  if (head === undefined) throw new LedgerError('ledger_unavailable', 'The ledger has not been opened: nothing can be done that it does not record.')
  const start = head.size - hashes.length
  const found = grown(await rangeAt(start, nodeReader(tx)), hashes)
  const rootThere = rootOf(found.tree)
  await tx.updateTable('ledger_head').set({ root: rootThere }).where('id', '=', 1).execute()
  return remember(known, found, rootThere, start)
}

function remember(known: Known, { tree, made }: ReturnType<typeof grown>, root: string, start: number): { start: number; made: TreeNode[] } {
  known.tree = tree
  known.root = root
  return { start, made }
}
