/** Go's layouts: a layout is how the moment 2006-01-02 15:04:05.999999999 -0700 MST, a Monday, would be written. */

export type Piece = { readonly text: string; readonly kind: Kind }
export type Kind =
  | 'text' | 'year' | 'year2' | 'month' | 'month3' | 'month02' | 'month1' | 'day' | 'day02' | 'day_2' | 'yday' | 'yday_2'
  | 'weekday' | 'weekday3' | 'hour24' | 'hour12' | 'hour1' | 'minute' | 'minute1' | 'second' | 'second1' | 'PM' | 'pm'
  | 'zone' | 'offset' | 'fraction0' | 'fraction9'

const named: Record<string, string> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
}

export const layoutOf = (given: string): string => (Object.hasOwn(named, given) ? (named[given] ?? given) : given)

const kinds: Record<string, Kind> = {
  '2006': 'year', '06': 'year2', January: 'month', Jan: 'month3', '01': 'month02', '1': 'month1', '2': 'day', '02': 'day02', _2: 'day_2',
  '002': 'yday', __2: 'yday_2', Monday: 'weekday', Mon: 'weekday3', '15': 'hour24', '03': 'hour12', '3': 'hour1', '04': 'minute', '4': 'minute1',
  '05': 'second', '5': 'second1', PM: 'PM', pm: 'pm', MST: 'zone',
}

/** Longer pieces stand before their beginnings. Names of months and days do not end inside of a word. */
const pieces = /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|(?<=_)2006|__2|_2(?!006)|2|3|4|5|PM|pm|[-Z](?:070000|07:00:00|0700|07:00|07)|[.,](?:0+|9+)(?!\d)/g

const cache = new Map<string, readonly Piece[]>()

export function piecesOf(layout: string): readonly Piece[] {
  const known = cache.get(layout)
  if (known !== undefined) return known
  const out: Piece[] = []
  let from = 0
  for (const match of layout.matchAll(pieces)) {
    if (match.index > from) out.push({ text: layout.slice(from, match.index), kind: 'text' })
    out.push({ text: match[0], kind: kindOf(match[0]) })
    from = match.index + match[0].length
  }
  if (from < layout.length) out.push({ text: layout.slice(from), kind: 'text' })
  if (cache.size > 128) cache.clear()
  cache.set(layout, out)
  return out
}

function kindOf(text: string): Kind {
  if (/^[.,]/.test(text)) return text.includes('0') ? 'fraction0' : 'fraction9'
  return kinds[text] ?? 'offset'
}
