/**
 * The data folder: private to this user, and used by one process at a time.
 *
 * The lock is an exclusive SQLite transaction on a file of its own, held as long as the process lives.
 * The kernel takes it back when the process dies, however it dies, so there is nothing stale to clean
 * up and no process id to be mistaken about. The file `countersign.pid` only words the refusal.
 * Never open `countersign.lock` by other means in this process: POSIX drops the lock when any descriptor closes.
 */
import { chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { StorageError } from './errors.ts'

export const DATABASE = 'countersign.db'
const LOCK = 'countersign.lock'
const PID = 'countersign.pid'

/** Makes the folder (0700) or checks the one that is there. A folder that others can enter is refused, not repaired: it may be somebody's home. */
export function privateFolder(path: string): void {
  const made = mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined
  const stats = lstatSync(path)
  if (!stats.isDirectory()) throw unsafe(path, 'is a link or not a folder', 'Name the folder itself.')
  if (process.platform === 'win32' || made) return
  if (!isOurs(stats)) throw unsafe(path, 'belongs to another user', 'Start as its owner, or choose another folder with --data.')
  if ((stats.mode & 0o077) === 0) return
  const emptyAndPlain = (stats.mode & 0o1000) === 0 && readdirSync(path).length === 0
  if (!emptyAndPlain) throw unsafe(path, `is open to other users (mode ${mode(stats)})`, `Close it with: chmod 700 ${path}`)
  chmodSync(path, 0o700)
}

/** Makes the file 0600 before SQLite opens it; SQLite gives its -wal and -shm files the same mode. */
export function privateFile(path: string): void {
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW, 0o600))
    return
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const stats = lstatSync(path)
  if (!stats.isFile()) throw unsafe(path, 'is a link or not a file', 'Move it away.')
  if (process.platform === 'win32') return
  if (!isOurs(stats)) throw unsafe(path, 'belongs to another user', 'Start as its owner.')
  if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o600)
}

/** Returns what gives the folder free again. */
export function lockFolder(folder: string, now: number): () => void {
  const path = join(folder, LOCK)
  privateFile(path)
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new StorageError('data_folder_in_use', `The data folder ${folder} is used by another Countersign process${holder(folder)}. Stop that one first, or choose another folder with --data.`, { cause: error })
  }
  writeFileSync(join(folder, PID), `${process.pid} ${new Date(now).toISOString()}\n`, { mode: 0o600 })
  return () => lock.close()
}

function holder(folder: string): string {
  try {
    const [pid, since] = readFileSync(join(folder, PID), 'utf8').trim().split(' ')
    return ` (process ${pid}, since ${since})`
  } catch {
    return ''
  }
}

const isOurs = (stats: Stats): boolean => stats.uid === process.getuid?.()
const mode = (stats: Stats): string => (stats.mode & 0o7777).toString(8).padStart(4, '0')
const unsafe = (path: string, what: string, next: string): StorageError => new StorageError('data_folder_unsafe', `${path} ${what}. ${next}`)
