/** Hashes many files at once: a bounded number are open at a time, each read through one descriptor that follows no link. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

const AT_ONCE = 32
const CHUNK = 256 * 1024

/** Calls `work` for every item, `AT_ONCE` at a time. */
export async function forEachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next++]
      if (item !== undefined) await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
}

/** SHA-256 in hex, or undefined when it is not (or no longer) a plain file that can be read. `follow`: through a last link. */
export async function hashFile(path: Buffer, follow = false): Promise<string | undefined> {
  // Non-blocking: a pipe put in the file's place would otherwise hold us for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW)).catch(() => undefined)
  if (!file) return undefined
  try {
    const stats = await file.stat()
    if (!stats.isFile()) return undefined
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, stats.size + 1))
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      hash.update(buffer.subarray(0, bytesRead))
      if (bytesRead < buffer.length) return hash.digest('hex') // a plain file gives less only at its end
    }
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}
