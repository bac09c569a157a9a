/**
 * A module: the files of a directory, read, merged and sorted by what they declare, with the modules it calls. Nothing is evaluated. What is
 * wrong is a finding; the rest is still there.
 */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { type Argument, type Declaration, declarationsOf } from './declaration.ts'
import { type ModuleFile, readFiles } from './file.ts'
import { loadFinding } from './finding.ts'
import { type Loader, resolvePath } from './loader.ts'
import { type InstalledModule, installedModules } from './manifest.ts'
import { identity, override } from './override.ts'
import { type RequiredProvider, requirementsOf, type RequiredVersion } from './requirement.ts'

/** What one directory declares. Keys are names; of resources, data and ephemeral resources `type.name`. */
export interface Module {
  /** Relative to the loader's root; `''` is that root. */
  readonly directory: string
  /** The names of the calls that lead here from the root module. */
  readonly path: readonly string[]
  readonly files: readonly ModuleFile[]
  readonly variables: ReadonlyMap<string, Declaration>
  readonly locals: ReadonlyMap<string, Argument>
  readonly outputs: ReadonlyMap<string, Declaration>
  readonly resources: ReadonlyMap<string, Declaration>
  readonly data: ReadonlyMap<string, Declaration>
  readonly ephemerals: ReadonlyMap<string, Declaration>
  readonly providers: readonly Declaration[]
  readonly calls: ReadonlyMap<string, ModuleCall>
  /** `terraform`, `check`, `import`, `moved`, `removed`. */
  readonly others: readonly Declaration[]
  readonly requiredProviders: ReadonlyMap<string, RequiredProvider>
  readonly requiredVersions: readonly RequiredVersion[]
}

/** A `module` block. `module` is null when it could not be loaded: not installed, not there, or calling itself. */
export interface ModuleCall {
  readonly declaration: Declaration
  /** As written; null when it is not a plain string. */
  readonly source: string | null
  readonly version: string | null
  readonly module: Module | null
}

/** A module and everything that was found wrong in it and in those it calls. */
export interface LoadedModule {
  readonly module: Module
  readonly diagnostics: readonly Diagnostic[]
}

/** How far loading goes. */
export interface LoadOptions {
  /** False: the modules it calls are not loaded. */
  readonly calls?: boolean
}

const mostModules = 10_000

interface Loading {
  readonly loader: Loader
  readonly installed: ReadonlyMap<string, InstalledModule>
  readonly diagnostics: Diagnostic[]
  readonly parsed: Map<string, { readonly files: readonly ModuleFile[]; readonly declared: readonly Declaration[] }>
  readonly calls: boolean
  count: number
}

/** Loads the module in a directory, and those it calls: by local path, or where `terraform init` has installed them. */
export function loadModule(loader: Loader, directory = '', { calls = true }: LoadOptions = {}): LoadedModule {
  const diagnostics: Diagnostic[] = []
  const installed = calls ? installedModules(loader, directory, diagnostics) : new Map<string, InstalledModule>()
  const module = load({ loader, installed, diagnostics, parsed: new Map(), calls, count: 0 }, directory, [], [])
  if (module.files.length === 0 && diagnostics.length === 0) {
    diagnostics.push(loadFinding('no-configuration', 'It holds no .tf, .tofu, .tf.json or .tofu.json file.', { source: null, start: 0, end: 0 }))
  }
  return { module, diagnostics }
}

function load(loading: Loading, directory: string, path: readonly string[], above: readonly string[]): Module {
  loading.count++
  const isFirst = !loading.parsed.has(directory)
  const { files, declared } = declarations(loading, directory)
  const reported = isFirst ? loading.diagnostics : []
  const calls = new Map<string, ModuleCall>()
  for (const [name, declaration] of named(declared, 'module')) calls.set(name, callOf(loading, declaration, name, directory, path, [...above, directory]))
  const requirements = requirementsOf(declared.filter(({ kind }) => kind === 'terraform'), reported)
  return {
    directory,
    path,
    files,
    variables: named(declared, 'variable'),
    locals: localsOf(declared),
    outputs: named(declared, 'output'),
    resources: named(declared, 'resource'),
    data: named(declared, 'data'),
    ephemerals: named(declared, 'ephemeral'),
    providers: declared.filter(({ kind }) => kind === 'provider'),
    calls,
    others: declared.filter(({ kind }) => kind === 'terraform' || kind === 'check' || kind === 'import' || kind === 'moved' || kind === 'removed'),
    requiredProviders: requirements.providers,
    requiredVersions: requirements.versions,
  }
}

