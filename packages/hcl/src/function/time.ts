/** Functions over timestamps in RFC 3339. */
import { ValueError } from '../value/error.ts'
import { number, string } from '../value/type.ts'
import { count, no, text, textOf, unknown, type Value } from '../value/value.ts'
import { quoteGo } from '../value/quote.ts'
import { reword } from './count.ts'
import { fail, failAt, type FunctionSpec, type Parameter } from './spec.ts'

/** Nanoseconds since 1970 in UTC, and the offset, in minutes, that the text had. */
type Moment = { readonly nanoseconds: bigint; readonly offset: number }

const bad = (rest: string): never => {
  throw new ValueError(`not a valid RFC3339 timestamp${rest}`)
}

class Scanner {
  at = 0
  readonly s: string
  constructor(s: string) {
    this.s = s
  }

  digits(n: number, what: string): number {
    const found = this.s.slice(this.at, this.at + n)
    if (found.length === n && /^[0-9]+$/.test(found)) {
      this.at += n
      return Number(found)
    }
    const rest = this.s.slice(this.at)
    return bad(rest === '' ? `: end of string before ${what}` : `: cannot use ${quoteGo(rest)} as ${what}`)
  }

  literal(c: string): void {
    const rest = this.s.slice(this.at)
    if (rest.startsWith(c)) {
      this.at++
      return
    }
    if (c === 'T') bad(": missing required time introducer 'T'")
    bad(rest === '' ? `: end of string where ${quoteGo(c)} is expected` : `: found ${quoteGo(rest)} where ${quoteGo(c)} is expected`)
  }
}

const daysIn = (year: number, month: number): number => (month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)

/** Days since 1970 of a date of the Gregorian calendar, which `Date` reads years below 100 of as others. */
function dayNumber(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(2000, month - 1, day))
  date.setUTCFullYear(year, month - 1, day)
  return Math.round(date.getTime() / 86_400_000)
}

function parse(s: string): Moment {
  const scan = new Scanner(s)
  const year = scan.digits(4, 'year')
  scan.literal('-')
  const month = scan.digits(2, 'month')
  if (month < 1 || month > 12) bad(`: cannot use ${quoteGo(s.slice(scan.at))} as month`)
  scan.literal('-')
  const day = scan.digits(2, 'day of month')
  scan.literal('T')
  const hour = scan.digits(2, 'hour')
  if (hour > 23) bad(': hour must be between 0 and 23 inclusive')
  scan.literal(':')
  const minute = scan.digits(2, 'minute')
  if (minute > 59) bad(': minute must be between 0 and 59 inclusive')
  scan.literal(':')
  const second = scan.digits(2, 'second')
  if (second > 59) bad(': second must be between 0 and 59 inclusive')
  const fraction = /^[.,]([0-9]+)/.exec(s.slice(scan.at))
  if (fraction !== null) scan.at += fraction[0].length
  const offset = parseOffset(s.slice(scan.at))
  if (day < 1 || day > daysIn(year, month)) bad(': day out of range')
  const seconds = BigInt(dayNumber(year, month, day)) * 86_400n + BigInt(hour * 3600 + minute * 60 + second - offset * 60)
  return { nanoseconds: seconds * 1_000_000_000n + BigInt((fraction?.[1] ?? '').slice(0, 9).padEnd(9, '0')), offset }
}

function parseOffset(rest: string): number {
  if (rest.startsWith('Z')) return rest.length === 1 ? 0 : bad(`: cannot use ${quoteGo(rest.slice(1))} as timestamp segment`)
  const match = /^([+-])([0-9]{2}):([0-9]{2})/.exec(rest)
  if (match === null) return rest === '' ? bad(': end of string before UTC offset') : bad(`: cannot use ${quoteGo(rest)} as UTC offset`)
  if (match[0].length < rest.length) bad(`: cannot use ${quoteGo(rest.slice(match[0].length))} as timestamp segment`)
  const [, sign, hours, minutes] = match
  if (Number(hours) > 24) bad(': time zone offset hour out of range')
  if (Number(minutes) > 60) bad(': time zone offset minute out of range')
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

type Parts = { year: number; month: number; day: number; weekday: number; hour: number; minute: number; second: number }

function partsOf({ nanoseconds, offset }: Moment): Parts {
  const seconds = Number(floorDivide(nanoseconds, 1_000_000_000n)) + offset * 60
  const days = Math.floor(seconds / 86_400)
  const rest = seconds - days * 86_400
  const date = new Date(days * 86_400_000)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  }
}

