/**
 * The providers that will run: what the lock file selects, at the place where `init` put it, digested file by file.
 *
 * Provider digest = SHA-256("countersign.provider.v1\n" || per file, sorted by path: path NUL content digest "\n"). Links are
 * followed: a plugin cache links a provider's folder or its files to a place of its own. terraform checks the lock file's own
 * hashes as well; those are the vendor's word for what is downloaded, this is ours for what lies here.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hashRunnable } from '../binary/identity.ts'
import type { MeasuredProvider } from '../shape.ts'
import { isBlock, readBlocks, type Item } from './blocks.ts'

export type Providers = { readonly providers: MeasuredProvider[]; /** By name, what could not be read or found. */ readonly unbound: readonly string[] }

type Selected = { readonly address: string; readonly version: string }

/** `data`: absolute. Providers that are built in, or not installed, are not among them. */
export async function measureProviders(directory: string, data: string): Promise<Providers> {
  const { selected, unbound } = lockedProviders(join(directory, '.terraform.lock.hcl'))
  const notFound: string[] = []
  const measured = await Promise.all(
    selected.map(async ({ address, version }): Promise<MeasuredProvider | undefined> => {
      const installed = join(data, 'providers', ...address.split('/'), version)
      const folder = platformFolder(installed)
      if (folder === undefined && namesIn(installed).length > 0) notFound.push(`provider ${address}`)
      return folder === undefined ? undefined : { address, version, digest: await digestOf(folder) }
    }),
  )
  const providers = measured.filter((provider) => provider !== undefined).sort((a, b) => (a.address < b.address ? -1 : 1))
  return { providers, unbound: [...unbound, ...notFound].sort() }
}

/** Every block is selected or named: one that is written in another way than terraform writes it must not disappear. */
function lockedProviders(path: string): { selected: Selected[]; unbound: string[] } {
  const read = readBlocks(readOrNothing(path))
  if (!read) return { selected: [], unbound: ['.terraform.lock.hcl'] }
  const selected: Selected[] = []
  const unbound: string[] = []
  for (const item of read.items) {
    const one = selectedBy(item)
    if (one) selected.push(one)
    else unbound.push(Array.from(`locked ${item.keys.join(' ')}`).slice(0, 120).join(''))
  }
  return { selected, unbound }
}

function selectedBy({ keys: [type, address = '', ...more], value }: Item): Selected | undefined {
  if (type !== 'provider' || more.length > 0 || typeof value === 'string' || !isBlock(value)) return undefined
  const versions = value.items.filter(({ keys }) => keys.length === 1 && keys[0] === 'version').map((item) => item.value)
  const [version] = versions
  if (versions.length !== 1 || typeof version !== 'string') return undefined
  // They become parts of a path: nothing that climbs.
  const plain = /^[\p{L}\p{N}._-]+\/[\p{L}\p{N}_-]+\/[\p{L}\p{N}_-]+$/u.test(address) && /^[0-9A-Za-z.+-]+$/.test(version) && !/^\.+$/.test(version) && !address.startsWith('.')
  return plain ? { address, version } : undefined
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' }
const systems: Readonly<Record<string, string>> = { win32: 'windows' }

function platformFolder(version: string): string | undefined {
  const own = `${systems[process.platform] ?? process.platform}_${architectures[process.arch] ?? process.arch}`
  const names = namesIn(version)
  // A terraform for another architecture runs under emulation; then its folder is the only one.
  const name = names.includes(own) ? own : names.length === 1 ? names[0] : undefined
  return name === undefined ? undefined : join(version, name)
}

async function digestOf(folder: string): Promise<string> {
  const files = filesIn(folder, '', 0).sort()
  const digests = await Promise.all(files.map(async (file) => (await hashRunnable(join(folder, file))).digest))
  const hash = createHash('sha256').update('countersign.provider.v1\n')
  files.forEach((file, i) => hash.update(`${file}\0${digests[i] ?? ''}\n`))
  return hash.digest('hex')
}

function filesIn(folder: string, below: string, depth: number): string[] {
  if (depth > 16) return []
  return namesIn(join(folder, below)).flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`
    const stats = statSync(join(folder, path), { throwIfNoEntry: false })
    if (stats?.isDirectory()) return filesIn(folder, path, depth + 1)
    return stats?.isFile() ? [path] : []
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
