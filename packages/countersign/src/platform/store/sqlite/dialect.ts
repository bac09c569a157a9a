/** How SQLite is spoken to. */
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Tongue } from '../over.ts'

export const sqliteTongue: Tongue = { adapter: new SqliteAdapter(), compiler: new SqliteQueryCompiler(), introspector: (db) => new SqliteIntrospector(db) }
