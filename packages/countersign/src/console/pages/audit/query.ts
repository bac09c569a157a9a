/** What is looked for, as it stands in the address: a search can be shared, kept, and gone back to. */

export const fields = ['person', 'workspace', 'action', 'outcome', 'since', 'until', 'id'] as const
export type FieldName = (typeof fields)[number]
/** "" where nothing is asked. Days are as the person wrote them, in their own time zone: 2026-11-20. */
export type Search = Record<FieldName, string>

export const nothing: Search = { person: '', workspace: '', action: '', outcome: '', since: '', until: '', id: '' }

export function searchIn(query: string): Search {
  const given = new URLSearchParams(query)
  const search = { ...nothing }
  for (const field of fields) search[field] = (given.get(field) ?? '').trim().slice(0, 300)
  return search
}

/** The entry that is looked at closely; null for the list. */
export function entryIn(query: string): number | null {
  const text = new URLSearchParams(query).get('entry') ?? ''
  return /^\d{1,15}$/u.test(text) ? Number(text) : null
}

export function addressOf(search: Search, entry: number | null = null): string {
  const query = new URLSearchParams()
  for (const field of fields) if (search[field] !== '') query.set(field, search[field])
  if (entry !== null) query.set('entry', String(entry))
  const text = query.toString()
  return text === '' ? '/audit' : `/audit?${text}`
}

export const isEmpty = (search: Search): boolean => fields.every((field) => search[field] === '')

/** For the server: the days become moments. "Until" a day means to its end. */
export function askedOf(search: Search): URLSearchParams {
  const query = new URLSearchParams()
  for (const field of fields) {
    const value = search[field]
    if (value === '') continue
    if (field === 'since') query.set(field, momentOf(value, 0))
    else if (field === 'until') query.set(field, momentOf(value, 1))
    else query.set(field, value)
  }
  return query
}

/** A day's beginning here; `days` later. What is no day goes to the server as it is, which says so. */
function momentOf(text: string, days: number): string {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text) ?? []
  if (year === '') return text
  const at = new Date(Number(year), Number(month) - 1, Number(day) + days)
  return Number.isNaN(at.getTime()) ? text : at.toISOString()
}
