/**
 * How far an import came, in a file of this user: what is in, and which questions were asked already. An import that was interrupted goes
 * on with the same questions, and a state that moved on here after it was imported is not taken for one that was never in.
 *
 * It holds names and digests, and no state. What it says of what is here is looked at again; it can be deleted.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readPrivateJson, writePrivateJson } from '../../config/files.ts'
import { stateFolder } from '../../config/paths.ts'
import { CliError } from '../../exit.ts'
import type { Mapped } from './mapping.ts'

export type Done = { readonly workspace: string; readonly digest: string; readonly lineage: string; readonly serial: number; readonly version: number; readonly at: string }
export type Asked = { readonly workspace: string; readonly digest: string; readonly request: string }

type Entry = { readonly done?: Done; readonly asked?: Asked }
type Contents = { readonly server: string; readonly source: string; readonly states: Record<string, Entry> }

export interface Journal {
  readonly path: string
  /** What was imported from there to that workspace. */
  done(from: Mapped): Done | undefined
  /** The question that was asked last about it. */
  asked(from: Mapped): Asked | undefined
  keep(from: Mapped, entry: Entry): void
}

/** `path`: where the user wants it; else among this program's files, by server and source. */
export function openJournal(server: string, source: string, path?: string): Journal {
  const file = path ?? join(stateFolder(), 'imports', `${createHash('sha256').update(`${server}\n${source}`).digest('hex').slice(0, 24)}.json`)
  const contents = read(file, server, source)
  const entryOf = (from: Mapped): Entry => (Object.hasOwn(contents.states, from.name) ? (contents.states[from.name] ?? {}) : {})
  return {
    path: file,
    done: (from) => matching(entryOf(from).done, from),
    asked: (from) => matching(entryOf(from).asked, from),
    keep(from, entry) {
      contents.states[from.name] = entry
      writePrivateJson(file, contents)
    },
  }
}

function matching<T extends { readonly workspace: string }>(entry: T | undefined, from: Mapped): T | undefined {
  return entry?.workspace === from.target ? entry : undefined
}

function read(path: string, server: string, source: string): Contents {
  const value = readPrivateJson(path) as Partial<Contents> | undefined
  if (value === undefined) return { server, source, states: {} }
  if (value.server !== server || value.source !== source || typeof value.states !== 'object' || value.states === null) {
    throw new CliError('journal_of_another', `${path} is not the journal of this import.`, 'Give another file with --journal, or take that one away.')
  }
  return { server, source, states: value.states }
}
