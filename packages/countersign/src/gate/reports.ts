/** "I didn't ask for this": what people have reported, for those who look after them. Newest first, of the last 90 days. */
import { formatCode } from '@countersign/proof'
import { rfc3339 } from '../platform/clock.ts'
import { permitted } from './admit.ts'
import type { Authorized } from './admit.ts'
import type { GateDeps } from './ports.ts'

export type Report = { code: string; kind: string; action: string; requester: { id: string; name: string }; source: { address: string; client: string }; askedAt: string; reportedAt: string; reportedBy: string }

const KEPT = 90 * 86_400_000
const SHOWN = 200

export async function listReports(deps: GateDeps, by: Authorized<'report.read'>): Promise<Report[]> {
  return deps.store.read(async (db) => {
    // Filtered before it is cut off: what others reported must not push out what this reader may see. Without the statements, which are large.
    const rows = await db.selectFrom('gate_challenge')
      .select(['code', 'kind', 'action', 'requester', 'requester_name', 'source_address', 'source_client', 'created_at', 'decided_at', 'denied_by', 'reach'])
      .where('reported', '=', 1).where('created_at', '>', deps.clock.now() - KEPT).orderBy('created_at', 'desc').execute()
    const reports: Report[] = []
    for (const row of rows) {
      if (reports.length === SHOWN) break
      if (!(await permitted(deps, db, by, row.reach))) continue
      reports.push({
        code: formatCode(row.code), kind: row.kind, action: row.action, requester: { id: row.requester, name: row.requester_name },
        source: { address: row.source_address, client: row.source_client }, askedAt: rfc3339(row.created_at), reportedAt: rfc3339(row.decided_at ?? row.created_at), reportedBy: row.denied_by,
      })
    }
    return reports
  })
}
