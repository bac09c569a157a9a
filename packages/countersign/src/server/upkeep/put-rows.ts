import { sql } from 'kysely'
import type { Tx } from '../../platform/store/store.ts'
import type { Value } from '../../platform/store/values.ts'

/** SQLite takes 32,766 parameters in a statement; fewer, and of few different lengths, are prepared once. */
const PARAMETERS = 3_000

/** Puts rows where there are none of their keys. `columns` and values in one order. */
export async function putRows(tx: Tx, table: string, columns: readonly string[], rows: readonly (readonly Value[])[]): Promise<void> {
  const most = Math.max(1, Math.floor(PARAMETERS / columns.length))
  for (let at = 0; at < rows.length; at += most) {
    const values = sql.join(rows.slice(at, at + most).map((row) => sql`(${sql.join([...row])})`))
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))}) values ${values}`.execute(tx)
  }
}
