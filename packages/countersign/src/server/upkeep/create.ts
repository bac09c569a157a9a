/**
 * A backup of the database, beside a running server: one snapshot, read table by table. The checkpoints of the folder are read first, so
 * that none of them can cover more than the snapshot holds.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { existingFolder } from '../../platform/folder.ts'
import { writeSealedFile, type FileSecret, type SealedFileWriter } from '../../platform/envelope/index.ts'
import { rfc3339, type Clock } from '../../platform/clock.ts'
import type { Random } from '../../platform/random.ts'
import { compareSchema, type Schema } from '../../platform/store/migrate.ts'
import { openStore, tongueOf } from '../../platform/store/open.ts'
import type { Db, Migration, Store } from '../../platform/store/store.ts'
import { version } from '../version.ts'
import { UpkeepError } from './errors.ts'
import type { BackupHead, Manifest } from './manifest.ts'
import { newFile } from './new-file.ts'
import { inWords, writeRecord } from './records.ts'
import { encodeRow, Tallying } from './rows.ts'
import { pagesOf, shapesOf, tableOrder, type Shape } from './shapes.ts'

/** `say` is told what is being done, for whoever waits. */
export type Upkeep = { dataDir: string; databaseUrl?: string | undefined; migrations: readonly Migration[]; clock: Clock; random: Random; say?: (text: string) => void }

/** Longer than reading the largest database takes, ms: a snapshot that ends is no snapshot. */
export const LONG = 24 * 3600 * 1000

export type Created = { id: string; size: number; head: BackupHead; rows: number; checkpoints: number }

export async function createBackup(upkeep: Upkeep, to: string, secret: FileSecret): Promise<Created> {
  const { dataDir, databaseUrl, migrations } = upkeep
  const files = await filesOf(dataDir)
  const store = await openStore({ dataDir, databaseUrl, migrations, readOnly: true, anySchema: true, limits: { unitMs: LONG } })
  try {
    const order = await tableOrder(migrations)
    return await newFile(to, async (file) => {
      const writer = await writeSealedFile(file, 'backup', secret, upkeep).catch((error: unknown) => {
        throw inWords(error, to)
      })
      const { head, rows } = await store.read(async (db) => {
        const shapes = await shapesOf(db, store.dialect, order)
        const head = await headOfDatabase(db, store.dialect, shapes, upkeep)
        return { head, rows: await writeAll(writer, db, shapes, head, files, upkeep.say ?? (() => undefined)) }
      })
      await writer.end()
      return { id: writer.id, size: writer.size(), head, rows, checkpoints: files.filter(({ name }) => name.startsWith(CHECKPOINTS)).length }
    })
  } finally {
    await store.close()
  }
}

export const CHECKPOINTS = 'checkpoints/'
type File = { name: string; content: Buffer }

/** Not countersign.yaml: what a restored server sends, and where, is decided anew. */
async function filesOf(dataDir: string): Promise<File[]> {
  const folder = existingFolder(join(dataDir, 'checkpoints'))
  const names = (await folder.list()).filter((name) => name.endsWith('.checkpoint'))
  // The oldest of them may go while we read.
  const notes = await Promise.all(names.map(async (name) => ({ name: `${CHECKPOINTS}${name}`, text: await folder.read(name).catch(() => '') })))
  const policy = await readFile(join(dataDir, 'policy.yaml')).catch(() => null)
  return [...notes.filter(({ text }) => text !== '').map(({ name, text }) => ({ name, content: Buffer.from(text, 'utf8') })), ...(policy === null ? [] : [{ name: 'policy.yaml', content: policy }])]
}

async function headOfDatabase(db: Db, dialect: Store['dialect'], shapes: readonly Shape[], { clock, migrations }: Upkeep): Promise<BackupHead> {
  const schema = await compareSchema(await tongueOf(dialect), await db.selectFrom('platform_migration').selectAll().orderBy('applied_at').orderBy('name').execute(), migrations)
  refuseForeignSchema(schema)
  const place = await db.selectFrom('platform_instance').select(['instance', 'org']).executeTakeFirst()
  if (place === undefined) throw new UpkeepError('move_refused', 'There is nothing in this database yet.', 'Start the server once.')
  const key = await db.selectFrom('ledger_key').select('vkey').executeTakeFirst()
  const head = await db.selectFrom('ledger_head').select(['size', 'root']).executeTakeFirst()
  const checkpoint = await db.selectFrom('ledger_checkpoint').select(['size', 'root', 'note']).orderBy('size', 'desc').limit(1).executeTakeFirst()
  return {
    v: 1, at: rfc3339(clock.now()), version, dialect, ...place, vkey: key?.vkey ?? '', leaves: head?.size ?? 0, root: head?.root ?? '', checkpoint: checkpoint ?? null,
    migrations: schema.recorded.map(({ name, digest }) => ({ name, digest })), tables: shapes.map(({ name, columns }) => ({ name, columns })),
  }
}

/** @throws UpkeepError `backup_newer` */
export function refuseForeignSchema({ unknown, changed }: Schema): void {
  if (unknown.length > 0) throw new UpkeepError('backup_newer', `The database was made by a newer version of Countersign (it has ${unknown.join(', ')}).`, 'Use that version or a later one; nothing was changed.')
  if (changed.length > 0) throw new UpkeepError('backup_newer', `The database was made by another program: ${changed.join(', ')} was run on it in another form.`, 'Use the released version that made it.')
}

async function writeAll(to: SealedFileWriter, db: Db, shapes: readonly Shape[], head: BackupHead, files: readonly File[], say: (text: string) => void): Promise<number> {
  const manifest: Manifest = { tables: [], files: [] }
  await writeRecord(to, 'head', Buffer.from(JSON.stringify(head)))
  for (const { name, content } of files) {
    await writeRecord(to, 'file', Buffer.concat([Buffer.from(`${name}\n`), content]))
    manifest.files.push({ name, digest: createHash('sha256').update(content).digest('hex') })
  }
  for (const shape of shapes) {
    const tally = new Tallying(shape)
    let rows = 0
    await writeRecord(to, 'table', Buffer.from(shape.name))
    for await (const page of pagesOf(db, shape)) {
      for (const values of page) {
        const row = encodeRow(values)
        tally.add(row)
        await writeRecord(to, 'row', row)
      }
      say(`reading ${shape.name} (${(rows += page.length)} rows)`)
    }
    manifest.tables.push({ name: shape.name, ...tally.end() })
  }
  await writeRecord(to, 'manifest', Buffer.from(JSON.stringify(manifest)))
  return manifest.tables.reduce((sum, table) => sum + table.rows, 0)
}
