/**
 * The place of a plan file, which holds the state and secrets in clear.
 *
 * Guaranteed on Linux: the file has no name. It is made in a 0700 folder, opened, and unlinked before terraform writes a byte into
 * it; terraform reaches it through our open descriptor. So nothing is left behind however this process ends (kill -9 included),
 * and nobody can put another file in its place between check and use. Elsewhere (no /proc, or a descriptor that the kernel hides
 * because node carries capabilities) it keeps its name in a 0700 folder until `dispose` or the end of the process; only kill -9 or a power cut leaves it there.
 * Not guaranteed: anything against somebody who runs code as this user; they can open our descriptors as terraform does.
 */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, rmdirSync, statSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../error.ts'

/** The largest plan file read, in bytes. */
const MAX_FILE = 1024 * 1024 * 1024

export interface PrivateFile {
  /** What terraform is given. */
  readonly path: string
  /** The bytes as they are now. */
  read(): Buffer
  dispose(): void
}

export function createPrivateFile(): PrivateFile {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  const named = join(folder, 'plan')
  const descriptor = openSync(named, 'wx+', 0o600)
  const nameless = descriptorsAreOurs()
  if (nameless) {
    unlinkSync(named)
    rmdirSync(folder)
  }
  let open = true
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  if (!nameless) process.once('exit', remove) // an exit that nobody planned takes it along as well
  return {
    path: nameless ? `/proc/${process.pid}/fd/${descriptor}` : named,
    read: () => readAll(descriptor),
    dispose() {
      if (!open) return
      open = false
      closeSync(descriptor)
      if (nameless) return
      remove()
      process.off('exit', remove)
    },
  }
}

function readAll(descriptor: number): Buffer {
  const { size } = fstatSync(descriptor)
  if (size > MAX_FILE) throw new EngineError('plan_unreadable', `The plan file has ${size} bytes; ${MAX_FILE} at most are read. Split the configuration, or plan a part of it with -target.`)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  while (at < size) {
    const got = readSync(descriptor, bytes, at, size - at, at)
    if (got === 0) throw new EngineError('plan_unreadable', 'The plan file became shorter while it was read. Make the plan again.')
    at += got
  }
  return bytes
}

function descriptorsAreOurs(): boolean {
  if (process.platform !== 'linux') return false
  try {
    return statSync(`/proc/${process.pid}/fd`).uid === process.getuid?.()
  } catch {
    return false
  }
}
