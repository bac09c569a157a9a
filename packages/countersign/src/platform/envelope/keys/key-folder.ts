/**
 * The files in `<data>/keys/state`, looked at and never opened: whoever only counts or removes keys needs no passphrase.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../folder.ts'
import { keyMissing } from '../errors.ts'
import type { Protection } from '../protection.ts'

/** Times in integer milliseconds. */
export type StateKey = { readonly id: string; readonly protection: Protection; readonly madeAt: number; readonly current: boolean }

export interface KeyFolder {
  readonly path: string
  refresh(): Promise<void>
  /** The newest of the protection that is set; "" is none. */
  current(): string
  protectionOf(id: string): Protection | undefined
  fileOf(id: string, protection: Protection): string
  /** `now`, or the moment after the newest key where the clock went back: the newest is the current one. */
  laterThanAll(now: number): number
  /** Looks again. Oldest first. */
  list(): Promise<StateKey[]>
  /** For ever: what is wrapped by it is lost. Ask `prune`. */
  remove(id: string): Promise<void>
}

const endings: Record<Protection, string> = { file: '.key', passphrase: '.sealed' }
const NAME = /^(?<id>kek_[0-9a-f]{32})(?<ending>\.key|\.sealed)$/

export async function findStateKeys(dataDir: string, protection: Protection): Promise<KeyFolder> {
  const path = join(dataDir, 'keys', 'state')
  let found = await namesIn(path)
  const folder: KeyFolder = {
    path,
    refresh: async () => void (found = await namesIn(path)),
    current: () => [...found].filter(([, kept]) => kept === protection).map(([id]) => id).toSorted().at(-1) ?? '',
    protectionOf: (id) => found.get(id),
    fileOf: (id, kept) => `${id}${endings[kept]}`,
    laterThanAll: (now) => Math.max(now, ...[...found.keys()].map((id) => madeAt(id) + 1)),
    list: async () => {
      await folder.refresh()
      return [...found].map(([id, kept]) => ({ id, protection: kept, madeAt: madeAt(id), current: id === folder.current() })).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    },
    remove: async (id) => {
      const kept = found.get(id)
      if (kept === undefined) throw keyMissing(id, path)
      await rm(join(path, folder.fileOf(id, kept)))
      await syncFolder(path)
      await folder.refresh()
    },
  }
  return folder
}

/** Milliseconds: the first 48 bits of a UUIDv7. */
const madeAt = (id: string): number => Number.parseInt(id.slice('kek_'.length, 'kek_'.length + 12), 16)

async function namesIn(path: string): Promise<Map<string, Protection>> {
  const names = await readdir(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return new Map(names.flatMap((name): [string, Protection][] => {
    const { id, ending } = NAME.exec(name)?.groups ?? {}
    return id === undefined ? [] : [[id, ending === endings.file ? 'file' : 'passphrase']]
  }))
}
