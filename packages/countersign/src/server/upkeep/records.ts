/**
 * What stands in a sealed file of ours: records, one after the other, each its kind (1 byte), its length (4 bytes) and its bytes. Kind 0 is
 * the end.
 */
import { open } from 'node:fs/promises'
import { EnvelopeError, openSealedFile, type FileSecret, type SealedFileHead, type SealedFileWriter } from '../../platform/envelope/index.ts'
import { UpkeepError } from './errors.ts'

/** `head` and `manifest` are JSON; `file` is a name, a line end and the content; `table` names the table whose `row`s follow. */
export const kinds = { head: 1, file: 2, table: 3, row: 4, manifest: 5 } as const
export type Kind = keyof typeof kinds
export type Rec = { kind: Kind; bytes: Buffer }

export async function writeRecord(to: SealedFileWriter, kind: Kind, bytes: Uint8Array): Promise<void> {
  const head = Buffer.alloc(5)
  head.writeUInt8(kinds[kind])
  head.writeUInt32BE(bytes.length, 1)
  await to.write(head)
  await to.write(bytes)
}

const nameOf = new Map<number, Kind>(Object.entries(kinds).map(([name, kind]) => [kind, name as Kind]))

/** Nothing of a record is believed before the last one was read: what comes later may still be refused. */
async function* recordsIn(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Rec> {
  let held: Buffer[] = []
  let length = 0
  const take = async (wanted: number): Promise<Buffer> => {
    while (length < wanted) {
      const { done, value } = await pieces.next()
      if (done === true) throw new UpkeepError('backup_truncated', 'The file ends in the middle of what it holds.', 'Use another backup.')
      held.push(value)
      length += value.length
    }
    const all = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held, length)
    held = [all.subarray(wanted)]
    length -= wanted
    return all.subarray(0, wanted)
  }
  for (;;) {
    const head = await take(1)
    if (head.readUInt8() === 0) break
    const kind = nameOf.get(head.readUInt8())
    if (kind === undefined) throw new UpkeepError('backup_newer', 'The file holds something that this version does not know.', 'Use the version of Countersign that wrote it, or a later one.')
    const size = await take(4)
    yield { kind, bytes: await take(size.readUInt32BE()) }
  }
  // To the end: what was added or cut there is found.
  while ((await pieces.next()).done !== true);
}

export type OpenFile = { head: SealedFileHead; size: number; readonly records: () => AsyncGenerator<Rec> }

/** @throws UpkeepError `backup_not_one`, `backup_truncated`, `backup_edited`, `backup_secret_wrong`, `backup_newer` */
export async function withSealed<T>(path: string, kind: 'backup' | 'keys', secret: FileSecret, work: (file: OpenFile) => Promise<T>): Promise<T> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new UpkeepError('backup_not_one', `${path} cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'}).`, 'Check the path and the owner of the file.', { cause })
  })
  try {
    const { head, size, pieces } = await openSealedFile(file, secret)
    if (head.kind !== kind) throw new UpkeepError('backup_not_one', `${path} holds ${head.kind === 'keys' ? 'the keys of an installation, and no database' : head.kind === 'backup' ? 'a database, and no keys' : 'something else'}.`, 'Name the other file.')
    return await work({ head, size, records: () => recordsIn(pieces()) })
  } catch (error) {
    throw inWords(error, path)
  } finally {
    await file.close()
  }
}

const another = 'Use another backup, and find out what happened to this one.'

/** What the envelope says of a state, said of a file. */
export function inWords(error: unknown, path: string): unknown {
  if (!(error instanceof EnvelopeError)) return error
  const { message, cause } = error
  switch (error.code) {
    case 'envelope_truncated': return new UpkeepError('backup_truncated', `${path} ends early: its end was cut off, or copying it was not finished.`, 'Copy it again, or use another backup.', { cause: error })
    case 'state_passphrase_wrong': return new UpkeepError('backup_secret_wrong', `The passphrase or key does not open ${path}.`, 'Give the one that it was written with. If it is right, the head of the file was changed.', { cause: error })
    case 'state_passphrase_weak': return new UpkeepError('backup_secret_weak', 'The passphrase of a backup must have at least 12 characters.', 'Choose a longer one, such as six random words: whoever has the file can guess as often as they like.')
    case 'envelope_key_missing': return new UpkeepError('backup_secret_missing', `${path}: ${message}`, 'Give it with --passphrase-file or COUNTERSIGN_BACKUP_PASSPHRASE, or with --key-file.')
    case 'envelope_version_unknown': return new UpkeepError('backup_newer', `${path}: ${message}`, error.next)
    default: return new UpkeepError('backup_edited', `${path} is not what was written: ${message.replace(/^The sealed body was changed: /, '')}`, another, { cause: cause ?? error })
  }
}