const named = (declared: readonly Declaration[], kind: Declaration['kind']): Map<string, Declaration> =>
  new Map(declared.flatMap((one) => (one.kind === kind ? [[one.labels.join('.'), one] as const] : [])))

function localsOf(declared: readonly Declaration[]): Map<string, Argument> {
  const locals = new Map<string, Argument>()
  for (const one of declared) {
    if (one.kind !== 'locals') continue
    for (const [name, argument] of one.arguments) if (!locals.has(name)) locals.set(name, argument)
  }
  return locals
}

/** Reads a directory once, however often it is called. */
function declarations(loading: Loading, directory: string): { files: readonly ModuleFile[]; declared: readonly Declaration[] } {
  const before = loading.parsed.get(directory)
  if (before !== undefined) return before
  const { loader, diagnostics } = loading
  const files = readFiles(loader, directory, diagnostics)
  const declared: Declaration[] = []
  const seen = new Map<string, Declaration>()
  for (const file of files) {
    for (const one of declarationsOf(file.tree.body, file.tree.source, diagnostics)) {
      if (file.override) override(declared, one, diagnostics)
      else if (!isDuplicate(seen, one, diagnostics)) declared.push(one)
    }
  }
  const read = { files, declared }
  loading.parsed.set(directory, read)
  return read
}

/** Reports what is declared twice in a module: blocks by their header, locals by name. The first counts. */
function isDuplicate(seen: Map<string, Declaration>, one: Declaration, diagnostics: Diagnostic[]): boolean {
  if (one.kind === 'locals') {
    for (const [name, { source, attribute }] of one.arguments) {
      if (seen.has(`local.${name}`)) diagnostics.push(loadFinding('duplicate-declaration', `The local ${name} is already defined in this module.`, { source, start: attribute.start, end: attribute.nameEnd }))
      seen.set(`local.${name}`, one)
    }
    return false
  }
  const name = identity(one)
  const first = name === null ? undefined : seen.get(name)
  if (name === null || first === undefined) {
    if (name !== null) seen.set(name, one)
    return false
  }
  const { line } = first.source.position(first.block.start)
  const { block, source } = one
  diagnostics.push(loadFinding('duplicate-declaration', `${[one.kind, ...one.labels].join(' ')} is already declared at ${first.source.name}:${line}.`, { source, start: block.start, end: block.labels.at(-1)?.end ?? block.typeEnd }))
  return true
}

function callOf(loading: Loading, declaration: Declaration, name: string, directory: string, path: readonly string[], above: readonly string[]): ModuleCall {
  const { diagnostics } = loading
  const argument = declaration.arguments.get('source')
  const place = argument ? { source: argument.source, start: argument.attribute.start, end: argument.attribute.end } : { source: declaration.source, start: declaration.block.start, end: declaration.block.typeEnd }
  const value = argument?.attribute.value
  const source = value?.kind === 'string' ? value.value : null
  const constraint = declaration.arguments.get('version')?.attribute.value
  const version = constraint?.kind === 'string' ? constraint.value : null
  const without = { declaration, source, version, module: null }
  if (source === null) {
    if (value?.kind !== 'error') diagnostics.push(loadFinding('invalid-source', value === undefined ? `The module ${name} has no source.` : `The source of the module ${name} must be a plain string.`, place))
    return without
  }
  if (!loading.calls) return without
  const key = [...path, name]
  const found = /^\.\.?[/\\]|^\.\.?$/.test(source) ? resolvePath(directory, source) : (loading.installed.get(key.join('.'))?.directory ?? undefined)
  if (found === undefined) diagnostics.push(loadFinding('not-installed', `The module ${key.join('.')} comes from ${source}; terraform init installs it. Without it, its outputs are unknown.`, place, 'warning'))
  else if (found === null) diagnostics.push(loadFinding('invalid-source', `${source} leads out of what may be read.`, place))
  else if (above.includes(found)) diagnostics.push(loadFinding('module-cycle', `The module ${key.join('.')} calls, in the end, itself.`, place))
  else if (loading.count >= mostModules) diagnostics.push(loadFinding('too-many-modules', `More than ${mostModules} modules are not loaded.`, place))
  else return { ...without, module: load(loading, found, key, above) }
  return without
}
