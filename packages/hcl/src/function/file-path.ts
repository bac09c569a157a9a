/**
 * Paths as functions are given them, and files behind them. An adversary writes the configuration, and so these paths: what leads out of
 * the module's root is refused before anything is asked for, and what cannot be placed below it as well.
 */
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

/** The path relative to the root; undefined when it lies elsewhere. */
export function withinRoot(path: string, surroundings: Surroundings): string | undefined {
  const home = clean(surroundings.home ?? '.')
  let cleaned = clean(path)
  if (home !== '.' && (cleaned === home || cleaned.startsWith(`${home}/`))) cleaned = clean(cleaned.slice(home.length + 1))
  const cwd = surroundings.workingDirectory
  if (cleaned.startsWith('/') && cwd !== undefined && (cleaned === cwd || cleaned.startsWith(`${cwd}/`))) cleaned = clean(cleaned.slice(cwd.length + 1))
  return cleaned.startsWith('/') || cleaned === '..' || cleaned.startsWith('../') || cleaned.startsWith('~') ? undefined : cleaned
}

export const shownPath = (path: string, marks: number): string => ((marks & sensitiveMark) === 0 ? quoteGo(path) : '(sensitive value)')

/** The bytes; undefined when there is no access to files at all, so that the result cannot be known. */
export function readFile(path: string, marks: number, surroundings: Surroundings): Uint8Array | undefined {
  const { files } = surroundings
  if (files === undefined) return undefined
  const within = withinRoot(path, surroundings)
  if (within === undefined) return failAt(0, `${shownPath(path, marks)} lies outside the module's root directory, and only files within it are read`)
  const bytes = files.read(within)
  if (bytes !== undefined) return bytes
  if (files.kind(within) === 'directory') return failAt(0, `failed to read file: read ${within}: is a directory`)
  return failAt(
    0,
    `no file exists at ${shownPath(path, marks)}; this function works only with files that are distributed as part of the configuration source code, so if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource`,
  )
}
