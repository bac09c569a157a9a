/** What a backup says of itself: at its beginning where it comes from, at its end what was in it. */
import { z } from 'zod'
import { UpkeepError } from './errors.ts'

const checkpoint = z.strictObject({ size: z.int(), root: z.string(), note: z.string() })

const headShape = z.strictObject({
  v: z.literal(1),
  /** RFC 3339; before the first row was read. */
  at: z.string(),
  version: z.string(),
  dialect: z.enum(['sqlite', 'postgres']),
  instance: z.string(), org: z.string(),
  /** C2SP vkey of the ledger; "" where none was begun. */
  vkey: z.string(),
  leaves: z.int(), root: z.string(),
  /** The newest one in the database. */
  checkpoint: checkpoint.nullable(),
  /** As recorded, in the dialect's own statements. */
  migrations: z.array(z.strictObject({ name: z.string(), digest: z.string() })),
  tables: z.array(z.strictObject({ name: z.string(), columns: z.array(z.string()) })),
})

const manifestShape = z.strictObject({
  tables: z.array(z.strictObject({ name: z.string(), rows: z.int(), digest: z.string() })),
  files: z.array(z.strictObject({ name: z.string(), digest: z.string() })),
})

export type BackupHead = z.infer<typeof headShape>
export type Manifest = z.infer<typeof manifestShape>

export const parseHead = (bytes: Buffer): BackupHead => parsed(headShape, bytes)
export const parseManifest = (bytes: Buffer): Manifest => parsed(manifestShape, bytes)

function parsed<T>(shape: z.ZodType<T>, bytes: Buffer): T {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' && value.v > 1) throw new UpkeepError('backup_newer', `The backup has form ${value.v}, which this version does not know.`, 'Use the version of Countersign that wrote it, or a later one.')
    return shape.parse(value)
  } catch (cause) {
    if (cause instanceof UpkeepError) throw cause
    throw new UpkeepError('backup_inconsistent', 'What the backup says of itself cannot be read.', 'Use another backup.', { cause })
  }
}
