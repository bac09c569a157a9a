/** Writing a moment by a layout. */
import { type Civil, civilOf, daysOf, months, split, weekdayOf } from './civil.ts'
import { type Piece, piecesOf } from './layout.ts'
import type { Zone } from './zone.ts'

export function formatTime(moment: bigint, zone: Zone, layout: string): string {
  const place = zone.at(split(moment).seconds)
  const civil = civilOf(moment, place.offset)
  return piecesOf(layout).map((piece) => write(piece, civil, place)).join('')
}

const two = (value: number): string => String(value).padStart(2, '0')

function write({ kind, text }: Piece, civil: Civil, place: ReturnType<Zone['at']>): string {
  const { year, month, day, hour, minute, second } = civil
  switch (kind) {
    case 'text': return text
    case 'year': return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
    case 'year2': return two(Math.abs(year % 100))
    case 'month': return months[month - 1] ?? ''
    case 'month3': return (months[month - 1] ?? '').slice(0, 3)
    case 'month02': return two(month)
    case 'month1': return String(month)
    case 'day': return String(day)
    case 'day02': return two(day)
    case 'day_2': return String(day).padStart(2, ' ')
    case 'yday': return String(dayOfYear(civil)).padStart(3, '0')
    case 'yday_2': return String(dayOfYear(civil)).padStart(3, ' ')
    case 'weekday': return weekdayOf(civil)
    case 'weekday3': return weekdayOf(civil).slice(0, 3)
    case 'hour24': return two(hour)
    case 'hour12': return two(hour % 12 || 12)
    case 'hour1': return String(hour % 12 || 12)
    case 'minute': return two(minute)
    case 'minute1': return String(minute)
    case 'second': return two(second)
    case 'second1': return String(second)
    case 'PM': return hour >= 12 ? 'PM' : 'AM'
    case 'pm': return hour >= 12 ? 'pm' : 'am'
    case 'zone': return place.abbreviation
    case 'offset': return offset(text, place.offset)
    default: return fraction(text, civil.nanosecond)
  }
}

const dayOfYear = ({ year, month, day }: Civil): number => daysOf(year, month, day) - daysOf(year, 1, 1) + 1

function offset(form: string, seconds: number): string {
  if (form.startsWith('Z') && seconds === 0) return 'Z'
  const size = Math.abs(seconds)
  const parts = [two(Math.floor(size / 3600)), two(Math.floor(size / 60) % 60), two(size % 60)]
  const digits = form.replace(/\D/g, '').length / 2
  return (seconds < 0 ? '-' : '+') + parts.slice(0, digits).join(form.includes(':') ? ':' : '')
}

function fraction(form: string, nanosecond: number): string {
  const digits = String(nanosecond).padStart(9, '0').slice(0, form.length - 1).padEnd(form.length - 1, '0')
  if (!form.includes('9')) return form.slice(0, 1) + digits
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? '' : form.slice(0, 1) + kept
}
