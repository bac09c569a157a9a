/** Moments in RFC 3339, and durations as Go writes them. */
import { ValueError } from '../value/error.ts'
import { quoteGo } from '../value/quote.ts'
import { fail } from './spec.ts'

/** Nanoseconds since 1970 in UTC, and the offset, in minutes, that the text had. */
export type Moment = { readonly nanoseconds: bigint; readonly offset: number }

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

/** Throws a ValueError that names what is wrong with the text. */
export function parseMoment(s: string): Moment {
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

export type Parts = { year: number; month: number; day: number; weekday: number; hour: number; minute: number; second: number }

export function partsOf({ nanoseconds, offset }: Moment): Parts {
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
export const two = (n: number): string => String(n).padStart(2, '0')
export const offsetText = (offset: number, colon: string): string => `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${colon}${two(Math.abs(offset) % 60)}`

export const yearText = (year: number): string => (year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0'))

export function momentText(moment: Moment): string {
  const p = partsOf(moment)
  return `${yearText(p.year)}-${two(p.month)}-${two(p.day)}T${two(p.hour)}:${two(p.minute)}:${two(p.second)}${moment.offset === 0 ? 'Z' : offsetText(moment.offset, ':')}`
}

const units: Record<string, bigint> = { ns: 1n, us: 1_000n, '\u00b5s': 1_000n, '\u03bcs': 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n }

/** Nanoseconds of a duration such as `1h30m`, `-1.5h`. */
export function parseDuration(s: string): bigint {
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
