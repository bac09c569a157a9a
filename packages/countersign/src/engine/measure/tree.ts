/**
 * The digest of the working tree: what scripts, templates and modules say that terraform reads or starts while it applies. They are
 * not in the plan file, so an edit of one would go unseen under an unchanged plan digest.
 *
 * SHA-256 over "countersign.tree.v1\n" and one line per entry, sorted by root and path (bytes):
 *     f|x NUL root NUL path NUL content digest \n        a file, executable (x) or not (f)
 *     l   NUL root NUL path NUL target NUL content digest of the file it leads to, or nothing \n
 *     o   NUL root NUL path \n                           a pipe, socket or device: only that it is there
 *
 * Above the cap nothing is bound, and it is said so. Not bound either, and named: links to folders outside, unreadable files.
 */
import { createHash } from 'node:crypto'
import { readlink, realpath, stat } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import type { MeasuredTree } from '../shape.ts'
import { forEachAtOnce, hashFile } from './hash-files.ts'
import { isLeftOutFolder, isOutput, looksLikeOutput } from './left-out.ts'
import { moduleRoots } from './roots.ts'
import { bytesPath, walk, type Found, type Limits } from './walk.ts'

export const treeCap: Readonly<Limits> = { files: 20_000, bytes: 256 * 1024 * 1024 }

export type Tree = { readonly tree: MeasuredTree; readonly unbound: readonly string[] }
/** Absolute paths. `ownState`: the state file of a local backend. */
export type Place = { readonly directory: string; readonly data: string; readonly ownState: string | undefined }
type Line = { readonly order: string; readonly text: string; readonly bytes: number }

/** Throws EngineError `modules_unreadable`. */
export async function measureTree(place: Place, cap: Readonly<Limits> = treeCap): Promise<Tree> {
  const roots = moduleRoots(place.directory, place.data)
  const real = await Promise.all(roots.map((root) => realpath(resolve(place.directory, root)).catch(() => resolve(place.directory, root))))
  const limits = { ...cap }
  const lines: Line[] = []
  const unbound = new Set<string>()
  for (const root of roots) {
    const folder = Buffer.from(resolve(place.directory, root))
    const found = await walk(folder, (path) => isLeftOutFolder(path, place.data, folder.toString()), limits)
    if (!found) return notBound(cap, limits)
    await forEachAtOnce(found, async (entry) => {
      const line = await lineOf(place, root, folder, entry, real, unbound)
      if (line) lines.push(line)
    })
  }
  const hash = createHash('sha256').update('countersign.tree.v1\n')
  lines.sort((a, b) => (a.order < b.order ? -1 : 1))
  for (const line of lines) hash.update(line.text, 'latin1')
  const bytes = lines.reduce((sum, line) => sum + line.bytes, 0)
  return { tree: { digest: hash.digest('hex'), files: lines.length, bytes, bound: true }, unbound: [...unbound].sort() }
}

function notBound(cap: Readonly<Limits>, left: Limits): Tree {
  return { tree: { digest: '', files: Math.max(cap.files - left.files, 0), bytes: Math.max(cap.bytes - left.bytes, 0), bound: false }, unbound: ['tree'] }
}

async function lineOf(place: Place, root: string, folder: Buffer, entry: Found, roots: readonly string[], unbound: Set<string>): Promise<Line | undefined> {
  const path = bytesPath(folder, entry.path)
  const name = Buffer.from(root).toString('latin1')
  const line = (type: string, ...rest: string[]): Line => ({
    order: `${name}\0${entry.path}`,
    text: `${[type, name, entry.path, ...rest].join('\0')}\n`,
    bytes: entry.kind === 'file' ? entry.size : 0,
  })
  if (entry.kind === 'other') return line('o')
  if (entry.kind === 'link') return line('l', ...(await linkParts(place, folder.toString(), path, roots, unbound)))
  const output = entry.executable ? undefined : looksLikeOutput(path.toString('utf8'), place.data, place.ownState)
  if (output && (await isOutput(path, output))) return undefined
  const digest = await hashFile(path)
  if (digest === undefined) unbound.add(`file ${shown(place, path)}`)
  return line(entry.executable ? 'x' : 'f', digest ?? 'unreadable')
}

/** The target as written, and the file that stands there: within the tree it may be one that is left out. */
async function linkParts(place: Place, root: string, path: Buffer, roots: readonly string[], unbound: Set<string>): Promise<string[]> {
  const target = await readlink(path, { encoding: 'latin1' as BufferEncoding }).catch(() => '')
  const end = await realpath(path).catch(() => undefined)
  if (end === undefined) return [target, '']
  if (!(await stat(end).catch(() => undefined))?.isDirectory()) return [target, (await hashFile(path, true)) ?? '']
  if (!isLeftOutFolder(path.toString('utf8'), place.data, root) && !walked(place, end, roots)) unbound.add(`folder behind ${shown(place, path)}`)
  return [target, '']
}

function walked(place: Place, folder: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    if (folder === root) return true
    const parts = relative(root, folder).split(sep)
    if (parts[0] === '..') return false
    for (let at = folder; at !== root && at !== dirname(at); at = dirname(at)) if (isLeftOutFolder(at, place.data, root)) return false
    return true
  })
}

/** Below the configuration, and short: it becomes a name in the statement, which holds well-formed text only. */
function shown(place: Place, path: Buffer): string {
  return Array.from(relative(place.directory, path.toString('utf8'))).slice(-120).join('')
}
