/**
 * Searching the audit log, and proving what was found. Each entry comes with its path to a checkpoint, so that the page that shows it
 * checks by itself that the entry stands there; what it was found by is this server's word, and a page computes that again as well.
 *
 * Who finds what: who holds a role over the organisation, everything. Others what was done by them or to them, and what belongs to a
 * workspace that they hold a role over. What lies beside an entry (who was asked for what, from where) is shown of the latter, and of what
 * was done by oneself and belongs to no workspace; the leaf itself says nothing of that, and is everybody's, as in `showEntries`.
 */
import type { Authorized } from '../../gate/index.ts'
import { findEntries, proveLeaves, type FoundEntry, type Reader, type Wanted } from '../../ledger/index.ts'
import type { Outcome } from '../../leaves/index.ts'
import type { Db } from '../../platform/store/store.ts'
import { AdminError } from './errors.ts'
import type { AdminDeps } from './ports.ts'

type Reading = Authorized<'ledger.read'>

export type SearchInput = {
  /** An id, a part of a name, or "me". */
  person?: string | undefined
  workspace?: string | undefined
  types?: string[] | undefined
  outcomes?: Outcome[] | undefined
  /** ms */
  since?: number | undefined
  until?: number | undefined
  id?: string | undefined
}

export type ShownEntry = {
  index: number
  leaf: string
  /** "" and null where they were erased, or are not this reader's to see. */
  salt: string
  details: string | null
  /** What it was found by, as this server's index has it. */
  outcome: string
  workspace: string
  person: string
  /** Hex, lowest first: to the tree of the answer's `size`. */
  proof: string[]
}

/** `checkpoint` is "" where the caller named a size: it has the checkpoint. `people` are names by id, as the directory has them now. */
export type SearchView = { size: number; root: string; checkpoint: string; entries: ShownEntry[]; people: Record<string, string>; next: number | null; lacking: number }

export type SearchPage = { before?: number | undefined; size?: number | undefined; limit: number }

export async function search(deps: AdminDeps, by: Reading, input: SearchInput, page: SearchPage): Promise<SearchView> {
  const head = await coveredBy(deps, page.size)
  return deps.store.read(async (db) => {
    const reader = await readerOf(deps, db, by)
    const found = await findEntries(db, await wantedBy(deps, db, by, input), reader, { before: Math.min(page.before ?? head.size, head.size), after: -1, limit: page.limit })
    const { proofs, root } = await proveLeaves(db, found.entries.map(({ index }) => index), head.size)
    const entries = found.entries.map((entry, at) => shown(entry, proofs[at]?.proof ?? [], reader))
    return { size: head.size, root, checkpoint: head.note, entries, people: await namesIn(deps, db, found.entries), next: found.next, lacking: found.lacking }
  })
}

const COUNTED = 100

/** How many match that were appended after that entry: for a page that says so, and asks for nothing more. */
export async function countNewer(deps: AdminDeps, by: Reading, input: SearchInput, after: number): Promise<{ count: number; more: boolean }> {
  return deps.store.read(async (db) => {
    const found = await findEntries(db, await wantedBy(deps, db, by, input), await readerOf(deps, db, by), { before: Number.MAX_SAFE_INTEGER, after, limit: COUNTED })
    return { count: found.entries.length, more: found.next !== null }
  })
}

/** One entry with its proof. Its leaf is everybody's; the rest is narrowed as in a search. */
export async function showEntry(deps: AdminDeps, by: Reading, input: { index: number; size?: number | undefined }): Promise<Omit<SearchView, 'entries' | 'next' | 'lacking'> & { entry: ShownEntry }> {
  const head = await coveredBy(deps, input.size)
  if (input.index >= head.size) throw new AdminError('entries_not_found', `There is no entry ${input.index}; the log has ${head.size}.`, 'Look at the newest ones.')
  return deps.store.read(async (db) => {
    const { entries: [found] } = await findEntries(db, {}, 'all', { before: input.index + 1, after: input.index - 1, limit: 1 })
    const [leaf] = found === undefined ? await deps.ledger.entries(input.index, 1) : []
    // Taken out of the index, it is still in the log.
    const entry = found ?? { index: input.index, leaf: leaf?.leaf ?? '', salt: leaf?.salt ?? '', details: leaf?.details ?? null, type: '', at: 0, outcome: '', person: '', workspace: '' }
    const { proofs, root } = await proveLeaves(db, [input.index], head.size)
    return { size: head.size, root, checkpoint: head.note, entry: shown(entry, proofs[0]?.proof ?? [], await readerOf(deps, db, by)), people: await namesIn(deps, db, [entry]) }
  })
}

async function coveredBy(deps: AdminDeps, size: number | undefined): Promise<{ size: number; note: string }> {
  if (size !== undefined) return { size, note: '' }
  return await deps.ledger.checkpoint()
}

/** As the directory is now, in the snapshot that is searched. */
async function readerOf(deps: AdminDeps, db: Db, by: Reading): Promise<Reader> {
  const scopes = await deps.gate.scopesOf(db, by)
  return scopes.includes('') ? 'all' : { person: by.actor.id, scopes }
}

async function wantedBy(deps: AdminDeps, db: Db, by: Reading, { person, workspace, types, outcomes, since, until, id }: SearchInput): Promise<Wanted> {
  return {
    ...(person === undefined ? {} : { people: await peopleNamed(deps, db, by, person) }), ...(workspace === undefined ? {} : { workspace }), ...(types === undefined ? {} : { types }),
    ...(outcomes === undefined ? {} : { outcomes }), ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }), ...(id === undefined ? {} : { id }),
  }
}

const MOST_PEOPLE = 50

async function peopleNamed(deps: AdminDeps, db: Db, by: Reading, text: string): Promise<string[]> {
  if (text === 'me') return [by.actor.id]
  if (text.startsWith('usr_')) return [text]
  const part = text.normalize('NFC').toLowerCase()
  return [...(await deps.sites(db)).people.values()].filter(({ name }) => name.normalize('NFC').toLowerCase().includes(part)).slice(0, MOST_PEOPLE).map((one) => one.id)
}

async function namesIn(deps: AdminDeps, db: Db, entries: readonly FoundEntry[]): Promise<Record<string, string>> {
  const { people } = await deps.sites(db)
  const names: Record<string, string> = {}
  for (const { leaf, person } of entries) {
    for (const id of [person, ...(leaf.match(/usr_[0-9a-f]{32}/g) ?? [])]) {
      const name = people.get(id)?.name
      if (name !== undefined) names[id] = name
    }
  }
  return names
}

function shown({ index, leaf, salt, details, outcome, workspace, person }: FoundEntry, proof: string[], reader: Reader): ShownEntry {
  const beside = reader === 'all' || (workspace === '' ? person === reader.person : reader.scopes.some((scope) => workspace === scope || workspace.startsWith(`${scope}/`)))
  return { index, leaf, salt: beside ? (salt ?? '') : '', details: beside ? details : null, outcome: beside ? outcome : '', workspace: beside ? workspace : '', person, proof }
}
