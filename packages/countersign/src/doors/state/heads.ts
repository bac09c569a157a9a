/**
 * Where in the ledger this process last saw what is current in each workspace. The adversary writes the database while the server runs:
 * whoever puts an older version back can also take the newest leaf out of the ledger's index, or write another text into it, and then
 * rows and index agree. At the start the ledger is computed from its leaves and compared with its checkpoints; from there on this
 * remembers, and what is older than what was seen, or reads otherwise, is refused.
 *
 * A reading sees the database as it was when it began, which may be before what this process saw last: it is held against what was known
 * by then, or a write that comes meanwhile would look like tampering.
 *
 * Not guaranteed: what another server of the same database has seen and this one has not.
 */
import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Entry } from '../../ledger/index.ts'
import { beganAt } from '../../platform/store/over.ts'
import type { Db, Store, Tx } from '../../platform/store/store.ts'

export interface Heads {
  /** After the commit of the leaf that says so: its index is known then. */
  moved(workspace: string, leaf: { readonly index: number }): void
  /** Whether the newest leaf that the ledger's index names, as `db` reads it, can be the newest. What was seen since `db` began to read, it need not show. */
  holds(db: Db | Tx, workspace: string, entry: Entry | null): boolean
}

type Seen = { leaf: { readonly index: number }; digest: string; /** `performance.now()` */ readonly at: number }

/** Of each: a reading that is older than all of them is not judged. */
const HISTORY = 16

const digestOf = (leaf: string): string => createHash('sha256').update(leaf).digest('base64url')

export function createHeads(store: Pick<Store, 'read'>): Heads {
  const seen = new Map<string, readonly Seen[]>()
  const at = performance.now()
  // Nobody waits for it: until it is there, what is read is taken as at the start.
  void store.read(readAll).then((all) => all.forEach((one, id) => seen.has(id) || seen.set(id, [{ ...one, at }]))).catch(() => undefined)
  return over(seen, Number.POSITIVE_INFINITY)
}

const REMEMBERED = 20_000

/** The same of what is short-lived: what was seen longest ago is forgotten when there is no more room. */
export const createSeen = (): Heads => over(new Map(), REMEMBERED)

/** Newest first. */
function over(seen: Map<string, readonly Seen[]>, most: number): Heads {
  return {
    moved(workspace, leaf) {
      const before = seen.get(workspace) ?? []
      seen.delete(workspace)
      seen.set(workspace, [{ leaf, digest: '', at: performance.now() }, ...before].slice(0, HISTORY))
      const oldest = seen.keys().next().value
      if (seen.size > most && oldest !== undefined) seen.delete(oldest)
    },
    holds(db, workspace, entry) {
      const history = seen.get(workspace) ?? []
      const began = beganAt(db)
      const known = history.find(({ at }) => at <= began)
      if (known && (!entry || entry.index < known.leaf.index)) return false
      const same = entry && history.find(({ leaf }) => leaf.index === entry.index)
      // One that is not known is another server's; which one it is stays unknown here, because a unit of work that reads it may be undone.
      if (!same) return true
      if (same.digest === '') same.digest = digestOf(entry.leaf)
      return same.digest === digestOf(entry.leaf)
    },
  }
}

async function readAll(db: Db): Promise<Map<string, Omit<Seen, 'at'>>> {
  const rows = await db.selectFrom((e) => e.selectFrom('ledger_id').select((c) => ['value', c.fn.max('idx').as('idx')]).where('key', '=', 'head').groupBy('value').as('last'))
    .innerJoin('ledger_leaf as leaf', 'leaf.idx', 'last.idx').select(['last.value', 'leaf.idx', 'leaf.leaf']).execute()
  return new Map(rows.map(({ value, idx, leaf }) => [value, { leaf: { index: idx }, digest: digestOf(leaf) }]))
}
