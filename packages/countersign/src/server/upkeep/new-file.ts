import { link, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../platform/folder.ts'
import { UpkeepError } from './errors.ts'

/** A file of this name appears when `write` has ended, whole and 0600, or not at all; one that is there is never written over. */
export async function newFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  if (await stat(path).then(() => true, () => false)) throw taken(path)
  const unfinished = `${path}.unfinished`
  const file = await open(unfinished, 'w', 0o600).catch((cause: unknown) => {
    throw new UpkeepError('backup_target', `${path} cannot be written (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'}).`, 'Name a file in a folder that is there and that you can write.', { cause })
  })
  try {
    const result = await write(file)
    await file.sync()
    await link(unfinished, path).catch((cause: unknown) => {
      throw cause instanceof Error && 'code' in cause && cause.code === 'EEXIST' ? taken(path) : cause
    })
    return result
  } finally {
    await file.close()
    await rm(unfinished, { force: true })
    await syncFolder(dirname(path)).catch(() => undefined)
  }
}

const taken = (path: string): UpkeepError => new UpkeepError('backup_target', `${path} is there already and is not written over.`, 'Name a new file for each backup.')
