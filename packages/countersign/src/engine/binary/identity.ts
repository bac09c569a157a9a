/**
 * Hashes files that run (terraform itself, providers), and knows again whether they are the ones that were hashed.
 *
 * A provider can have 700 MB, so at apply the contents are not read again when nothing can have changed them. The attacker here may
 * run code as this user: they can replace the file (another inode), write into it (change time) and set the modification time
 * back, but not the change time, which the kernel sets. So identity is device, inode, size, modification and change time in
 * nanoseconds; a file whose change time lies less than two seconds before it was hashed is read again, because two writes within
 * one tick of the file system's clock look alike. Left over: whoever mapped the file writable beforehand and writes through the
 * mapping shows only at the next write-back; and root.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { EngineError } from '../error.ts'

export type Hashed = { readonly digest: string; readonly script: boolean; readonly identity: string; readonly trusted: boolean }

const CHUNK = 2 * 1024 * 1024
const TICK = 2_000

/** Of this process only: nothing on disk can be trusted to say what was hashed. */
const known = new Map<string, Hashed>()

/** SHA-256 of the file behind the path (links are followed), from memory when it is the same file as before. */
export async function hashRunnable(path: string): Promise<Hashed> {
  return await (await beginHash(path)).done
}

/**
 * Resolves when the file is open: what is started from the path afterwards is what is hashed, or the path leads elsewhere by the time
 * the hash is done, and the file is not trusted. The hashing itself goes on meanwhile.
 */
export async function beginHash(path: string): Promise<{ readonly done: Promise<Hashed> }> {
  const before = known.get(path)
  if (before?.trusted && before.identity === identityOf(await stat(path, { bigint: true }))) return { done: Promise.resolve(before) }
  const started = Date.now()
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const done = hashAndClose(file, path, started)
  done.catch(() => undefined) // who awaits it hears of it
  return { done }
}

async function hashAndClose(file: FileHandle, path: string, started: number): Promise<Hashed> {
  try {
    return await hashOpen(file, path, started)
  } finally {
    await file.close()
  }
}

async function hashOpen(file: FileHandle, path: string, started: number): Promise<Hashed> {
  const first = identityOf(await file.stat({ bigint: true }))
  const { digest, script } = await readAndHash(file)
  const identity = identityOf(await file.stat({ bigint: true }))
  if (identity !== first || identity !== identityOf(await stat(path, { bigint: true }))) {
    throw new EngineError('engine_unusable', `${path} changed while it was read. Let whatever installs it finish, then try again.`)
  }
  const ctime = Number(identity.split(':')[4]) / 1e6
  const hashed = { digest, script, identity, trusted: ctime < started - TICK }
  known.set(path, hashed)
  return hashed
}

/** The disk works while a chunk is hashed. */
async function readAndHash(file: FileHandle): Promise<{ digest: string; script: boolean }> {
  const hash = createHash('sha256')
  let [chunk, spare] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)]
  let script = false
  let at = 0
  let reading = file.read(chunk, 0, CHUNK, 0)
  for (;;) {
    const { bytesRead } = await reading
    if (bytesRead === 0) return { digest: hash.digest('hex'), script }
    if (at === 0) script = chunk.toString('latin1', 0, 2) === '#!'
    at += bytesRead
    reading = file.read(spare, 0, CHUNK, at)
    hash.update(chunk.subarray(0, bytesRead))
    ;[chunk, spare] = [spare, chunk]
  }
}

function identityOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':')
}
