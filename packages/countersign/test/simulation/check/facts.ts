/** What a schedule left behind: rows, and leaves with their details, beyond those that every schedule begins with. */
import type { Store } from '../../../src/platform/store/store.ts'
import type { Selectable } from 'kysely'
import type { Tables } from '../../../src/platform/store/tables.ts'
import type { Call } from '../history.ts'
import type { Machine } from '../machine.ts'

type Row<T extends keyof Tables> = Selectable<Tables[T]>
export type Leaf = { index: number; type: string; at: number; ids: Readonly<Record<string, string>>; details: Readonly<Record<string, string | number>> }

export type Facts = {
  calls: readonly Call[]
  leaves: readonly Leaf[]
  grants: Row<'gate_grant'>[]
  challenges: Row<'gate_challenge'>[]
  ceremonies: Row<'gate_ceremony'>[]
  countersignatures: Row<'gate_countersignature'>[]
  steps: Row<'totp_step'>[]
  runs: Row<'run'>[]
  consumed: Row<'run_plan_consumed'>[]
  workspaces: Row<'state_workspace'>[]
  versions: Row<'state_version'>[]
  locks: Row<'state_lock'>[]
  requests: Row<'state_request'>[]
  credentials: Row<'state_credential'>[]
  stateRuns: Row<'state_run'>[]
  blame: (what: string) => void
}

/** What was there before: the number of leaves, and the names of rows. */
export type Before = { size: number; rows: ReadonlySet<string> }

export async function before(store: Store): Promise<Before> {
  const { leaves, ...tables } = await everything(store, 0)
  return { size: leaves.length, rows: new Set(Object.values(tables).flat().map(nameOf)) }
}

export async function gather({ store, history }: Machine, { size, rows }: Before): Promise<Facts> {
  const { leaves, steps, ...tables } = await everything(store, size)
  const beyond = <R extends object>(all: R[]): R[] => all.filter((row) => !rows.has(nameOf(row)))
  return {
    calls: history.calls, blame: (what) => history.blame(what), leaves, steps, grants: beyond(tables.grants), challenges: beyond(tables.challenges), ceremonies: beyond(tables.ceremonies),
    countersignatures: beyond(tables.countersignatures), runs: tables.runs, consumed: tables.consumed, workspaces: tables.workspaces, versions: tables.versions, locks: tables.locks,
    requests: beyond(tables.requests), credentials: beyond(tables.credentials), stateRuns: tables.stateRuns,
  }
}

const nameOf = (row: object): string => ('digest' in row && 'countersignature' in row ? String(row.digest) : 'id' in row ? String(row.id) : '')

function everything(store: Store, from: number): Promise<Omit<Facts, 'calls' | 'blame' | 'leaves'> & { leaves: Leaf[] }> {
  return store.read(async (db) => {
    const leaves = await db.selectFrom('ledger_leaf').innerJoin('ledger_details', 'ledger_details.idx', 'ledger_leaf.idx').select(['ledger_leaf.idx', 'leaf', 'details']).where('ledger_leaf.idx', '>=', from).orderBy('ledger_leaf.idx').execute()
    return {
      leaves: leaves.map(({ idx, leaf, details }) => {
        const { type, time, ids } = JSON.parse(leaf) as { type: string; time: string; ids: Record<string, string> }
        return { index: idx, type, at: Date.parse(time), ids, details: JSON.parse(details ?? '{}') as Leaf['details'] }
      }),
      grants: await db.selectFrom('gate_grant').selectAll().execute(), challenges: await db.selectFrom('gate_challenge').selectAll().execute(),
      ceremonies: await db.selectFrom('gate_ceremony').selectAll().execute(), countersignatures: await db.selectFrom('gate_countersignature').selectAll().execute(),
      steps: await db.selectFrom('totp_step').selectAll().execute(), runs: await db.selectFrom('run').selectAll().execute(), consumed: await db.selectFrom('run_plan_consumed').selectAll().execute(),
      workspaces: await db.selectFrom('state_workspace').selectAll().execute(), versions: await db.selectFrom('state_version').selectAll().execute(), locks: await db.selectFrom('state_lock').selectAll().execute(),
      requests: await db.selectFrom('state_request').selectAll().execute(), credentials: await db.selectFrom('state_credential').selectAll().execute(), stateRuns: await db.selectFrom('state_run').selectAll().execute(),
    }
  })
}

export const ofType = ({ leaves }: Facts, type: string): Leaf[] => leaves.filter((leaf) => leaf.type === type)

/** Each of the one has exactly one of the other, and none of the other is left over. */
export function pair(facts: Facts, what: string, rows: readonly string[], leaves: readonly string[]): void {
  const count = new Map<string, number>()
  for (const leaf of leaves) count.set(leaf, (count.get(leaf) ?? 0) + 1)
  for (const row of new Set(rows)) if ((count.get(row) ?? 0) !== rows.filter((one) => one === row).length) facts.blame(`${what}: ${row} is in the tables ${rows.filter((one) => one === row).length} times, and in the ledger ${count.get(row) ?? 0} times`)
  for (const leaf of count.keys()) if (!rows.includes(leaf)) facts.blame(`${what}: ${leaf} is in the ledger, and not in the tables`)
}
