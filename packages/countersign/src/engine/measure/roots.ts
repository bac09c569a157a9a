/**
 * The folders that make up a configuration: the current one, and every module folder that `init` wrote into
 * `modules/modules.json` (local ones beside it, downloaded ones within `.terraform/modules`).
 */
import { readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { EngineError } from '../error.ts'
import { isLeftOutFolder } from './left-out.ts'

/** Relative to the directory, sorted; none lies within another where the other's walk reaches it. `data`: absolute. */
export function moduleRoots(directory: string, data: string): string[] {
  const roots = new Set(['.'])
  for (const folder of moduleFolders(join(data, 'modules', 'modules.json'))) {
    roots.add(relative(directory, resolve(directory, folder)) || '.')
  }
  const sorted = [...roots].sort()
  return sorted.filter((root) => !sorted.some((other) => other !== root && reaches(directory, data, other, root)))
}

function moduleFolders(path: string): string[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return [] // no modules, or no init yet
    throw unreadable(path, cause)
  }
  try {
    const parsed = JSON.parse(text) as { Modules?: unknown }
    if (!Array.isArray(parsed.Modules)) throw new TypeError('no list of modules')
    return parsed.Modules.map((module: unknown) => {
      const folder: unknown = typeof module === 'object' && module !== null && 'Dir' in module ? module.Dir : undefined
      if (typeof folder !== 'string') throw new TypeError('a module without a folder')
      return folder
    })
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): EngineError {
  return new EngineError('modules_unreadable', `${path} cannot be read, so it is not known which modules will run. Run terraform init again.`, { cause })
}

/** Whether a walk from `outer` comes to `inner`, and not past a folder that is left out: a downloaded module lies in one. */
function reaches(directory: string, data: string, outer: string, inner: string): boolean {
  const start = join(directory, outer)
  const parts = relative(start, join(directory, inner)).split(sep)
  if (parts[0] === '..' || parts[0] === '') return false
  return !parts.some((_, i) => isLeftOutFolder(join(start, ...parts.slice(0, i + 1)), data, start))
}
