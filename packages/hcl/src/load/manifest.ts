/** Installed modules: `.terraform/modules/modules.json`, which `terraform init` writes. Read as data; `.terraform` is no source. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { parseJson } from '../syntax/json/parse.ts'
import { sourceOf } from '../syntax/source.ts'
import type { JsonValue } from '../syntax/tree.ts'
import { loadFinding } from './finding.ts'
import { inDirectory, type Loader, resolvePath } from './loader.ts'

/** One installed module. `key` is the path of calls from the root, with dots; `directory` is relative to the loader's root. */
export interface InstalledModule {
  readonly key: string
  readonly source: string
  readonly version: string | null
  readonly directory: string
}

function members(value: JsonValue): ReadonlyMap<string, JsonValue> {
  return new Map(value.kind === 'json-object' ? value.members.map((member) => [member.name, member.value]) : [])
}

const textOf = (value: JsonValue | undefined): string | null => (value?.kind === 'json-string' ? value.value : null)

/** The installed modules of a root module, by key; empty when nothing was installed. Directories that leave the loader's root are left out. */
export function installedModules(loader: Loader, root: string, diagnostics: Diagnostic[]): ReadonlyMap<string, InstalledModule> {
  const path = inDirectory(root, '.terraform/modules/modules.json')
  const bytes = loader.read(path)
  const found = new Map<string, InstalledModule>()
  if (bytes === null) return found
  const { tree, diagnostics: wrong } = parseJson(sourceOf(bytes, path))
  const list = members(tree.value).get('Modules')
  if (wrong.length > 0 || list?.kind !== 'json-array') {
    diagnostics.push(loadFinding('invalid-manifest', `${path} is not what terraform init writes. Run it again.`, { source: tree.source, start: 0, end: 0 }))
    return found
  }
  for (const item of list.items) {
    const entry = members(item)
    const key = textOf(entry.get('Key'))
    const written = textOf(entry.get('Dir'))
    const directory = written === null ? null : resolvePath(root, written)
    if (key !== null && directory !== null) found.set(key, { key, source: textOf(entry.get('Source')) ?? '', version: textOf(entry.get('Version')), directory })
  }
  return found
}
