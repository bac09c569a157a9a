/**
 * The ledger as JSON lines: `entries.jsonl`, one entry each, and the `checkpoint` that covers them. A line repeats the leaf's text, which is
 * what is hashed; what else is in it is there to be searched.
 *
 * Goes on where it stopped: what is there must be the beginning of the same ledger, half a line at the end is written again. Details that
 * were erased since stay in an export that has them.
 */
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Store } from '../../platform/store/store.ts'
import type { Entry } from '../index.ts'
import { ExportError } from './errors.ts'
import { exportLeaves, newestCheckpoint } from './leaves.ts'
import type { ExportDone } from './tiles.ts'

export const linesFile = 'entries.jsonl'

/** What a line holds, for whoever reads it. */
export function lineOf({ index, leaf, salt, details }: Entry): string {
  const { time, type, ids } = JSON.parse(leaf) as { time: string; type: string; ids: Record<string, string> }
  return `${JSON.stringify({ index, time, type, ids, details: details === null ? null : (JSON.parse(details) as unknown), salt, leaf })}\n`
}

/** @throws ExportError */
export async function exportLines(store: Store, folder: string, progress: (done: number, of: number) => void): Promise<ExportDone> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const checkpoint = await newestCheckpoint(store)
  const path = join(folder, linesFile)
  const file = await open(path, 'a', 0o600)
  try {
    const whole = await wholeLines(path)
    await file.truncate(whole.bytes)
    const before = whole.leaves()
    let waiting = ''
    let written = 0
    const flush = async (): Promise<void> => {
      await file.appendFile(waiting)
      waiting = ''
    }
    await exportLeaves(store, checkpoint, async ({ entry }) => {
      const known = await before.next()
      if (known.done === true) {
        waiting += lineOf(entry)
        written++
      } else if (known.value !== entry.leaf) throw new ExportError('export_differs', `Line ${entry.index + 1} of ${path} is not entry ${entry.index} of this ledger: it is the export of another history, or was changed.`)
      if (entry.index % 1_000 !== 999) return
      await flush()
      progress(entry.index + 1, checkpoint.size)
    })
    await flush()
    if ((await before.next()).done !== true) throw new ExportError('history_changed', `${path} has more entries than the ${checkpoint.size} that the newest checkpoint covers: the ledger was rolled back, or is another one.`)
    await file.sync()
    await writeFile(join(folder, 'checkpoint.unfinished'), checkpoint.note)
    await rename(join(folder, 'checkpoint.unfinished'), join(folder, 'checkpoint'))
    return { checkpoint, written }
  } finally {
    await file.close()
  }
}

/** How many bytes end in a line's end, and the leaves of these lines; "" for what is no line of ours. */
async function wholeLines(path: string): Promise<{ bytes: number; leaves: () => AsyncGenerator<string, undefined> }> {
  let [bytes, seen] = [0, 0]
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(10)
    if (end >= 0) bytes = seen + end + 1
    seen += chunk.length
  }
  const end = bytes
  return {
    bytes,
    async *leaves() {
      if (end === 0) return undefined
      for await (const line of createInterface({ input: createReadStream(path, { end: end - 1 }), crlfDelay: Infinity })) yield leafIn(line)
      return undefined
    },
  }
}

function leafIn(line: string): string {
  try {
    const { leaf } = JSON.parse(line) as { leaf?: unknown }
    return typeof leaf === 'string' ? leaf : ''
  } catch {
    return ''
  }
}
