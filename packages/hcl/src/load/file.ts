/** The files of a module directory: which count, in which order, which take another's place, and which override. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { parseJson } from '../syntax/json/parse.ts'
import { parse } from '../syntax/parse.ts'
import { sourceOf } from '../syntax/source.ts'
import type { File, JsonFile } from '../syntax/tree.ts'
import { loadFinding, nowhere } from './finding.ts'
import { inDirectory, type Loader } from './loader.ts'

/** One configuration file of a module. */
export interface ModuleFile {
  /** Relative to the loader's root. */
  readonly path: string
  readonly tree: File | JsonFile
  /** `override.tf` and `*_override.tf`, in whichever syntax. */
  readonly override: boolean
}

const extension = /\.(tf|tofu)(\.json)?$/

/** What editors leave behind is no configuration: `.x`, `x~`, `#x#`. */
const isLeftover = (name: string): boolean => name.startsWith('.') || name.endsWith('~') || (name.startsWith('#') && name.endsWith('#'))

/** Whether a file name is that of configuration. */
export const isConfiguration = (name: string): boolean => extension.test(name) && !isLeftover(name)

/** The configuration files among the names of a directory, sorted; `x.tofu` takes the place of `x.tf`, `x.tofu.json` that of `x.tf.json`. */
export function configurationNames(names: readonly string[]): string[] {
  const all = new Set(names)
  const replaced = (name: string): boolean => {
    const [, base, json = ''] = /^(.*)\.tf(\.json)?$/.exec(name) ?? []
    return base !== undefined && all.has(`${base}.tofu${json}`)
  }
  return names.filter((name) => isConfiguration(name) && !replaced(name)).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Whether a file of this name overrides. */
export function isOverride(name: string): boolean {
  const base = name.replace(extension, '')
  return base === 'override' || base.endsWith('_override')
}

/** Parses one file in the syntax that its name says. */
export function parseFile(path: string, bytes: string | Uint8Array): { readonly tree: File | JsonFile; readonly diagnostics: readonly Diagnostic[] } {
  const source = sourceOf(bytes, path)
  return path.endsWith('.json') ? parseJson(source) : parse(source)
}

/** The files of a directory in the order in which they count: first the ordinary ones, then those that override, each by name. */
export function readFiles(loader: Loader, directory: string, diagnostics: Diagnostic[]): readonly ModuleFile[] {
  const names = loader.list(directory)
  if (names === null) {
    diagnostics.push(loadFinding('missing-directory', `${directory === '' ? 'The root directory' : directory} is not there, or may not be read.`, nowhere))
    return []
  }
  const files: ModuleFile[] = []
  for (const name of configurationNames(names)) {
    const path = inDirectory(directory, name)
    const bytes = loader.read(path)
    if (bytes === null) {
      diagnostics.push(loadFinding('missing-file', `${path} is not there, or may not be read.`, nowhere))
      continue
    }
    const { tree, diagnostics: found } = parseFile(path, bytes)
    for (const one of found) diagnostics.push(one)
    files.push({ path, tree, override: isOverride(name) })
  }
  return [...files.filter(({ override }) => !override), ...files.filter(({ override }) => override)]
}
