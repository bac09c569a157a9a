/**
 * Which tables a database has, with which columns and primary keys, in an order in which none refers to a later one; and their rows,
 * page by page in the order of the primary key. Both databases compare text byte by byte, so that order is one.
 */
import { sql } from 'kysely'
import { rehearseOver } from '../../platform/store/migrate.ts'
import { sqliteTongue } from '../../platform/store/sqlite/dialect.ts'
import type { Db, Migration, Store } from '../../platform/store/store.ts'
import type { Value } from '../../platform/store/values.ts'
import { UpkeepError } from './errors.ts'

/** `columns` are sorted by name; `key` is in the key's own order. */
export type Shape = { name: string; columns: string[]; key: string[]; blobs: string[] }

/** Of one database alone: which migrations were run on it, what was done to it, and a table that is only a lock. */
const OWN = ['platform_migration', 'platform_mark', 'platform_turn']

/** In the order in which migrations make them: a table can only refer to one that is there. */
export async function tableOrder(migrations: readonly Migration[]): Promise<string[]> {
  const made: string[] = []
  for (const migration of migrations) {
    for (const { sql: text } of await rehearseOver(sqliteTongue, (db) => migration.up(db))) {
      const name = /^create table "(\w+)"/.exec(text)?.[1]
      if (name !== undefined) made.push(name)
    }
  }
  return made.filter((name) => !OWN.includes(name))
}

type ColumnRow = { table: string; column: string; type: string; pk: number }

const ofSqlite = sql<ColumnRow>`select m.name as "table", c.name as "column", c.type as type, c.pk as pk from sqlite_master m join pragma_table_info(m.name) c
  where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, c.name`

const ofPostgres = sql<ColumnRow>`select c.relname as "table", a.attname as "column", t.typname as type, coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) as pk
  from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema() join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid left join pg_index i on i.indrelid = c.oid and i.indisprimary where c.relkind = 'r' order by 1, 2`

/** @throws UpkeepError `backup_newer` for a table that no migration of this program makes */
export async function shapesOf(db: Db, dialect: Store['dialect'], order: readonly string[]): Promise<Shape[]> {
  const { rows } = await (dialect === 'sqlite' ? ofSqlite : ofPostgres).execute(db)
  const shapes = new Map<string, Shape & { places: Map<string, number> }>()
  for (const { table, column, type, pk } of rows) {
    const shape = shapes.get(table) ?? { name: table, columns: [], key: [], blobs: [], places: new Map<string, number>() }
    shapes.set(table, shape)
    shape.columns.push(column)
    if (['blob', 'bytea'].includes(type.toLowerCase())) shape.blobs.push(column)
    if (pk > 0) shape.places.set(column, pk)
  }
  for (const own of OWN) shapes.delete(own)
  const unknown = [...shapes.keys()].filter((name) => !order.includes(name))
  if (unknown.length > 0) throw new UpkeepError('backup_newer', `The database has tables that this version does not know: ${unknown.join(', ')}.`, 'Use the version of Countersign that made them, or take away what is not Countersign\'s.')
  return order.flatMap((name) => {
    const shape = shapes.get(name)
    if (shape === undefined) return []
    const key = [...shape.places].toSorted(([, a], [, b]) => a - b).map(([column]) => column)
    return [{ name, columns: shape.columns.toSorted(), key, blobs: shape.blobs }]
  })
}

const PAGE = { rows: 400, bytes: 8 << 20 }

/** Values in the order of `columns`. What a page holds in memory is bounded: by 400 rows, and by 8 MiB of bytes where one row is not larger. */
export async function* pagesOf(db: Db, shape: Shape, after: readonly Value[] | null = null): AsyncGenerator<Value[][]> {
  const table = sql.table(shape.name)
  const columns = sql.join(shape.columns.map((name) => sql.ref(name)))
  const key = sql.join(shape.key.map((name) => sql.ref(name)))
  const size = await pageSize(db, shape)
  let last = after
  for (;;) {
    const from = last === null ? sql`` : sql`where (${key}) > (${sql.join([...last])})`
    const { rows } = await sql<Record<string, Value>>`select ${columns} from ${table} ${from} order by ${key} limit ${sql.lit(size)}`.execute(db)
    if (rows.length > 0) yield rows.map((row) => shape.columns.map((name) => row[name] ?? null))
    if (rows.length < size) return
    const end = rows.at(-1)
    last = shape.key.map((name) => end?.[name] ?? null)
  }
}

async function pageSize(db: Db, shape: Shape): Promise<number> {
  if (shape.blobs.length === 0) return PAGE.rows
  const largest = sql.join(shape.blobs.map((name) => sql`coalesce(max(length(${sql.ref(name)})), 0)`), sql` + `)
  const { rows } = await sql<{ bytes: number }>`select ${largest} as bytes from ${sql.table(shape.name)}`.execute(db)
  return Math.max(1, Math.min(PAGE.rows, Math.floor(PAGE.bytes / Math.max(1, Number(rows[0]?.bytes)))))
}

/** The key of the last row that is there, or null. */
export async function lastKey(db: Db, shape: Shape): Promise<Value[] | null> {
  const descending = sql.join(shape.key.map((name) => sql`${sql.ref(name)} desc`))
  const { rows } = await sql<Record<string, Value>>`select ${sql.join(shape.key.map((name) => sql.ref(name)))} from ${sql.table(shape.name)} order by ${descending} limit 1`.execute(db)
  const row = rows[0]
  return row === undefined ? null : shape.key.map((name) => row[name] ?? null)
}
