/** One state file, or a folder of them: `terraform.tfstate` by the folder it is in, `terraform.tfstate.d/NAME` as CLI workspaces. Links are not followed. */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { CliError } from '../../exit.ts'
import { unreadable, withoutEnding, type Found, type Source } from './source.ts'

/** Terraform's own, and others', that hold no states of people. */
const passedOver = new Set(['.git', '.terraform', 'node_modules'])
const MOST = 10_000
const DEEPEST = 32

export function filesSource(text: string): Source {
  const place = resolve(text)
  const stats = statSync(place, { throwIfNoEntry: false })
  if (!stats) throw new CliError('source_missing', `There is no ${text}.`, 'Name a state file, or a folder that holds some.')
  const isFolder = stats.isDirectory()
  return {
    kind: isFolder ? 'folder' : 'file',
    place,
    list: async () => (isFolder ? inFolder(place) : [{ name: basename(place), path: withoutEnding(basename(place)), workspace: 'default' }]),
    async read({ name }) {
      const path = isFolder ? join(place, name) : place
      try {
        const bytes = readFileSync(path)
        return bytes.length === 0 ? undefined : bytes
      } catch (cause) {
        throw unreadable(path, cause)
      }
    },
    close: async () => undefined,
  }
}

function inFolder(root: string): Found[] {
  const names: string[] = []
  const walk = (folder: string, depth: number): void => {
    if (depth > DEEPEST) return
    for (const name of entries(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`
      const stats = lstatSync(join(root, path), { throwIfNoEntry: false })
      if (stats?.isDirectory() && !passedOver.has(name)) walk(path, depth + 1)
      else if (stats?.isFile() && name.endsWith('.tfstate')) names.push(path)
      if (names.length > MOST) throw new CliError('source_too_large', `${root} holds more than ${MOST} states.`, 'Import a part of it: name a folder below.')
    }
  }
  walk('', 0)
  return names.map((name) => foundOf(name))
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (cause) {
    throw unreadable(folder, cause)
  }
}

function foundOf(name: string): Found {
  const below = /^(?:(.*)\/)?terraform\.tfstate\.d\/([^/]+)\/terraform\.tfstate$/.exec(name)
  return below ? { name, path: below[1] ?? '', workspace: below[2] ?? 'default' } : { name, path: withoutEnding(name), workspace: 'default' }
}
