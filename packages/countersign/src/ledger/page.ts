/**
 * A page of rows, read as one text for each column: the database puts it together and the driver hands over one row, where one object
 * for each row costs several times what is then compared.
 *
 * The parts of a text are the values of the rows only where no value holds what stands between them, so this is counted: as many parts
 * as rows, all of the type that was written, none large. Where that does not hold somebody wrote what the product never does (or
 * something large), and the rows are read one by one.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Db, Store } from '../platform/store/store.ts'

export type Dialect = Store['dialect']
/** Places `from` up to, and without, `until`. */
export type Span = { readonly from: number; readonly until: number }
type OfLeaves = { table: 'ledger_details' | 'ledger_id' | 'ledger_fact'; numbers: readonly string[]; texts: readonly string[] }

/** No canonical text holds it: it would be escaped. */
const BETWEEN = '\u001e'
/** Bytes of a value, so that the text of a page stays within what a string can hold. */
const LARGE = 32_768

const within = ({ from, until }: Span): RawBuilder<boolean> => sql<boolean>`idx >= ${from} and idx < ${until}`

/** PostgreSQL keeps no value of another type than its column's; SQLite does. */
const isOfType = (dialect: Dialect, name: string, type: 'text' | 'integer' | 'blob'): RawBuilder<boolean> =>
  dialect === 'sqlite' ? sql<boolean>`typeof(${sql.ref(name)}) = ${sql.lit(type)}` : sql<boolean>`true`

/**
 * The columns of rows that belong to leaves, in the order of these: numbers, then texts. Values may be of any type where the rows were
 * read one by one.
 */
export async function rowsAtOnce(db: Db, dialect: Dialect, { table, numbers, texts }: OfLeaves, span: Span): Promise<(readonly unknown[])[]> {
  const names = [...numbers, ...texts]
  const columns = sql.join(names.map((name) => sql.ref(name)))
  const plain = sql.join([...numbers.filter((name) => name !== 'idx').map((name) => isOfType(dialect, name, 'integer')), ...texts.map((name) => sql`${isOfType(dialect, name, 'text')} and octet_length(${sql.ref(name)}) < ${sql.lit(LARGE)}`)], sql` and `)
  const joined = sql.join(names.map((name) => sql`string_agg(cast(${sql.ref(name)} as text), ${BETWEEN}) as ${sql.ref(name)}`))
  const page = (await sql<Record<string, unknown>>`select (select count(*) from ${sql.table(table)} where ${within(span)}) as found, count(*) as plainly, ${joined}
    from (select ${columns} from ${sql.table(table)} where ${within(span)} and ${plain} order by idx) as page`.execute(db)).rows[0]
  const found = Number(page?.['found'])
  if (found === 0) return names.map(() => [])
  if (Number(page?.['plainly']) === found) {
    const parts = names.map((name) => String(page?.[name]).split(BETWEEN))
    if (parts.every(({ length }) => length === found)) return parts.map((values, at) => (at < numbers.length ? values.map(Number) : values))
  }
  const one = (await sql<Record<string, unknown>>`select ${columns} from ${sql.table(table)} where ${within(span)} order by idx`.execute(db)).rows
  return names.map((name) => one.map((row) => row[name]))
}

/** Every leaf of the span in order; null where they are not all there, or not plainly. */
export async function leavesAtOnce(db: Db, dialect: Dialect, span: Span): Promise<string[] | null> {
  const plain = sql`${isOfType(dialect, 'idx', 'integer')} and ${isOfType(dialect, 'leaf', 'text')} and octet_length(leaf) < ${sql.lit(LARGE)}`
  const page = (await sql<{ found: number; leaves: string | null }>`select count(*) as found, string_agg(leaf, ${BETWEEN}) as leaves
    from (select leaf from ledger_leaf where ${within(span)} and ${plain} order by idx) as page`.execute(db)).rows[0]
  const leaves = (page?.leaves ?? '').split(BETWEEN)
  const length = span.until - span.from
  return page?.found === length && leaves.length === length ? leaves : null
}

/** The stored hashes of one level, one after another, in order; those that are no hashes are left out. */
export async function hashesAtOnce(db: Db, dialect: Dialect, level: number, span: Span): Promise<Buffer> {
  const hex = dialect === 'sqlite' ? sql`hex(string_agg(hash, ''))` : sql`encode(string_agg(hash, ''::bytea), 'hex')`
  const plain = sql`${isOfType(dialect, 'idx', 'integer')} and ${isOfType(dialect, 'hash', 'blob')} and octet_length(hash) = 32`
  const page = (await sql<{ hashes: string | null }>`select ${hex} as hashes
    from (select hash from ledger_node where level = ${level} and ${within(span)} and ${plain} order by idx) as page`.execute(db)).rows[0]
  return Buffer.from(page?.hashes ?? '', 'hex')
}
