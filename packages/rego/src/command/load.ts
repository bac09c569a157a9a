/** Policies and documents from disk, as `opa` lays them out: a document hangs below the folder it lies in. */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { parseDuration } from '../builtin/time/duration.ts'
import { merged, mount, readDocument } from '../bundle/data.ts'
import { BundleError } from '../bundle/error.ts'
import { loadBundle } from '../bundle/load.ts'
import { CompileError, type Diagnostic } from '../error.ts'
import { parseModule } from '../syntax/parse.ts'
import type { Module } from '../syntax/tree.ts'
import { isArray, isPlain, type PlainObject, type Value } from '../value/index.ts'
import { type Parsed, UsageError } from './table.ts'

export type Loaded = { readonly modules: readonly Module[]; readonly data: PlainObject }

/** Files larger than this are refused before they are read. */
const mostBytes = 512 * 1024 * 1024

export function readText(path: string): string {
  try {
    if (statSync(path).size > mostBytes) throw new BundleError('too_large', `${path} is larger than 512 MB`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof BundleError) throw error
    throw new BundleError('unreadable', `${path} cannot be read: ${reasonOf(error)}`, error)
  }
}

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'access is denied' : error instanceof Error ? error.message : 'unknown'
}

export const versionOf = (options: Parsed): 'v0' | 'v1' => (options.has('v0-compatible') ? 'v0' : 'v1')

/** Everything at the paths. Throws CompileError for modules that do not parse, BundleError for all else. */
export function load(paths: readonly string[], options: Parsed, bundles: readonly string[] = []): Loaded {
  const version = versionOf(options)
  const modules: Module[] = []
  const diagnostics: Diagnostic[] = []
  let data: PlainObject = {}
  for (const path of bundles) {
    const bundle = guarded(() => loadBundle(path, { version }), diagnostics)
    if (bundle === undefined) continue
    modules.push(...bundle.modules)
    data = merged(data, bundle.data, path, [])
  }
  for (const given of paths) {
    const [, prefix = '', path = given] = /^((?:[A-Za-z_]\w+\.?)*):(.+)$/.exec(given) ?? []
    const below = prefix === '' ? [] : prefix.split('.')
    for (const { file, folders } of filesAt(path, options.all('ignore'))) {
      if (file.endsWith('.rego')) {
        const parsed = parseModule(readText(file), { file, version })
        if (parsed.ok) modules.push(parsed.value)
        else diagnostics.push(...parsed.diagnostics)
      } else data = mount(data, [...below, ...folders], readDocument(file, readText(file)), file)
    }
  }
  if (diagnostics.length > 0) throw new CompileError(diagnostics)
  return { modules, data }
}

function guarded<Result>(read: () => Result, diagnostics: Diagnostic[]): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    diagnostics.push(...error.diagnostics)
    return undefined
  }
}

type Found = { readonly file: string; readonly folders: readonly string[] }

/** In the order of names, so that messages do not depend on the disk. Symbolic links inside of folders are not followed. */
function filesAt(path: string, ignored: readonly string[]): Found[] {
  let isFolder: boolean
  try {
    isFolder = statSync(path).isDirectory()
  } catch (error) {
    throw new BundleError('unreadable', `${path} cannot be read: ${reasonOf(error)}`, error)
  }
  if (!isFolder) return [{ file: path, folders: [] }]
  const patterns = ignored.map((one) => new RegExp(`^${one.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')).join('.*')}$`))
  const out: Found[] = []
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder).sort()) {
      const file = join(folder, name)
      if (patterns.some((pattern) => pattern.test(basename(file))) || name === 'node_modules' || name === '.git') continue
      const kind = lstatSync(file)
      if (kind.isDirectory()) visit(file)
      else if (kind.isFile() && /\.(rego|json|ya?ml)$/.test(name) && !name.startsWith('.')) out.push({ file, folders: relative(path, folder).split(/[\\/]/).filter((part) => part !== '') })
    }
  }
  visit(path)
  return out
}

export function inputOf(options: Parsed, stdin: () => string): Value | undefined {
  if (options.has('stdin-input')) return readDocument('standard input.yaml', stdin())
  const path = options.one('input')
  return path === undefined ? undefined : readDocument(path, readText(path))
}

/** A list of names, or OPA's form: `{"builtins": [{"name": ...}]}`. */
export function capabilitiesOf(options: Parsed): { readonly capabilities?: readonly string[] } {
  const path = options.one('capabilities')
  if (path === undefined) return {}
  const document = readDocument(path, readText(path))
  const list = isPlain(document) ? document['builtins'] : document
  if (!isArray(list)) throw new UsageError(`${path} holds no list of builtins`)
  return { capabilities: list.map((one) => (isPlain(one) ? one['name'] : one)).filter((name): name is string => typeof name === 'string') }
}

export function millisecondsOf(options: Parsed): number {
  const given = options.one('timeout') ?? '30s'
  const duration = parseDuration(given)
  if (typeof duration !== 'bigint' || duration <= 0n) throw new UsageError(`--timeout: ${given} is no duration such as 500ms or 5s`)
  return Number(duration / 1_000_000n)
}
