/**
 * Which entries are meant. A workspace is named in the details of some entries, and others belong to the same request without naming it:
 * they are found by the request's id, which is why all are looked at first.
 */
import type { Entry } from '../../ledger/index.ts'
import { CliError } from '../exit.ts'

export type FilterOptions = { since?: string; type?: string; person?: string; workspace?: string }

export interface Filter {
  /** Whether every entry must be shown to `prepare` first. */
  readonly prepares: boolean
  prepare(entry: Entry): void
  matches(entry: Entry): boolean
}

type Leaf = { time: string; type: string; ids: Record<string, string> }

/** `now`: ms. Throws CliError `filter_invalid`. */
export function compileFilter({ since, type, person, workspace }: FilterOptions, now: number): Filter {
  const from = since === undefined ? null : timeOf(since, now)
  if (type !== undefined && !/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/.test(type)) throw new CliError('filter_invalid', `${JSON.stringify(type)} is not a type of entries.`, 'Write it as gate.denied, or as gate for all below it.')
  const requests = new Set<string>()
  const note = (leaf: Leaf, entry: Entry): boolean => {
    if (workspace === undefined || !names(entry, workspace)) return false
    for (const id of requestsOf(leaf)) requests.add(id)
    return true
  }
  return {
    prepares: workspace !== undefined,
    prepare: (entry) => void note(leafOf(entry), entry),
    matches(entry) {
      const leaf = leafOf(entry)
      const here = note(leaf, entry) || requestsOf(leaf).some((id) => requests.has(id))
      if (workspace !== undefined && !here) return false
      if (from !== null && Date.parse(leaf.time) < from) return false
      if (type !== undefined && leaf.type !== type && !leaf.type.startsWith(`${type}.`)) return false
      return person === undefined || leaf.ids['person'] === person || leaf.ids['member'] === person
    },
  }
}

const leafOf = ({ leaf }: Entry): Leaf => JSON.parse(leaf) as Leaf
const requestsOf = ({ ids }: Leaf): string[] => ['ref', 'state'].flatMap((key) => (ids[key] === undefined ? [] : [ids[key]]))

/** A member `workspace` anywhere in the details: its name, or what has that name. */
function names({ details }: Entry, workspace: string): boolean {
  if (details?.includes('"workspace"') !== true) return false
  const isIt = (value: unknown): boolean => value === workspace || (typeof value === 'object' && value !== null && 'name' in value && value.name === workspace)
  const looks = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.entries(value).some(([key, inner]) => (key === 'workspace' && isIt(inner)) || looks(inner))
  return looks(JSON.parse(details))
}

function timeOf(text: string, now: number): number {
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const ago = Number(count) * ({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? Number.NaN)
  const at = count === '' ? (/^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN) : now - ago
  if (!Number.isFinite(at)) throw new CliError('filter_invalid', `${JSON.stringify(text)} is not a time.`, 'Write it as 90s, 15m, 24h or 30d (ago), or as 2026-11-20 or 2026-11-20T08:00Z.')
  return at
}
