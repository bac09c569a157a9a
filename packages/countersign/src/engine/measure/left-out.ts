/**
 * What the working tree's digest leaves out, and nothing else: what this very run writes (the state of a local backend, its backup
 * and lock), what `init` installs in terraform's data folder (its providers and modules are bound elsewhere), and `.git` of a root.
 *
 * An attacker could give a script one of those names, or a folder of scripts the name `.terraform`. So everything is left out by its
 * place and not by its name, and a file only while all of it reads as what terraform writes there; whatever may be executed is bound.
 * States and plans that lie about are bound like any file: this run does not write them.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** `data`: terraform's data folder; `root`: the root that is walked. All absolute. */
export function isLeftOutFolder(path: string, data: string, root: string): boolean {
  const name = basename(path)
  if (name === '.git') return dirname(path) === root
  return dirname(path) === data && (name === 'providers' || name === 'modules' || name === 'plugins')
}

export type Kind = 'state' | 'lock' | 'backend' | 'workspace'

/** `ownState`: absolute path of the state file that this run writes, whatever its name; undefined when the backend is not local. */
export function looksLikeOutput(path: string, data: string, ownState: string | undefined): Kind | undefined {
  if (path === ownState || path === `${ownState}.backup`) return 'state'
  if (ownState !== undefined && path === join(dirname(ownState), `.${basename(ownState)}.lock.info`)) return 'lock'
  if (path === join(data, 'terraform.tfstate')) return 'backend'
  return path === join(data, 'environment') ? 'workspace' : undefined
}

/** A state above this size is bound like any file. */
const MOST = 128 * 1024 * 1024

/** Whether the whole file is what terraform writes under that name. A state and a lock are empty before they are written. */
export async function isOutput(path: Buffer, kind: Kind): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(() => undefined)
  if (!file) return false
  try {
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > MOST) return false
    const text = await file.readFile('utf8')
    if (text === '') return true
    return kind === 'workspace' ? /^[A-Za-z0-9_.~%-]{1,256}\n?$/.test(text) : isWritten(kind, text)
  } catch {
    return false
  } finally {
    await file.close()
  }
}

/** Throws where it is no JSON. OpenTofu's encrypted states have no version of their own. */
function isWritten(kind: 'state' | 'lock' | 'backend', text: string): boolean {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) return false
  const { ID: id, version, serial, lineage, encrypted_data: encrypted } = value as Record<string, unknown>
  if (kind === 'lock') return typeof id === 'string'
  if (kind === 'backend') return typeof version === 'number'
  return (typeof version === 'number' || typeof encrypted === 'string') && typeof serial === 'number' && typeof lineage === 'string'
}
