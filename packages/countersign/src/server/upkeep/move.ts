/**
 * From the database in the data folder to PostgreSQL. The folder is locked as long as it takes, so no server works in it.
 *
 * What is killed goes on where it was, with the same command: rows go over in pages in the order of their keys, each page in one unit, so
 * what is there is always the beginning of a table. Then every table is counted and digested on both sides, and the tree computed anew. Only
 * then are the marks set, and in this order: first the source says that it has gone, then the target that it is whole. Killed between the
 * two, neither starts; never do both.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { recompute } from '../../ledger/recompute.ts'
import { openStore } from '../../platform/store/open.ts'
import { parseDatabaseUrl } from '../../platform/store/postgres/address.ts'
import type { ConnectPostgres } from '../../platform/store/postgres/sessions.ts'
import type { Db, Store } from '../../platform/store/store.ts'
import { LONG, refuseForeignSchema, type Upkeep } from './create.ts'
import { UpkeepError } from './errors.ts'
import { marksOf, setMark, type Details } from './marks.ts'
import { putRows } from './put-rows.ts'
import { encodeRow, Tallying, type Tally } from './rows.ts'
import { lastKey, pagesOf, shapesOf, tableOrder, type Shape } from './shapes.ts'
import { schemaOf } from './status.ts'

export type Move = Upkeep & { to: string; /** Where tests put a PostgreSQL server that fails. */ connectPostgres?: ConnectPostgres }
export type Moved = { to: string; tables: number; rows: number; leaves: number; root: string; /** Rows that were there from a try before. */ found: number }

/** @throws UpkeepError, StorageError `data_folder_in_use` while a server runs */
export async function moveDatabase(move: Move): Promise<Moved> {
  const { dataDir, migrations, to } = move
  const { shown } = parseDatabaseUrl(to)
  await refuseOldSchema(move)
  const source = await openStore({ dataDir, migrations, limits: { unitMs: LONG } })
  // A folder of its own for the lock of the target: the real one is held by the source.
  const beside = join(dataDir, '.moving')
  try {
    const instance = (await source.read((db) => db.selectFrom('platform_instance').select('instance').executeTakeFirst()))?.instance
    if (instance === undefined) throw new UpkeepError('move_refused', 'There is nothing in this database yet.', 'Start the server with --database-url.')
    await refuseUsedTarget(move, instance)
    const target = await openStore({ dataDir: beside, databaseUrl: to, migrations, limits: { unitMs: LONG }, connectPostgres: move.connectPostgres })
    try {
      return await carry(move, { source, target, instance, shown })
    } finally {
      await target.close()
    }
  } finally {
    await rm(beside, { recursive: true, force: true })
    await source.close()
  }
}

/** Takes the mark away with which the source was left. What the folder's checkpoints know still decides whether it starts. */
export async function moveBack({ dataDir, migrations }: Upkeep): Promise<Details> {
  const store = await openStore({ dataDir, migrations })
  try {
    const away = (await marksOf(store)).find(({ name }) => name === 'moved-away')
    if (away === undefined) throw new UpkeepError('move_refused', 'This database was not moved away.', 'Nothing was changed.')
    await store.write((tx) => tx.deleteFrom('platform_mark').where('name', '=', 'moved-away').execute())
    return away.details
  } finally {
    await store.close()
  }
}

type Both = { source: Store; target: Store; instance: string; shown: string }

