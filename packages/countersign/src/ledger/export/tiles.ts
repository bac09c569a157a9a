/**
 * The ledger as a tiled log (C2SP tlog-tiles), ready to be served as files: `checkpoint`, `tile/<level>/<n>[.p/<width>]` with up to 256
 * hashes each, `tile/entries/<n>[.p/<width>]` with the leaves, each behind its length in two bytes, big-endian.
 *
 * Details are not in it: the tree holds their commitments only. Whatever lies there already must be the same, so an export that was
 * interrupted, or an earlier one of a smaller ledger, goes on; `checkpoint` is written last.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseCheckpoint } from '@countersign/proof'
import type { Store } from '../../platform/store/store.ts'
import type { Checkpoint } from '../index.ts'
import { ExportError } from './errors.ts'
import { exportLeaves, newestCheckpoint } from './leaves.ts'

const WIDTH = 256
const MOST_BYTES = 0xffff

export type ExportDone = { checkpoint: Checkpoint; written: number }

/** @throws ExportError */
export async function exportTiles(store: Store, folder: string, progress: (done: number, of: number) => void): Promise<ExportDone> {
  const checkpoint = await newestCheckpoint(store)
  await refuseNewer(folder, checkpoint)
  let written = 0
  const put = async (path: string, parts: readonly Uint8Array[]): Promise<void> => {
    if (await putOnce(join(folder, path), Buffer.concat(parts))) written++
  }
  /** By level, what its last tile has so far; beside it the leaves of the last bundle. */
  const hashes: { index: number; held: Uint8Array[] }[] = []
  let bundle: Uint8Array[] = []
  await exportLeaves(store, checkpoint, async ({ entry, bytes, nodes }) => {
    bundle.push(framed(bytes))
    if (bundle.length === WIDTH) {
      await put(tilePath('entries', Math.floor(entry.index / WIDTH), WIDTH), bundle)
      bundle = []
    }
    for (const { level, hash } of nodes) {
      if (level % 8 !== 0) continue
      const row = (hashes[level / 8] ??= { index: 0, held: [] })
      row.held.push(hash)
      if (row.held.length < WIDTH) continue
      await put(tilePath(level / 8, row.index++, WIDTH), row.held)
      row.held = []
    }
    if (entry.index % 1_000 === 999) progress(entry.index + 1, checkpoint.size)
  })
  if (bundle.length > 0) await put(tilePath('entries', Math.floor(checkpoint.size / WIDTH), bundle.length), bundle)
  for (const [level, { index, held }] of hashes.entries()) if (held.length > 0) await put(tilePath(level, index, held.length), held)
  await replace(join(folder, 'checkpoint'), Buffer.from(checkpoint.note))
  return { checkpoint, written }
}

function tilePath(level: number | 'entries', index: number, width: number): string {
  const groups = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  return `tile/${level}/${groups.join('/')}${width === WIDTH ? '' : `.p/${width}`}`
}

function framed(leaf: Uint8Array): Uint8Array {
  if (leaf.length > MOST_BYTES) throw new RangeError('a leaf is longer than an entry of a bundle can be')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(leaf.length)
  return Buffer.concat([length, leaf])
}

async function refuseNewer(folder: string, { size }: Checkpoint): Promise<void> {
  const note = await readIfThere(join(folder, 'checkpoint'))
  if (note === undefined) return
  const before = sizeOf(note.toString('utf8'))
  if (before === undefined) throw new ExportError('export_differs', `${join(folder, 'checkpoint')} is not a checkpoint.`)
  if (before > size) throw new ExportError('history_changed', `An export of ${before} leaves lies in ${folder}, and the newest checkpoint covers ${size}: the ledger was rolled back, or is another one.`)
}

function sizeOf(note: string): number | undefined {
  try {
    return parseCheckpoint(note).size
  } catch {
    return undefined
  }
}

/** True when it was written, false when the same was there. */
async function putOnce(path: string, bytes: Buffer): Promise<boolean> {
  const there = await readIfThere(path)
  if (there?.equals(bytes) === true) return false
  if (there !== undefined) throw new ExportError('export_differs', `${path} lies there with other content: it is the export of another history, or was changed.`)
  await replace(path, bytes)
  return true
}

async function replace(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.unfinished`, bytes)
  await rename(`${path}.unfinished`, path)
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
}
