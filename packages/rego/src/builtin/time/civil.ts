/** Moments and calendar dates of the proleptic Gregorian calendar. A moment is counted in nanoseconds since 1970, as a bigint. */

export type Civil = {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
}

export const second = 1_000_000_000n
const daySeconds = 86_400

const floorDiv = (a: bigint, b: bigint): bigint => a / b - (a % b < 0n ? 1n : 0n)

/** Whole seconds since 1970, and the nanoseconds beyond. */
export function split(moment: bigint): { readonly seconds: number; readonly nanosecond: number } {
  const seconds = floorDiv(moment, second)
  return { seconds: Number(seconds), nanosecond: Number(moment - seconds * second) }
}

/** Days since 1970; months and days may lie outside of their ranges. */
export function daysOf(year: number, month: number, day: number): number {
  const months = year * 12 + (month - 1)
  const y = Math.floor(months / 12)
  const m = months - y * 12
  // years begin in March, so that the leap day is the last
  const shifted = m < 2 ? y - 1 : y
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((m + 10) % 12) + 2) / 5)
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468 + day - 1
}

/** Seconds of a date and time as if in UTC. */
export function secondsOf(year: number, month: number, day: number, hour = 0, minute = 0, secs = 0): number {
  return daysOf(year, month, day) * daySeconds + hour * 3600 + minute * 60 + secs
}

/** The date and time at seconds since 1970, where the clock is ahead of UTC by `offset` seconds. */
export function civilOf(moment: bigint, offset: number): Civil {
  const { seconds, nanosecond } = split(moment)
  const local = seconds + offset
  const days = Math.floor(local / daySeconds)
  const rest = local - days * daySeconds
  return { ...dateOf(days), hour: Math.floor(rest / 3600), minute: Math.floor(rest / 60) % 60, second: rest % 60, nanosecond }
}

function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const m = Math.floor((5 * dayOfYear + 2) / 153)
  const month = m < 10 ? m + 3 : m - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1 }
}

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
export const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const

export function weekdayOf({ year, month, day }: Civil): string {
  return weekdays[(((daysOf(year, month, day) + 4) % 7) + 7) % 7] ?? ''
}

export const daysIn = (year: number, month: number): number => daysOf(year, month + 1, 1) - daysOf(year, month, 1)
