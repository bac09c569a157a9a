/**
 * `countersign audit verify`: everything recomputed from the leaves, and every stored byte of the ledger
 * compared with what it must be. One edited byte in any column or checkpoint file is found and named.
 *
 * What it cannot find by itself: a history that was rewritten as a whole, key and folder included. That shows against checkpoints that
 * left the host (`away`): each must be the root of as many leaves as it covers, which is what a proof of consistency would prove.
 */
import type { Folder } from '../platform/folder.ts'
import type { Store } from '../platform/store/store.ts'
import { entryAuditor } from './audit-entries.ts'
import { examineAway, misfitOf, type Against } from './away/compare.ts'
import type { AwayText } from './away/read.ts'
import { countLeaves, examineFolder, examineRow, type Found } from './facts.ts'
import { recompute } from './recompute.ts'

export type AuditProblem = { where: string; what: string }
export type Report = (where: string, what: string) => void

export type Audit = {
  leaves: number
  /** Details that are there and match their commitment; `erased`: leaves without details. */
  details: number
  erased: number
  nodes: number
  /** Rows of the database and files of the folder. */
  checkpoints: number
  files: number
  root: string
  newest: { size: number; root: string } | null
  /** What left the host, where it was given. */
  against: Against | null
  /** Empty: nothing was found. The first hundred, and a count of the rest. */
  problems: AuditProblem[]
}

const LISTED = 100

const unusable = { foreign: 'belongs to another ledger', invalid: 'cannot be read, or its signature does not hold' } as const

/** Reads only; may run beside the server. `pinned` are vkeys known from elsewhere; without them the database's own word on its key is taken. `away`: checkpoints that left the host. `say` hears how far it is, in tenths. */
export async function auditVerify(store: Store, folder: Folder, pinned: readonly string[] = [], away: readonly AwayText[] = [], say: (tenths: number) => void = () => undefined): Promise<Audit> {
  const problems: AuditProblem[] = []
  const report: Report = (where, what) => void problems.push({ where, what })
  const rows = await store.read(async (db) => ({
    keys: await db.selectFrom('ledger_key').selectAll().execute(),
    heads: await db.selectFrom('ledger_head').selectAll().execute(),
    checkpoints: await db.selectFrom('ledger_checkpoint').selectAll().orderBy('size').execute(),
  }))
  const { vkey, instance } = auditKey(rows.keys, pinned, report)
  const files = await examineFolder(folder, vkey, instance)
  const elsewhere = await examineAway(away, [vkey, ...pinned], instance)
  const here: Found[] = [...files]
  for (const row of rows.checkpoints) here.push(await examineRow(row, vkey, instance))
  const found = [...here, ...elsewhere]
  for (const { where, problem } of found) if (problem !== 'none') report(where, unusable[problem])

  const head = rows.heads[0]
  if (head === undefined || head.id !== 1 || rows.heads.length > 1) report('ledger_head', 'must be exactly one row, of id 1')
  const size = head?.size ?? (await store.read(countLeaves))
  const counts = { details: 0, erased: 0 }
  const audited = entryAuditor(store, counts, report)
  const tree = await recompute(store, size, new Set(found.map((one) => one.size)), async (page) => {
    await audited(page)
    say(Math.floor((10 * page.until) / size))
    // A clock that is shown meanwhile goes on.
    await new Promise((resolve) => setImmediate(resolve))
  })
  for (const index of tree.badLeaves) report(`ledger_leaf ${index}`, 'is not what was hashed when it was appended')
  for (const place of tree.badNodes) report(`ledger_node ${place}`, 'is not the hash of what lies below it')
  if (tree.gap !== null) report(`ledger_leaf ${tree.gap}`, 'is missing')
  if (head !== undefined && tree.root !== head.root) report('ledger_head', 'has another root than its leaves')
  const contradiction = ({ size: covered, root, problem }: Found): string | null => {
    if (problem !== 'none') return null
    if (covered > size) return `covers ${covered} leaves, there are ${size}: the database was rolled back, or its end cut off`
    return tree.rootAt.get(covered) === root ? null : 'contradicts the leaves it covers'
  }
  for (const one of found) {
    const what = contradiction(one)
    if (what !== null) report(one.where, what)
  }
  await auditSurplus(store, report)

  const newest = here.filter((one) => one.problem === 'none').reduce<Found | null>((best, one) => (best === null || one.size > best.size ? one : best), null)
  const listed = problems.slice(0, LISTED)
  if (problems.length > LISTED) listed.push({ where: 'and more', what: `${problems.length - LISTED} further problems` })
  return {
    leaves: size, ...counts, nodes: nodesOf(size), checkpoints: rows.checkpoints.length, files: files.length, root: tree.root,
    newest: newest === null ? null : { size: newest.size, root: newest.root },
    against: away.length === 0 ? null : misfitOf(elsewhere, (one) => contradiction(one) ?? (one.problem === 'none' ? null : unusable[one.problem])), problems: listed,
  }
}

function auditKey(keys: { id: number; origin: string; vkey: string }[], pinned: readonly string[], report: Report): { vkey: string; instance: string } {
  const key = keys[0]
  if (key === undefined || key.id !== 1 || keys.length > 1) report('ledger_key', 'must be exactly one row, of id 1')
  const origin = key?.origin ?? ''
  const vkey = key?.vkey ?? ''
  if (!origin.startsWith('countersign/') || !vkey.startsWith(`${origin}+`)) report('ledger_key', 'origin and key do not name the same ledger')
  if (pinned.length > 0 && !pinned.includes(vkey)) report('ledger_key', 'is not a key that was pinned')
  return { vkey, instance: origin.slice('countersign/'.length) }
}

/** What belongs to no leaf. Counted in one snapshot, against the head of that moment: a server may append meanwhile. */
async function auditSurplus(store: Store, report: Report): Promise<void> {
  await store.read(async (db) => {
    const size = (await db.selectFrom('ledger_head').select('size').executeTakeFirst())?.size ?? 0
    const leaves = await countLeaves(db)
    if (leaves !== size) report('ledger_leaf', `has ${leaves} rows for ${size} leaves`)
    const nodes = Number((await db.selectFrom('ledger_node').select((row) => row.fn.countAll().as('count')).executeTakeFirstOrThrow()).count)
    if (nodes !== nodesOf(size)) report('ledger_node', `has ${nodes} rows, a tree of ${size} leaves has ${nodesOf(size)}`)
    for (const table of ['ledger_details', 'ledger_id', 'ledger_fact'] as const) {
      const stray = await db.selectFrom(table).select('idx').where((row) => row.or([row('idx', '<', 0), row('idx', '>=', size)])).executeTakeFirst()
      if (stray !== undefined) report(`${table} ${stray.idx}`, 'belongs to no leaf')
    }
  })
}

/** Complete subtrees of a tree of `size` leaves: 2 * size - (ones in size). */
function nodesOf(size: number): number {
  const ones = size.toString(2).replaceAll('0', '').length
  return 2 * size - ones
}