const floorDivide = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b))
const two = (n: number): string => String(n).padStart(2, '0')
const offsetText = (offset: number, colon: string): string => `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${colon}${two(Math.abs(offset) % 60)}`

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const yearText = (year: number): string => (year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0'))

function format(moment: Moment): string {
  const p = partsOf(moment)
  return `${yearText(p.year)}-${two(p.month)}-${two(p.day)}T${two(p.hour)}:${two(p.minute)}:${two(p.second)}${moment.offset === 0 ? 'Z' : offsetText(moment.offset, ':')}`
}

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

const units: Record<string, bigint> = { ns: 1n, us: 1_000n, '\u00b5s': 1_000n, '\u03bcs': 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n }

/** Nanoseconds of a duration such as `1h30m`, `-1.5h`. */
function parseDuration(s: string): bigint {
  const negative = s.startsWith('-')
  let rest = /^[+-]/.test(s) ? s.slice(1) : s
  const wrong = (): never => fail(`time: invalid duration ${quoteGo(s)}`)
  if (rest === '0') return 0n
  if (rest === '') return wrong()
  let total = 0n
  while (rest !== '') {
    const match = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest)
    const [whole = '', digits = '', fraction = ''] = match ?? []
    if (digits === '' && fraction === '') return wrong()
    rest = rest.slice(whole.length)
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? ''
    if (unit === '') return fail(`time: missing unit in duration ${quoteGo(s)}`)
    const size = units[unit]
    if (size === undefined) return fail(`time: unknown unit ${quoteGo(unit)} in duration ${quoteGo(s)}`)
    rest = rest.slice(unit.length)
    total += BigInt(digits || '0') * size + (BigInt(fraction.slice(0, 18) || '0') * size) / 10n ** BigInt(Math.min(18, fraction.length))
    if (total > 2n ** 63n || (total === 2n ** 63n && !negative)) return wrong()
  }
  return negative ? -total : total
}

const str = (name: string): Parameter => ({ name, type: string })

const formatdate: FunctionSpec = {
  name: 'formatdate',
  params: [str('format'), str('time')],
  returns: string,
  notNull: true,
  run: ([pattern = no, time = no]) => text(formatDate(textOf(pattern), reword(() => parse(textOf(time)), (message) => failAt(1, message)))),
}

const timeadd: FunctionSpec = {
  name: 'timeadd',
  params: [str('timestamp'), str('duration')],
  returns: string,
  notNull: true,
  run: ([time = no, duration = no]) => {
    const moment = parse(textOf(time))
    return text(format({ ...moment, nanoseconds: moment.nanoseconds + parseDuration(textOf(duration)) }))
  },
}

const timecmp: FunctionSpec = {
  name: 'timecmp',
  params: [str('timestamp_a'), str('timestamp_b')],
  returns: number,
  notNull: true,
  run: (args) => {
    const [a = 0n, b = 0n] = args.map((one, i) => reword(() => parse(textOf(one)), (message) => failAt(i, message)).nanoseconds)
    return count(a < b ? -1 : a > b ? 1 : 0)
  },
}

/** The moment that the caller gave, or unknown: what a later run will say cannot be known now. */
const now = (name: string): FunctionSpec => ({ name, params: [], returns: string, notNull: true, run: (_, __, { now: moment }): Value => (moment === undefined ? unknown(string) : text(moment)) })

export const times: readonly FunctionSpec[] = [formatdate, timeadd, timecmp, now('timestamp'), now('plantimestamp')]