async function carry({ migrations, clock, say = () => undefined }: Move, { source, target, instance, shown }: Both): Promise<Moved> {
  const order = await tableOrder(migrations)
  const details = { instance, from: 'sqlite', to: shown }
  await target.write((tx) => setMark(tx, { name: 'moved-here', state: 'unfinished', details, at: clock.now() }))
  const moved = await source.read(async (db): Promise<Moved> => {
    const shapes = await shapesOf(db, 'sqlite', order)
    let found = 0
    for (const shape of shapes) found += await copy(db, target, shape, say)
    let rows = 0
    for (const shape of shapes) {
      say(`comparing ${shape.name}`)
      rows += (await requireEqual(db, target, shape)).rows
    }
    const head = await db.selectFrom('ledger_head').select(['size', 'root']).executeTakeFirst()
    return { to: shown, tables: shapes.length, rows, leaves: head?.size ?? 0, root: head?.root ?? '', found }
  })
  say('computing the tree of the ledger')
  const tree = await recompute(target, moved.leaves, new Set())
  if (moved.root !== '' && (tree.root !== moved.root || tree.gap !== null || tree.badLeaves.length + tree.badNodes.length > 0)) throw new UpkeepError('copy_differs', 'The ledger in PostgreSQL is not the one in the data folder.', 'The source is as it was. Look at it with: countersign audit verify')
  await source.write((tx) => setMark(tx, { name: 'moved-away', state: 'done', details, at: clock.now() }))
  await target.write((tx) => setMark(tx, { name: 'moved-here', state: 'waiting', details: { ...details, leaves: moved.leaves, root: moved.root }, at: clock.now() }))
  return moved
}

/** Answers how many rows were there already. */
async function copy(from: Db, target: Store, shape: Shape, say: (text: string) => void): Promise<number> {
  const last = await target.read((db) => lastKey(db, shape))
  const found = last === null ? 0 : (await target.read((db) => tallyOf(db, shape))).rows
  let rows = found
  for await (const page of pagesOf(from, shape, last)) {
    await target.write((tx) => putRows(tx, shape.name, shape.columns, page))
    say(`moving ${shape.name} (${(rows += page.length)} rows)`)
  }
  return found
}

async function requireEqual(from: Db, target: Store, shape: Shape): Promise<Tally> {
  const [there, here] = [await target.read((db) => tallyOf(db, shape)), await tallyOf(from, shape)]
  if (there.rows === here.rows && there.digest === here.digest) return here
  throw new UpkeepError('copy_differs', `The table ${shape.name} has ${here.rows} rows in the data folder and ${there.rows} in PostgreSQL${there.rows === here.rows ? ', and their contents differ' : ''}.`, 'The source is as it was, and still the one to start. Drop the PostgreSQL database, create it anew, and move again.')
}

async function tallyOf(db: Db, shape: Shape): Promise<Tally> {
  const tally = new Tallying(shape)
  for await (const page of pagesOf(db, shape)) for (const values of page) tally.add(encodeRow(values))
  return tally.end()
}

/** The source is moved as it is: an update is a step of its own. */
async function refuseOldSchema({ dataDir, migrations }: Upkeep): Promise<void> {
  const store = await openStore({ dataDir, migrations, readOnly: true, anySchema: true })
  try {
    const schema = await schemaOf(store, migrations)
    refuseForeignSchema(schema)
    if (schema.missing.length > 0) throw new UpkeepError('move_refused', `The database is older than this program (${schema.missing.length} steps are missing).`, 'Bring it up to date first: countersign db migrate')
  } finally {
    await store.close()
  }
}

/** Empty, or what an earlier try of this very move has left. */
async function refuseUsedTarget({ dataDir, to, migrations }: Move, instance: string): Promise<void> {
  const store = await openStore({ dataDir, databaseUrl: to, migrations, readOnly: true, anySchema: true })
  try {
    const order = await tableOrder(migrations)
    const shapes = await store.read((db) => shapesOf(db, store.dialect, order))
    if (shapes.length === 0) return
    const here = (await marksOf(store).catch(() => [])).find(({ name }) => name === 'moved-here')
    if (here?.state === 'unfinished' && here.details['instance'] === instance) return
    if (here !== undefined && here.details['instance'] === instance) throw new UpkeepError('target_not_empty', 'This data folder was moved into that database already.', 'Start with --database-url.')
    const used = await firstUsed(store, shapes)
    if (used !== null) throw new UpkeepError('target_not_empty', `The PostgreSQL database holds data already (${used}).`, 'Create a new, empty database and name that.')
  } finally {
    await store.close()
  }
}

async function firstUsed(store: Store, shapes: readonly Shape[]): Promise<string | null> {
  for (const shape of shapes) if ((await store.read((db) => lastKey(db, shape))) !== null) return shape.name
  return null
}
