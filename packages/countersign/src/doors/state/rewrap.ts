/** After the key of keys was rotated: every data key is wrapped anew, batch by batch (platform/envelope/rewrapping.ts), while the server serves. */
import { sql } from 'kysely'
import { keyOf, rewrapStep } from '../../platform/envelope/index.ts'
import type { RewrapPort, RewrapReport, RewrapRow } from '../../platform/envelope/index.ts'
import type { Db } from '../../platform/store/store.ts'
import type { StateDeps } from './ports.ts'
import { contextOf } from './seal.ts'

const BATCH = 100

/** Until nothing is left, or what is left cannot be wrapped anew. `told` hears of each batch. */
export async function rewrapAll(deps: StateDeps, told: (report: RewrapReport) => void): Promise<void> {
  let after = ''
  do {
    const report = await rewrapStep(deps.keys, portOf(deps), { limit: BATCH, after })
    if (report.done > 0 || report.failed.length > 0) told(report)
    after = report.after
  } while (after !== '')
}

/** Rows by version and kind: `stv_... state`. */
export function portOf({ store, place }: Pick<StateDeps, 'store' | 'place'>): RewrapPort {
  const others = (db: Db, notKey: string) => db.selectFrom('state_body as b').where('b.kek', '!=', notKey)
  const id = sql<string>`b.version || ' ' || b.kind`
  return {
    next: (notKey, limit, after) => store.read(async (db) => {
      const rows = await others(db, notKey).innerJoin('state_version as v', 'v.id', 'b.version').select(['b.version', 'b.kind', 'b.workspace', 'b.head', 'v.digest'])
        .where('b.version', '>=', after.split(' ')[0] ?? '').where(id, '>', after).orderBy('b.version').orderBy('b.kind').limit(limit).execute()
      return rows.map(({ version, kind, workspace, head, digest }): RewrapRow => ({
        id: `${version} ${kind}`, head, context: contextOf(place.instance, { workspace, sealedAs: version, kind, digest }),
      }))
    }),
    save: (row, oldHead, newHead) => store.write(async (tx) => {
      const [version = '', kind = ''] = row.split(' ')
      await tx.updateTable('state_body').set({ head: newHead, kek: keyOf(newHead) }).where('version', '=', version).where('kind', '=', kind as 'state').where('head', '=', oldHead).execute()
    }),
    remaining: (notKey) => store.read(async (db) => Number((await others(db, notKey).select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count)),
    total: () => store.read(async (db) => Number((await db.selectFrom('state_body').select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count)),
  }
}
