/** A bundle: modules and documents that belong together, in the form of OPA. Reads bytes that are in memory; pure. */
import { CompileError, type Diagnostic } from '../error.ts'
import { parseModule } from '../syntax/parse.ts'
import type { Module } from '../syntax/tree.ts'
import { isPlain, type PlainObject, type Value } from '../value/index.ts'
import { mount, readDocument } from './data.ts'
import { BundleError } from './error.ts'
import { type Manifest, noManifest, readManifest, versionFor, within } from './manifest.ts'
import { type BundleKeys, verifyBundle } from './signature.ts'

export type Files = ReadonlyMap<string, Uint8Array>

export type Bundle = {
  readonly manifest: Manifest
  readonly modules: readonly Module[]
  readonly data: PlainObject
  /** `policy.wasm`, where the bundle has one: for the adapter alone. */
  readonly wasm: Uint8Array | undefined
  readonly signed: boolean
}

export type BundleOptions = {
  /** Put before file names in messages and locations. */
  readonly name?: string
  /** The version of Rego where the manifest says nothing. */
  readonly version?: 'v0' | 'v1'
  /** With keys a bundle must be signed by one of them. */
  readonly keys?: BundleKeys
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Throws BundleError, and CompileError where a module does not parse. */
export function readBundle(files: Files, options: BundleOptions = {}): Bundle {
  // signatures come first: nothing of an unsigned bundle is parsed
  const signed = options.keys !== undefined
  if (options.keys !== undefined) verifyBundle(files, options.keys)
  const text = (name: string): string => {
    try {
      return decoder.decode(files.get(name))
    } catch (error) {
      throw new BundleError('unreadable', `${name} is not UTF-8`, error)
    }
  }
  const manifest = files.has('.manifest') ? readManifest(text('.manifest')) : noManifest
  let data: PlainObject = {}
  const modules: Module[] = []
  const diagnostics: Diagnostic[] = []
  for (const name of [...files.keys()].sort()) {
    const folders = name.split('/')
    const base = folders.pop() ?? ''
    if (base === 'data.json' || base === 'data.yaml' || base === 'data.yml') data = mount(data, folders, readDocument(name, text(name)), name)
    else if (base.endsWith('.rego')) {
      const file = options.name === undefined ? name : `${options.name}/${name}`
      const parsed = parseModule(text(name), { file, version: versionFor(manifest, name, options.version ?? 'v1') })
      if (parsed.ok) modules.push(parsed.value)
      else diagnostics.push(...parsed.diagnostics)
    }
  }
  if (diagnostics.length > 0) throw new CompileError(diagnostics)
  for (const module of modules) owned(manifest, module.package.join('/'), module.source.file)
  for (const path of leaves(data, manifest.roots)) owned(manifest, path, 'a document')
  return { manifest, modules, data, wasm: files.get('policy.wasm'), signed }
}

function owned(manifest: Manifest, path: string, what: string): void {
  if (!manifest.roots.some((root) => within(path, root))) throw new BundleError('outside_roots', `${what} at data.${path.replaceAll('/', '.')} lies outside of the roots of the manifest`)
}

/** Paths of the documents: down to a root, or to what is no object. */
function leaves(data: Value, roots: readonly string[], path: readonly string[] = []): string[] {
  const here = path.join('/')
  if (path.length > 0 && roots.includes(here)) return [here]
  if (!isPlain(data) || roots.includes('')) return [here]
  return Object.keys(data).flatMap((name) => leaves(data[name] as Value, roots, [...path, name]))
}
