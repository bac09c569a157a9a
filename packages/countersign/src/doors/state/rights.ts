/**
 * When a row that gives access is believed. What of each decides stands in sealed-tables.ts.
 *
 * The adversary writes the database, and has a credential or a terminal that works: a lease, a lock, a credential or a question that they
 * write in, or widen, would give them a state without a countersignature. So each such row is sealed (`platform/row-mac.ts`), and held
 * against its seal where it gives something. One that only takes away (somebody else's lock, a denial) is taken as it stands.
 *
 * A seal says nothing of age. So locks and leases begin, count and end in the ledger too: each of their leaves carries `right` and how often
 * it was used, or `over`; a row that says otherwise than the newest one was put back. A credential that ended has a leaf that says so.
 */
import { parseLeaf } from '@countersign/proof'
import type { Sealable, SealedTable } from '../../platform/row-mac.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import type { StateDeps } from './ports.ts'
import { tampered } from './seal.ts'
import { sealedTables } from './sealed-tables.ts'
import type { CredentialRow, LeaseRow, LockRow, RequestRow, WorkspaceRow } from './store.ts'

const { workspace, credential, request, lock, lease } = sealedTables

/** @param what is named where it does not hold. @throws StateError `state_tampered` */
function believe<Row extends Sealable>(deps: Pick<StateDeps, 'rowMacs'>, table: SealedTable<Row>, row: Row, what: string): Row {
  if (deps.rowMacs.holds(table, row)) return row
  throw tampered(`${what} was written in, or changed, past this program.`)
}

export const believeWorkspace = (deps: Pick<StateDeps, 'rowMacs'>, row: WorkspaceRow): WorkspaceRow => believe(deps, workspace, row, `the row of the workspace ${row.name}`)
export const believeRequest = (deps: Pick<StateDeps, 'rowMacs'>, row: RequestRow): RequestRow => believe(deps, request, row, `the question ${row.id}`)

/** @throws StateError `state_tampered` where it is not the lock that was taken, or was put back after its end */
export async function believeLock(deps: RightsDeps, db: Db | Tx, row: LockRow): Promise<LockRow> {
  believe(deps, lock, row, 'the lock that is held')
  await refuseOlder(deps, db, row.id, row.reads, 'the lock that is held')
  return row
}

/** @param gets how many a lease begins with */
export async function believeLease(deps: RightsDeps, db: Db | Tx, row: LeaseRow, gets: number): Promise<LeaseRow> {
  believe(deps, lease, row, 'the right to read')
  await refuseOlder(deps, db, row.id, gets - row.gets_left, 'the right to read')
  return row
}

/** @throws StateError `state_tampered` where it is not the credential that was given out, or has ended and its row says otherwise */
export async function believeCredential(deps: Pick<StateDeps, 'rowMacs' | 'ledger'>, db: Db | Tx, row: CredentialRow): Promise<CredentialRow> {
  believe(deps, credential, row, `the state credential ${row.id}`)
  if (row.revoked_at === null && (await deps.ledger.newestOf(db, { key: 'ended', value: row.id })) !== null) throw tampered(`the state credential ${row.id} has ended, and its row says that it has not.`)
  return row
}

type RightsDeps = Pick<StateDeps, 'rowMacs' | 'ledger' | 'rights'>

/** What the leaf of a lock or lease carries: how often it was used by then, or that it is over. */
export const useOf = (right: string, used: number | 'over'): { right: string; used: string } => ({ right, used: String(used) })

/** After the commit of that leaf. */
export function seen(deps: Pick<StateDeps, 'rights'>, tx: Tx, right: string, leaf: { readonly index: number }): void {
  afterCommit(tx, () => deps.rights.moved(right, leaf))
}

async function refuseOlder(deps: RightsDeps, db: Db | Tx, right: string, used: number, what: string): Promise<void> {
  const entry = await deps.ledger.newestOf(db, { key: 'right', value: right })
  if (!deps.rights.holds(db, right, entry)) throw tampered(`what became of ${what} is not in the ledger's index any more, or reads otherwise there.`)
  const said = entry === null ? {} : parseLeaf(entry.leaf).ids
  if (said['right'] === right && said['used'] === String(used)) return
  throw tampered(`${what} is older than what the ledger says of it.`)
}
