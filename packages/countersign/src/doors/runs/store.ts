/** The only SQL of the runs door. */
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../platform/store/store.ts'
import type { Bindings, Known } from './binding.ts'
import type { KeptPlan } from './kept.ts'
import type { RunTable } from './tables.ts'

export type RunRow = Selectable<RunTable>

export async function findRun(db: Db | Tx, id: string): Promise<RunRow | null> {
  return (await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

/** Newest first, of the workspaces that lie within one of the scopes: "" is all of them. */
export async function listRuns(db: Db | Tx, wanted: { limit: number; before: number; scopes: readonly string[] }): Promise<RunRow[]> {
  const { limit, before, scopes } = wanted
  if (scopes.length === 0) return []
  let query = db.selectFrom('run').selectAll().where('created_at', '<', before)
  if (!scopes.includes('')) {
    query = query.where((e) => e.or(scopes.flatMap((scope) => [
      e('workspace', '=', scope), e(sql<string>`substr(workspace, 1, ${sql.lit(scope.length + 1)})`, '=', `${scope}/`),
    ])))
  }
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

export async function insertRun(tx: Tx, row: RunRow, plan: KeptPlan & { digest: string }): Promise<void> {
  const { digest, body, piecesOf, pieces } = plan
  await tx.insertInto('run').values(row).execute()
  await tx.insertInto('run_plan').values({ run: row.id, digest, body, pieces_of: piecesOf, pieces }).execute()
}

/** @returns the run that consumed this plan file, or null. */
export async function consumerOf(db: Db | Tx, planFile: string): Promise<string | null> {
  return (await db.selectFrom('run_plan_consumed').select('run').where('plan_file', '=', planFile).executeTakeFirst())?.run ?? null
}

/** Inserts under the unique key. @returns false when the file was consumed before, also by somebody at this very moment. */
export async function consumePlan(tx: Tx, planFile: string, run: string, at: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('run_plan_consumed')
    .values({ plan_file: planFile, run, at })
    .onConflict((c) => c.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export async function updateRun(tx: Tx, id: string, from: readonly RunRow['state'][], set: Partial<RunRow>): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('run').set(set).where('id', '=', id).where('state', 'in', [...from]).executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Runs of a workspace whose apply started and was never reported. */
export async function applyingIn(db: Db | Tx, workspace: string): Promise<RunRow[]> {
  return db.selectFrom('run').selectAll().where('workspace', '=', workspace).where('state', '=', 'applying').execute()
}

export async function startedBefore(db: Db | Tx, time: number): Promise<RunRow[]> {
  return db.selectFrom('run').selectAll().where('state', '=', 'applying').where('started_at', '<', time).limit(100).execute()
}

export function bindings(db: Db | Tx): Bindings {
  const known = async (column: 'workspace' | 'lineage', value: string): Promise<Known | null> => {
    const row = await db.selectFrom('run_workspace').innerJoin('run', 'run.id', 'run_workspace.last_run')
      .select(['run_workspace.workspace', 'run_workspace.lineage', 'run_workspace.backend', 'run_workspace.serial', 'run.state'])
      .where(`run_workspace.${column}`, '=', value).executeTakeFirst()
    return row
      ? {
          workspace: row.workspace,
          lineage: row.lineage,
          backend: row.backend,
          serial: row.serial,
          lastRunUnknown: row.state === 'applying' || row.state === 'outcome-unknown',
        }
      : null
  }
  return { ofWorkspace: (name) => known('workspace', name), ofLineage: (lineage) => known('lineage', lineage) }
}

export async function bind(
  tx: Tx,
  row: { workspace: string; lineage: string; backend: string; serial: number; last_run: string; updated_at: number },
): Promise<void> {
  const { workspace: _, ...rest } = row
  await tx
    .insertInto('run_workspace')
    .values(row)
    .onConflict((c) => c.column('workspace').doUpdateSet(rest))
    .execute()
}
