/**
 * Providers that the CLI configuration replaces by a folder of somebody's own (`dev_overrides`): `init` and the lock file know nothing
 * of them, so they are named. A configuration that is not fully understood here counts as one that overrides.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../shape.ts'
import { isBlock, readBlocks, type Block, type Value } from './blocks.ts'

const unclear = 'dev_overrides'
/** Ways of installation that `init` follows: what they installed is measured where it lies. */
const harmless = new Set(['direct', 'filesystem_mirror', 'network_mirror', 'oci_mirror'])

/** Sorted, each once. */
export function overriddenProviders(environment: Environment): string[] {
  return [...new Set(configurationFiles(environment).flatMap(overridesIn))].sort()
}

/** Where terraform and tofu look: one file that a variable names, or files and `*.tfrc` in folders of this user. */
function configurationFiles(environment: Environment): string[] {
  const set = environment['TF_CLI_CONFIG_FILE'] || environment['TERRAFORM_CONFIG']
  if (set) return [set]
  const homes = [environment['HOME'] || homedir(), environment['APPDATA'] ?? ''].filter((home) => home !== '')
  const folders = homes.flatMap((home) => [join(home, '.terraform.d'), join(home, 'terraform.d'), join(home, '.config', 'opentofu')])
  const xdg = environment['XDG_CONFIG_HOME']
  if (xdg) folders.push(join(xdg, 'opentofu'))
  const named = homes.flatMap((home) => ['.terraformrc', '.tofurc', 'terraform.rc', 'tofu.rc'].map((name) => join(home, name)))
  return [...named, ...folders.flatMap((folder) => filesIn(folder).filter((name) => /(^\.?(terraform|tofu)\.?rc|\.tfrc|\.tofurc|\.tfrc\.json|\.tofurc\.json)$/.test(name)).map((name) => join(folder, name)))]
}

function overridesIn(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return []
  if (!stats.isFile()) return stats.isDirectory() ? [] : [unclear]
  const read = readBlocks(readFileSync(path, 'utf8'))
  return read ? installations(read).flatMap(overriddenBy) : [unclear]
}

function installations({ items }: Block): Value[] {
  return items.filter(({ keys }) => keys[0] === 'provider_installation').map(({ keys, value }) => (keys.length === 1 ? value : ''))
}

function overriddenBy(installation: Value): string[] {
  return blocksOf(installation)?.flatMap(({ items }) => items.flatMap(({ keys, value }) => {
    if (keys.length === 1 && harmless.has(keys[0] ?? '')) return []
    const overridden = keys.length === 1 && keys[0] === 'dev_overrides' ? blocksOf(value) : undefined
    return overridden?.flatMap((block) => block.items.map((item) => `dev_overrides ${Array.from(item.keys.join(' ')).slice(0, 120).join('')}`)) ?? [unclear]
  })) ?? [unclear]
}

/** JSON writes a block as an object or as a list of them. Undefined when it is neither. */
function blocksOf(value: Value): Block[] | undefined {
  if (typeof value === 'string') return undefined
  if (isBlock(value)) return [value]
  return value.every((one) => isBlock(one)) ? [...value] : undefined
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
