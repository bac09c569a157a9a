/**
 * Small files of this user: 0600 in 0700 folders, written whole or not at all, read only when nobody else could have written them.
 */
import { closeSync, constants, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { CliError } from '../exit.ts'

/** Undefined when there is none. Throws CliError `file_unsafe` when others may read or write it, `file_unreadable`, `file_damaged`. */
export function readPrivateJson(path: string): unknown {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return undefined
    throw new CliError('file_unreadable', `${path} cannot be read.`, 'It must be a plain file of yours. See who owns it: ls -l', { cause })
  }
  try {
    const { mode, uid } = fstatSync(descriptor)
    if (process.platform !== 'win32' && (uid !== process.getuid?.() || (mode & 0o077) !== 0)) {
      throw new CliError('file_unsafe', `${path} can be read or written by others, so it is not used.`, `If nobody else could have touched it: chown $USER ${path} && chmod 600 ${path}`)
    }
    return JSON.parse(readFileSync(descriptor, 'utf8'))
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw new CliError('file_damaged', `${path} is not what countersign wrote there.`, 'Move it away and run: countersign login', { cause })
  } finally {
    closeSync(descriptor)
  }
}

/** After it returns, a power cut leaves the new content; before, the old or none. */
export function writePrivateJson(path: string, value: unknown): void {
  const folder = dirname(path)
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const descriptor = openSync(unfinished, 'wx', 0o600)
    try {
      writeSync(descriptor, `${JSON.stringify(value, null, 2)}\n`)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(unfinished, path)
  } catch (cause) {
    if (existsSync(unfinished)) rmSync(unfinished, { force: true })
    throw new CliError('file_unwritable', `${path} cannot be written.`, 'Check the space on the disk and who owns the folder.', { cause })
  }
}
