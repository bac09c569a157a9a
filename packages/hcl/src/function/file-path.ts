/**
 * Paths as functions are given them, and files behind them. An adversary writes the configuration, and so these paths: what leads out of
 * the module's root is refused before anything is asked for, and what cannot be placed below it as well.
 */
import { inDirectory, type Loader, resolvePath } from '../load/loader.ts'
import { quoteGo } from '../value/quote.ts'
import { sensitiveMark } from '../value/value.ts'
import { failAt } from './spec.ts'
import type { Surroundings } from './surroundings.ts'

/** Without empty parts, `.` and, where they can be taken back, `..`. */
export function clean(path: string): string {
  const rooted = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '..' || !rooted) parts.push(part)
  }
  return (rooted ? '/' : '') + parts.join('/') || '.'
}

/** The path in the loader's terms; undefined when it leads out of what may be read. */
export function withinRoot(path: string, { home = '', workingDirectory }: Surroundings): string | undefined {
  let cleaned = clean(path)
  if (cleaned.startsWith('/')) {
    if (workingDirectory === undefined || (cleaned !== workingDirectory && !cleaned.startsWith(`${workingDirectory}/`))) return undefined
    cleaned = clean(cleaned.slice(workingDirectory.length + 1))
  }
  return cleaned.startsWith('~') ? undefined : (resolvePath(home, cleaned) ?? undefined)
}

/** What stands at a path. */
export function kindOf(path: string, files: Loader): 'file' | 'directory' | undefined {
  if (path === '') return 'directory'
  const cut = path.lastIndexOf('/')
  const names = files.list(path.slice(0, Math.max(cut, 0))) ?? []
  const name = path.slice(cut + 1)
  return names.includes(name) ? 'file' : names.includes(`${name}/`) ? 'directory' : undefined
}

const mostFiles = 100_000

/** All files below a directory, as far as there are not too many. Directories that a loader links into themselves end with their depth. */
export function filesBelow(directory: string, files: Loader): string[] {
  const found: string[] = []
  const waiting: [string, number][] = [[directory, 0]]
  for (let next = waiting.pop(); next !== undefined && found.length < mostFiles; next = waiting.pop()) {
    const [at, depth] = next
    for (const name of files.list(at) ?? []) {
      const path = inDirectory(at, name)
      if (!name.endsWith('/')) found.push(path)
      else if (depth < 100) waiting.push([path.slice(0, -1), depth + 1])
    }
  }
  return found
}

export const shownPath = (path: string, marks: number): string => ((marks & sensitiveMark) === 0 ? quoteGo(path) : '(sensitive value)')

/** The bytes; undefined when there is no access to files at all, so that the result cannot be known. */
export function readFile(path: string, marks: number, surroundings: Surroundings): Uint8Array | undefined {
  const { files } = surroundings
  if (files === undefined) return undefined
  const within = withinRoot(path, surroundings)
  if (within === undefined) return failAt(0, `${shownPath(path, marks)} lies outside the module's root directory, and only files within it are read`)
  const bytes = files.read(within)
  if (bytes !== null) return bytes
  if (kindOf(within, files) === 'directory') return failAt(0, `failed to read file: read ${within}: is a directory`)
  return failAt(
    0,
    `no file exists at ${shownPath(path, marks)}; this function works only with files that are distributed as part of the configuration source code, so if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource`,
  )
}
