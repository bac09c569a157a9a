/** `.manifest`: revision, roots, and which version of Rego the files are in. */
import { isArray, isInteger, isPlain, parseJson, type PlainObject, type Value } from '../value/index.ts'
import { BundleError } from './error.ts'

export type Manifest = {
  readonly revision: string
  /** Paths under `data` that the bundle owns, `''` for all. */
  readonly roots: readonly string[]
  readonly metadata: Value
  readonly version: 'v0' | 'v1' | undefined
  readonly versions: readonly (readonly [string, 'v0' | 'v1'])[]
}

export const noManifest: Manifest = { revision: '', roots: [''], metadata: {}, version: undefined, versions: [] }

export function readManifest(text: string): Manifest {
  let value: Value
  try {
    value = parseJson(text)
  } catch (error) {
    throw new BundleError('bad_manifest', 'the manifest is not JSON', error)
  }
  if (!isPlain(value)) throw bad('it is not an object')
  const { revision = '', metadata = {}, rego_version: version, file_rego_versions: versions = {} } = value
  if (typeof revision !== 'string') throw bad('its revision is not a string')
  if (!isPlain(versions)) throw bad('file_rego_versions is not an object')
  return {
    revision,
    roots: rootsOf(value),
    metadata,
    version: version === undefined ? undefined : versionOf(version),
    versions: Object.entries(versions).map(([pattern, one]) => [pattern.replace(/^\//, ''), versionOf(one)] as const),
  }
}

const bad = (detail: string): BundleError => new BundleError('bad_manifest', `the manifest cannot be used: ${detail}`)

function versionOf(value: Value): 'v0' | 'v1' {
  if (!isInteger(value) || (value != 0 && value != 1)) throw bad('a version of Rego is neither 0 nor 1')
  return value == 0 ? 'v0' : 'v1'
}

function rootsOf({ roots }: PlainObject): readonly string[] {
  if (roots === undefined) return ['']
  if (!isArray(roots) || roots.some((root) => typeof root !== 'string')) throw bad('its roots are not strings')
  const clean = (roots as readonly string[]).map((root) => root.replace(/^\/+|\/+$/g, ''))
  for (const [index, root] of clean.entries()) {
    if (clean.some((other, place) => place !== index && within(root, other))) throw bad(`its roots overlap at "${root}"`)
  }
  return clean
}

/** `path` is `root` or lies below it. Both with slashes. */
export const within = (path: string, root: string): boolean => root === '' || path === root || path.startsWith(`${root}/`)

/** A pattern of `file_rego_versions`: `*` stays in a folder, `**` does not. */
export function versionFor(manifest: Manifest, file: string, usual: 'v0' | 'v1'): 'v0' | 'v1' {
  const named = manifest.versions.find(([pattern]) => matches(pattern, file))
  return named?.[1] ?? manifest.version ?? usual
}

function matches(pattern: string, file: string): boolean {
  const parts = pattern.split('/')
  const names = file.split('/')
  const fits = (at: number, name: number): boolean => {
    if (at === parts.length) return name === names.length
    if (parts[at] === '**') return fits(at + 1, name) || (name < names.length && fits(at, name + 1))
    return name < names.length && wildcard(parts[at] ?? '', names[name] ?? '') && fits(at + 1, name + 1)
  }
  return parts.length < 50 && fits(0, 0)
}

function wildcard(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === name
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return name.length - part.length >= at && name.endsWith(part)
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}
