/** The dependency lock file, `.terraform.lock.hcl`, as data. */
import { attributes } from '../syntax/content.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { parse } from '../syntax/parse.ts'
import { sourceOf } from '../syntax/source.ts'
import type { Block, Expression } from '../syntax/tree.ts'
import { loadFinding, type Place } from './finding.ts'
import { inDirectory, type Loader } from './loader.ts'

/** One locked provider. `hashes` are as written, `h1:...` and `zh:...`. */
export interface LockedProvider {
  readonly address: string
  readonly version: string | null
  readonly constraints: string | null
  readonly hashes: readonly string[]
  readonly place: Place
}

/** The locked providers of a directory, by address; null when there is no lock file. */
export function lockedProviders(loader: Loader, directory: string, diagnostics: Diagnostic[]): ReadonlyMap<string, LockedProvider> | null {
  const path = inDirectory(directory, '.terraform.lock.hcl')
  const bytes = loader.read(path)
  if (bytes === null) return null
  const { tree, diagnostics: wrong } = parse(sourceOf(bytes, path))
  for (const one of wrong) diagnostics.push(one)
  const found = new Map<string, LockedProvider>()
  for (const item of tree.body.items) {
    if (item.kind !== 'block') continue
    const place = { source: tree.source, start: item.start, end: item.end }
    const address = item.labels[0]?.value
    if (item.type !== 'provider' || address === undefined || item.labels.length !== 1) {
      diagnostics.push(loadFinding('invalid-lock', 'A lock file holds provider blocks with one label, the address.', place))
    } else if (found.has(address)) diagnostics.push(loadFinding('duplicate-declaration', `${address} is already locked.`, place))
    else found.set(address, locked(address, item, place))
  }
  return found
}

const text = (value: Expression | undefined): string | null => (value?.kind === 'string' ? value.value : null)

function locked(address: string, block: Block, place: Place): LockedProvider {
  const set = attributes(block.body).attributes
  const hashes = set.get('hashes')?.value
  return {
    address,
    version: text(set.get('version')?.value),
    constraints: text(set.get('constraints')?.value),
    hashes: hashes?.kind === 'tuple' ? hashes.items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])) : [],
    place,
  }
}
