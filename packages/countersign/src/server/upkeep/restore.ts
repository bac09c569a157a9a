/**
 * A backup becomes a database again: in an empty folder or an empty PostgreSQL database, of either kind wherever it came from.
 *
 * It is marked before the first row and settled by the first start (settle.ts): a restore that was cut short is not served, and a finished
 * one not before everything in it that was worth something by itself is void.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { existingFolder, syncFolder } from '../../platform/folder.ts'
import type { FileSecret } from '../../platform/envelope/index.ts'
import { compareSchema } from '../../platform/store/migrate.ts'
import { privateFolder } from '../../platform/store/data-folder.ts'
import { openStore, tongueOf } from '../../platform/store/open.ts'
import type { Migration, Store } from '../../platform/store/store.ts'
import { LONG, refuseForeignSchema, type Upkeep } from './create.ts'
import { UpkeepError } from './errors.ts'
import { missingFrom, putKeys, type Bundle } from './key-bundle.ts'
import type { BackupHead } from './manifest.ts'
import { markMigrations, setMark } from './marks.ts'
import { putRows } from './put-rows.ts'
import { readBackup, type Read } from './read.ts'
import { shapesOf, tableOrder } from './shapes.ts'
import { countVoidable, type VoidedCounts } from './voiding.ts'

export type Restored = Read & {
  dialect: Store['dialect']
  /** What the first start makes void. */
  toVoid: VoidedCounts
  /** Keys that the database needs and that were not given, in words. */
  missing: string[]
}

/** @param keys opened beforehand, or null: what is missing is then said. @throws UpkeepError */
export async function restoreBackup(upkeep: Upkeep, from: string, secret: FileSecret, keys: Bundle | null): Promise<Restored> {
  const say = upkeep.say ?? (() => undefined)
  await refuseUsedFolder(upkeep.dataDir)
  // The whole file first: what is damaged at its end must not leave half a database.
  const whole = await readBackup(from, secret, {}, (what) => say(`checking ${what}`))
  const { head } = whole
  refuseForeignSchema(await compareSchema(await tongueOf(head.dialect), head.migrations.map((one) => ({ ...one, applied_at: 0 })), upkeep.migrations))
  if (keys !== null && keys.instance !== head.instance) throw new UpkeepError('keys_foreign', 'The keys belong to another installation than the backup.', 'Name the keys that were saved from the same installation.')
  if (keys !== null) await missingFrom(keys.keys, { ...head, stateKeys: [] })
  const store = await openEmpty(upkeep, head)
  try {
    await fill(upkeep, store, from, secret, whole, say)
    const stateKeys = await store.read((db) => db.selectFrom('state_body').select('kek').distinct().execute()).then((rows) => rows.map(({ kek }) => kek), () => [])
    const missing = await missingFrom(keys?.keys ?? [], { ...head, stateKeys })
    if (keys !== null) await putKeys(upkeep.dataDir, keys.keys, upkeep.random)
    const toVoid = await store.read(countVoidable).catch((): VoidedCounts => ({}))
    return { ...whole, dialect: store.dialect, toVoid, missing }
  } finally {
    await store.close()
  }
}

async function fill(upkeep: Upkeep, store: Store, from: string, secret: FileSecret, { id, head, rows, checkpoint }: Read, say: (text: string) => void): Promise<void> {
  const { clock, dataDir } = upkeep
  const details = { backup: id, made: head.at, version: head.version, leaves: head.leaves, root: head.root, checkpoint: checkpoint?.size ?? 0 }
  await store.write((tx) => setMark(tx, { name: 'restored', state: 'unfinished', details, at: clock.now() }))
  await mkdir(join(dataDir, 'checkpoints'), { mode: 0o700 })
  const again = await readBackup(from, secret, {
    file: async (name, content) => await writeFile(join(dataDir, name), content, { mode: 0o600, flag: 'wx' }),
    rows: async (table, columns, page) => await store.write((tx) => putRows(tx, table, columns, page)),
  }, (what) => say(`restoring ${what} of ${rows} in all`))
  if (again.id !== id) throw new UpkeepError('backup_inconsistent', 'The file was replaced while it was read.', 'Restore again, into another empty folder.')
  await syncFolder(join(dataDir, 'checkpoints'))
  await syncFolder(dirname(join(dataDir, 'checkpoints')))
  await store.write((tx) => setMark(tx, { name: 'restored', state: 'waiting', details, at: clock.now() }))
}

/** The schema as it was; what is newer in this program is run by the first start, as after an update. */
async function openEmpty({ dataDir, databaseUrl, migrations }: Upkeep, head: Pick<BackupHead, 'migrations'>): Promise<Store> {
  const recorded = new Set(head.migrations.map(({ name }) => name))
  const marks = new Set(markMigrations.map(({ name }) => name))
  const then: Migration[] = migrations.filter(({ name }) => recorded.has(name) || marks.has(name))
  privateFolder(dataDir)
  if (databaseUrl) await refuseUsedDatabase(dataDir, databaseUrl, migrations)
  return await openStore({ dataDir, databaseUrl, migrations: then, limits: { unitMs: LONG } })
}

export async function refuseUsedFolder(dataDir: string): Promise<void> {
  const names = await readdir(dataDir).catch(() => [])
  // What somebody may have prepared: settings.
  const used = names.filter((name) => name !== 'countersign.yaml')
  if (used.length > 0) throw new UpkeepError('target_not_empty', `${dataDir} is not empty (${used.slice(0, 3).join(', ')}). A restore never writes over anything.`, 'Name a new folder. Keep the old one as it is: its checkpoints say what the backup is compared with.')
  if ((await existingFolder(join(dataDir, 'checkpoints')).list()).length > 0) throw new TypeError('an empty folder has no checkpoints')
}

async function refuseUsedDatabase(dataDir: string, databaseUrl: string, migrations: readonly Migration[]): Promise<void> {
  const store = await openStore({ dataDir, databaseUrl, migrations, readOnly: true, anySchema: true })
  try {
    const order = await tableOrder(migrations)
    const shapes = await store.read((db) => shapesOf(db, store.dialect, order))
    if (shapes.length > 0) throw new UpkeepError('target_not_empty', `The PostgreSQL database has tables of Countersign already (${shapes[0]?.name ?? ''} and others).`, 'Create a new, empty database and name that. A restore never writes over anything.')
  } finally {
    await store.close()
  }
}
