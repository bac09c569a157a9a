/**
 * How PostgreSQL is spoken to, where it differs: the column types that migrations name, and the forms in which values come back.
 *
 * `integer` is bigint (a sign counter goes to 2^32 - 1) and `blob` is bytea. Text is compared byte by byte, as SQLite compares it,
 * whatever the collation of the database is: an order that a locale decides would change with an update of the C library.
 */
import { ColumnDefinitionNode, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, type DataTypeNode } from 'kysely'
import pg from 'pg'
import { StorageError } from '../errors.ts'
import type { Tongue } from '../over.ts'

const TYPES: Record<string, string> = { integer: 'bigint', blob: 'bytea', text: 'text collate "C"' }

class Compiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    const type = this.parentNode !== undefined && ColumnDefinitionNode.is(this.parentNode) ? TYPES[node.dataType] : undefined
    if (type === undefined) super.visitDataType(node)
    else this.append(type)
  }
}

export const postgresTongue: Tongue = { adapter: new PostgresAdapter(), compiler: new Compiler(), introspector: (db) => new PostgresIntrospector(db) }

const textual: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]

/** Counts and sums come as bigint and numeric, which the driver hands out as text. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') => (textual.includes(id) ? safeInteger : pg.types.getTypeParser(id, format)),
}

/** Refuses what a number cannot hold: a rounded index or time would be another one. */
function safeInteger(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number)) return number
  throw new StorageError('constraint', 'The database holds a number that is not a safe integer, where one was stored. Somebody else wrote it.')
}
