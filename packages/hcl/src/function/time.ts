/** Functions over timestamps in RFC 3339. */
import { quoteGo } from '../value/quote.ts'
import { number, string } from '../value/type.ts'
import { count, no, text, textOf, unknown, type Value } from '../value/value.ts'
import { reword } from './count.ts'
import { type Moment, momentText, offsetText, parseDuration, parseMoment, type Parts, partsOf, two, yearText } from './moment.ts'
import { failAt, type FunctionSpec, type Parameter } from './spec.ts'

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** What a run of one letter stands for, or why it stands for nothing. */
function verb(letters: string, p: Parts, offset: number): string {
  const letter = letters[0] ?? ''
  const wrong = (what: string): never => failAt(0, `invalid date format verb ${quoteGo(letters)}${what}`)
  const choose = (forms: Record<number, string>, what: string): string => forms[letters.length] ?? wrong(`: ${what}`)
  const number = (n: number, what: string): string => choose({ 1: String(n), 2: two(n) }, what)
  switch (letter) {
    case 'Y':
      return choose({ 2: two(p.year % 100), 4: yearText(p.year) }, 'year must either be "YY" or "YYYY"')
    case 'M': {
      const name = months[p.month - 1] ?? ''
      return choose({ 1: String(p.month), 2: two(p.month), 3: name.slice(0, 3), 4: name }, 'month must be "M", "MM", "MMM", or "MMMM"')
    }
    case 'D':
      return number(p.day, 'day of month must either be "D" or "DD"')
    case 'E': {
      const name = weekdays[p.weekday] ?? ''
      return choose({ 3: name.slice(0, 3), 4: name }, 'day of week must either be "EEE" or "EEEE"')
    }
    case 'h':
      return number(p.hour, '24-hour must either be "h" or "hh"')
    case 'H':
      return number(p.hour % 12 || 12, '12-hour must either be "H" or "HH"')
    case 'A':
      return choose({ 2: p.hour < 12 ? 'AM' : 'PM' }, 'must be "AA"')
    case 'a':
      return choose({ 2: p.hour < 12 ? 'am' : 'pm' }, 'must be "aa"')
    case 'm':
      return number(p.minute, 'minute must either be "m" or "mm"')
    case 's':
      return number(p.second, 'second must either be "s" or "ss"')
    case 'Z':
      return choose({ 1: offset === 0 ? 'Z' : offsetText(offset, ':'), 3: offset === 0 ? 'UTC' : offsetText(offset, ''), 4: offsetText(offset, ''), 5: offsetText(offset, ':') }, 'timezone must be Z, ZZZZ, or ZZZZZ')
    default:
      return wrong('')
  }
}

const tokens = /'(?:''|[^'])+(?:'|$)|''|'|([A-Za-z])\1*|[^A-Za-z']+/g

function formatDate(pattern: string, moment: Moment): string {
  const p = partsOf(moment)
  let out = ''
  for (const [token] of pattern.matchAll(tokens)) {
    if (token === "''") out += "'"
    else if (token.startsWith("'")) {
      if (token.length === 1 || !token.endsWith("'")) failAt(0, "unterminated literal '")
      out += token.slice(1, -1).replaceAll("''", "'")
    } else out += /[A-Za-z]/.test(token) ? verb(token, p, moment.offset) : token
  }
  return out
}

const str = (name: string): Parameter => ({ name, type: string })

const formatdate: FunctionSpec = {
  name: 'formatdate',
  params: [str('format'), str('time')],
  returns: string,
  notNull: true,
  run: ([pattern = no, time = no]) => text(formatDate(textOf(pattern), reword(() => parseMoment(textOf(time)), (message) => failAt(1, message)))),
}

const timeadd: FunctionSpec = {
  name: 'timeadd',
  params: [str('timestamp'), str('duration')],
  returns: string,
  notNull: true,
  run: ([time = no, duration = no]) => {
    const moment = parseMoment(textOf(time))
    return text(momentText({ ...moment, nanoseconds: moment.nanoseconds + parseDuration(textOf(duration)) }))
  },
}

const timecmp: FunctionSpec = {
  name: 'timecmp',
  params: [str('timestamp_a'), str('timestamp_b')],
  returns: number,
  notNull: true,
  run: (args) => {
    const [a = 0n, b = 0n] = args.map((one, i) => reword(() => parseMoment(textOf(one)), (message) => failAt(i, message)).nanoseconds)
    return count(a < b ? -1 : a > b ? 1 : 0)
  },
}

/** The moment that the caller gave, or unknown: what a later run will say cannot be known now. */
const now = (name: string): FunctionSpec => ({ name, params: [], returns: string, notNull: true, run: (_, __, { now: moment }): Value => (moment === undefined ? unknown(string) : text(moment)) })

export const times: readonly FunctionSpec[] = [formatdate, timeadd, timecmp, now('timestamp'), now('plantimestamp')]
