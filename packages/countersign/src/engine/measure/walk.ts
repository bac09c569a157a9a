/** Lists a folder's files, links and other entries, without following a link. Names are bytes (as latin1 text): a file name need not be UTF-8. */
import { lstat, readdir, stat } from 'node:fs/promises'
import type { Dirent, Stats } from 'node:fs'
import { forEachAtOnce } from './hash-files.ts'

export type Found = {
  /** Below the root, with `/`, as latin1 text of its bytes. */
  readonly path: string
  readonly kind: 'file' | 'link' | 'other'
  readonly executable: boolean
  readonly size: number
}

export type Limits = { files: number; bytes: number }

type Walk = { readonly root: Buffer; readonly leftOut: (path: string) => boolean; readonly limits: Limits; readonly found: Found[]; unreadable: boolean }

/** Undefined when there is more than the limits allow, or a folder cannot be read. Limits are counted down. */
export async function walk(root: Buffer, leftOut: (path: string) => boolean, limits: Limits): Promise<Found[] | undefined> {
  if (!(await stat(root).catch(() => undefined))?.isDirectory()) return undefined
  const state: Walk = { root, leftOut, limits, found: [], unreadable: false }
  let folders = ['']
  while (folders.length > 0 && within(state)) {
    const below: string[] = []
    await forEachAtOnce(folders, async (folder) => {
      if (within(state)) below.push(...(await enter(state, folder)))
    })
    folders = below
  }
  return within(state) ? state.found : undefined
}

function within({ limits, unreadable }: Walk): boolean {
  return !unreadable && limits.files >= 0 && limits.bytes >= 0
}

/** Takes the entries of one folder, and answers the folders in it. */
async function enter(state: Walk, folder: string): Promise<string[]> {
  const entries = await list(bytesPath(state.root, folder))
  if (!entries) {
    state.unreadable = true
    return []
  }
  const folders: string[] = []
  const rest: string[] = []
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (!entry.isDirectory()) rest.push(path)
    else if (!state.leftOut(bytesPath(state.root, path).toString('utf8'))) folders.push(path)
  }
  state.limits.files -= rest.length
  if (within(state)) await look(state, rest)
  return folders
}

async function look(state: Walk, paths: readonly string[]): Promise<void> {
  const all = await Promise.all(paths.map(async (path) => ({ path, stats: await lstat(bytesPath(state.root, path)).catch(() => undefined) })))
  for (const { path, stats } of all) {
    if (!stats) continue // gone since it was listed
    state.found.push(entryOf(path, stats))
    state.limits.bytes -= stats.size
  }
}

function entryOf(path: string, stats: Stats): Found {
  const kind = stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other'
  return { path, kind, executable: (stats.mode & 0o111) !== 0, size: stats.size }
}

async function list(folder: Buffer): Promise<Dirent[] | undefined> {
  return await readdir(folder, { withFileTypes: true, encoding: 'latin1' }).catch(() => undefined)
}

export function bytesPath(root: Buffer, path: string): Buffer {
  return path === '' ? root : Buffer.concat([root, Buffer.from(`/${path}`, 'latin1')])
}
