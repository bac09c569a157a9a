/**
 * Who may import whom. Every import is *resolved* to a file before it is judged: a pattern over the text of an import is
 * evaded by `./../`, by a barrel, or by a package name that points back into the tree.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'

export type Violation = { rule: string; from: string; to: string }
type Import = { from: string; to: string }

const root = resolve(import.meta.dirname, '..')
const rooms = join('packages', 'countersign', 'src')

/** What each room may import besides itself. A room that is not named here may not exist. */
const allowed: Record<string, readonly string[]> = {
  platform: ['proof'],
  apart: [],
  leaves: ['proof'],
  ledger: ['proof', 'platform', 'leaves'],
  plan: ['proof'],
  policy: ['proof'],
  tfstate: ['proof', 'plan', 'apart'],
  identity: ['proof', 'platform', 'ledger'],
  gate: ['proof', 'platform', 'ledger', 'identity', 'policy'],
  'doors/runs': ['proof', 'platform', 'ledger', 'identity', 'gate', 'plan', 'policy', 'apart'],
  'doors/admin': ['proof', 'platform', 'leaves', 'ledger', 'identity', 'gate', 'policy'],
  watch: ['proof', 'platform', 'identity'],
  'doors/state': ['proof', 'platform', 'ledger', 'identity', 'gate', 'policy', 'tfstate', 'apart'],
  'doors/members': ['proof', 'platform', 'ledger', 'identity', 'gate'],
  engine: ['proof', 'plan'],
  server: ['proof', 'platform', 'ledger', 'identity', 'gate', 'plan', 'policy', 'doors/runs', 'doors/admin', 'doors/members', 'doors/state', 'tfstate', 'watch'],
  cli: ['proof', 'platform', 'leaves', 'ledger', 'plan', 'policy', 'engine', 'server', 'demonstration'],
  console: ['proof', 'plan', 'leaves'],
  demonstration: ['proof', 'platform', 'plan', 'identity', 'engine', 'server'],
  proof: [],
  hcl: [],
  rego: [],
}

/** Pure rooms: the same bytes in, the same answer out, wherever they run. */
const pure = new Set(['proof', 'leaves', 'plan', 'policy', 'tfstate'])
/** Modules of Node that a pure room may still use, and why. */
const excused: Record<string, readonly string[]> = {
  proof: ['node:crypto'], // one side of the conditional import
  policy: ['node:crypto'], // the digest of a policy's bytes
  tfstate: ['node:crypto'], // digests of instances
}

export function roomOf(file: string): string | null {
  const parts = relative(root, file).split(sep)
  if (parts[0] !== 'packages') return null
  if (parts[1] !== 'countersign') return parts[1] ?? null
  if (parts[2] !== 'src') return null
  return parts[3] === 'doors' ? `doors/${parts[4] ?? ''}` : (parts[3] ?? null)
}

/** Static and dynamic imports, re-exports and `import()` types, by the specifier's text. */
export function specifiersOf(source: string): string[] {
  const pattern = /(?:^|[\n;])\s*(import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g
  return [...source.matchAll(pattern)].map((match) => match[3] ?? match[4] ?? match[5] ?? "")
}

export function resolveImport(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return withExtension(resolve(dirname(from), specifier))
  if (specifier.startsWith('#')) return privateImport(from, specifier)
  const own = /^@countersign\/(proof|hcl|rego)(\/.*)?$/.exec(specifier)
  if (own) return join(root, 'packages', own[1] ?? '', 'src', `${own[2] ?? '/index'}.ts`)
  if (specifier === 'countersign' || specifier.startsWith('countersign/')) return join(root, rooms, specifier.slice('countersign'.length) || 'index.ts')
  return null
}

/** A package's private import (`#crypto`) is judged by the file it stands for. */
function privateImport(from: string, specifier: string): string | null {
  const home = join(root, ...relative(root, from).split(sep).slice(0, 2))
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { imports?: Record<string, { source?: string }> }
  const source = manifest.imports?.[specifier]?.source
  return source === undefined ? null : join(home, source)
}

function withExtension(path: string): string {
  if (existsSync(path) && statSync(path).isFile()) return path
  return [`${path}.ts`, `${path}.tsx`, join(path, 'index.ts')].find((candidate) => existsSync(candidate)) ?? path
}

export function judge(from: string, specifier: string): Violation | null {
  const here = roomOf(from)
  if (here === null) return null
  const shown = { from: relative(root, from), to: specifier }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`
    return pure.has(here) && !(excused[here] ?? []).includes(name) ? { rule: `${here} is pure: it may not use ${name}`, ...shown } : null
  }
  const target = resolveImport(from, specifier)
  if (target === null) return here === 'proof' ? { rule: 'proof has no dependencies', ...shown } : null
  const there = roomOf(target)
  if (there === null && target === join(root, 'packages', 'countersign', 'package.json')) return null
  if (there === null) return { rule: `${here} may not import what is outside the packages' sources`, ...shown }
  if (there === here) return null
  const rule = allowed[here]
  if (!rule) return { rule: `the room ${here} has no row in the table`, ...shown }
  if (!rule.includes(there)) return { rule: `${here} may not import ${there}`, ...shown }
  return null
}

export function allImports(): Import[] {
  return sources().flatMap((from) => specifiersOf(readFileSync(from, 'utf8')).map((specifier) => ({ from, to: specifier })))
}

function sources(): string[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => walk(join(root, 'packages', name, 'src')))
}

function walk(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return walk(path)
    return /\.(ts|tsx|mts)$/.test(entry.name) ? [path] : []
  })
}

export function roomsOnDisk(): string[] {
  return [...new Set(sources().map((file) => roomOf(file)).filter((room): room is string => room !== null))].sort()
}

export const table = allowed
