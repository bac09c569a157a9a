/** Which entries are meant: the options of `tail` and `search`, in the terms of the ledger's own search. */
import { kinds, outcomeNames, typePattern, type Outcome } from '../../leaves/index.ts'
import type { Wanted } from '../../ledger/index.ts'
import { CliError } from '../exit.ts'

export type FilterOptions = { since?: string; until?: string; type?: string; person?: string; workspace?: string; outcome?: string; id?: string }

/** `now`: ms. null: every entry is meant. Throws CliError `filter_invalid`. */
export function wantedBy(options: FilterOptions, now: number): Wanted | null {
  const { since, until, type, person, workspace, outcome, id } = options
  const wanted: Wanted = {
    ...(since === undefined ? {} : { since: timeOf(since, now) }), ...(until === undefined ? {} : { until: timeOf(until, now) }), ...(type === undefined ? {} : { types: typesIn(type) }),
    ...(outcome === undefined ? {} : { outcomes: outcomesIn(outcome) }), ...(person === undefined ? {} : { people: [person] }), ...(workspace === undefined ? {} : { workspace }), ...(id === undefined ? {} : { id }),
  }
  return Object.keys(wanted).length === 0 ? null : wanted
}

/** The same for a server, which reads names of people as well. */
export function queryOf(options: FilterOptions, now: number): URLSearchParams {
  const wanted = wantedBy(options, now) ?? {}
  const query = new URLSearchParams()
  for (const name of ['person', 'workspace', 'id', 'outcome'] as const) if (options[name] !== undefined) query.set(name, options[name])
  if (wanted.types !== undefined) query.set('action', wanted.types.join(','))
  if (wanted.since !== undefined) query.set('since', new Date(wanted.since).toISOString())
  if (wanted.until !== undefined) query.set('until', new Date(wanted.until).toISOString())
  return query
}

function typesIn(text: string): string[] {
  const types = text.split(',')
  const wrong = types.find((type) => !typePattern.test(type))
  if (wrong !== undefined) throw new CliError('filter_invalid', `${JSON.stringify(wrong)} is not a type of entries.`, 'Write it as gate.denied, or as gate for all below it; several with commas between.')
  return types
}

function outcomesIn(text: string): Outcome[] {
  return text.split(',').map((name) => {
    const outcome = outcomeNames.find((one) => one === name)
    if (outcome === undefined) throw new CliError('filter_invalid', `${JSON.stringify(name)} is not an outcome.`, `There are: ${outcomeNames.join(', ')}. Several with commas between.`)
    return outcome
  })
}

/** What an entry of this type says, in words; the type where there are none for it. */
export const wordsFor = (type: string): string => (Object.hasOwn(kinds, type) ? kinds[type]?.says : undefined) ?? type

function timeOf(text: string, now: number): number {
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const ago = Number(count) * ({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? Number.NaN)
  const at = count === '' ? (/^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN) : now - ago
  if (!Number.isFinite(at)) throw new CliError('filter_invalid', `${JSON.stringify(text)} is not a time.`, 'Write it as 90s, 15m, 24h or 30d (ago), or as 2026-11-20 or 2026-11-20T08:00Z.')
  return at
}
