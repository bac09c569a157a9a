/**
 * The schema, step by step. Each migration runs in a unit of work of its own together with its record, so
 * one that was killed has not happened and runs again at the next start.
 *
 * Refused at every start: a database that knows a migration this program does not (it was made by a newer
 * one), and a recorded migration whose statements are not the ones this program would issue.
 */
import { createHash } from 'node:crypto'
import { StorageError } from './errors.ts'
import { databaseOver, type Tongue } from './over.ts'
import type { Db, Tx } from './store.ts'
import type { Migration } from './tables.ts'
import { beginTurn, type Statement } from './turns.ts'

export interface MigrationTable {
  name: string
  /** SHA-256 over the statements, in this database's dialect. */
  digest: string
  applied_at: number
}

declare module './tables.ts' {
  interface Tables {
    platform_migration: MigrationTable
  }
}

/** What a database offers to be migrated. */
export interface MigrationHost {
  /** A unit of work in which the schema may change; `issued` grows with every statement. */
  change(work: (tx: Tx, issued: readonly Statement[]) => Promise<void>): Promise<void>
  read<T>(work: (db: Db) => Promise<T>): Promise<T>
  /** The statements that `work` issues, without running them. */
  rehearse(work: (db: Db) => Promise<void>): Promise<Statement[]>
}

export async function migrate(host: MigrationHost, migrations: readonly Migration[], now: () => number): Promise<void> {
  await host.change(async (tx) => {
    await tx.schema
      .createTable('platform_migration')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
  })
  for (const { migration, digest } of await pending(host, migrations)) {
    await host.change(async (tx, issued) => {
      const before = issued.length
      await migration.up(tx)
      if (digestOf(issued.slice(before)) !== digest) {
        throw new StorageError('schema_mismatch', `Migration ${migration.name} issues other statements when the database holds data. It must not read; move data with INSERT ... SELECT.`)
      }
      await tx.insertInto('platform_migration').values({ name: migration.name, digest, applied_at: now() }).execute()
    })
  }
}

/** For those who only read: everything must be there already. */
export async function requireMigrated(host: MigrationHost, migrations: readonly Migration[]): Promise<void> {
  const older = 'The database is older than this program. Start the server once with this version: it brings the database up to date.'
  const missing = await pending(host, migrations).catch((error: unknown) => {
    throw error instanceof StorageError ? error : new StorageError('schema_mismatch', older, { cause: error })
  })
  if (missing.length > 0) throw new StorageError('schema_mismatch', older)
}

async function pending(host: MigrationHost, migrations: readonly Migration[]): Promise<{ migration: Migration; digest: string }[]> {
  const names = new Set(migrations.map((migration) => migration.name))
  if (names.size !== migrations.length) throw new TypeError('two migrations have the same name')
  const recorded = new Map((await host.read((db) => db.selectFrom('platform_migration').selectAll().execute())).map((row) => [row.name, row.digest]))
  const unknown = [...recorded.keys()].filter((name) => !names.has(name))
  if (unknown.length > 0) {
    throw new StorageError('schema_newer', `The database was made by a newer version of Countersign (it has ${unknown.join(', ')}). Use that version or a later one; nothing was changed.`)
  }
  const missing: { migration: Migration; digest: string }[] = []
  for (const migration of migrations) {
    const digest = await digestBy(host, migration)
    const before = recorded.get(migration.name)
    if (before === undefined) missing.push({ migration, digest })
    else if (before !== digest) {
      throw new StorageError('schema_mismatch', `Migration ${migration.name} was run on this database in another form. This program is not one that made it; use the released version, or restore a backup.`)
    }
  }
  return missing
}

async function digestBy(host: Pick<MigrationHost, 'rehearse'>, migration: Migration): Promise<string> {
  return digestOf(await host.rehearse((db) => migration.up(db)))
}

/** What the schema of a database is, whoever made it: read without a judgement, for who only looks. */
export type Schema = {
  recorded: MigrationTable[]
  /** Names of this program's migrations that were not run yet. */
  missing: string[]
  /** Recorded, and not known to this program: a newer one made the database. */
  unknown: string[]
  /** Recorded with other statements than this program's. */
  changed: string[]
}

/** `recorded`: rows of `platform_migration`, of a database that `tongue` speaks to. */
export async function compareSchema(tongue: Tongue, recorded: MigrationTable[], migrations: readonly Migration[]): Promise<Schema> {
  const host = { rehearse: (work: (db: Db) => Promise<void>) => rehearseOver(tongue, work) }
  const digests = new Map<string, string>()
  for (const migration of migrations) digests.set(migration.name, await digestBy(host, migration))
  const names = new Set(recorded.map(({ name }) => name))
  return {
    recorded,
    missing: [...digests.keys()].filter((name) => !names.has(name)),
    unknown: [...names].filter((name) => !digests.has(name)),
    changed: recorded.filter(({ name, digest }) => digests.has(name) && digests.get(name) !== digest).map(({ name }) => name),
  }
}

function digestOf(statements: readonly Statement[]): string {
  return createHash('sha256').update(JSON.stringify(statements.map(({ sql, parameters }) => [sql, parameters]))).digest('hex')
}

/** What `rehearse` is on any database: the statements as they would be sent, answered by nobody. */
export async function rehearseOver(tongue: Tongue, work: (db: Db) => Promise<void>): Promise<Statement[]> {
  const turn = beginTurn('migration')
  await work(databaseOver(tongue, () => ({ rows: [], changes: 0 }), turn))
  return turn.statements ?? []
}
