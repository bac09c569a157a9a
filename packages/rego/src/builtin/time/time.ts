/** Time. The clock is the context's: one query sees one moment. */
import { integer, isArray, isInteger, isNumber, toBigInt, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { type Args, intAt, stringAt } from '../operand.ts'
import { type Builtin, BuiltinFault, operandError } from '../registry.ts'
import { civilOf, daysIn, second, secondsOf, split, weekdayOf } from './civil.ts'
import { parseDuration } from './duration.ts'
import { formatTime } from './format.ts'
import { layoutOf } from './layout.ts'
import { parseTime } from './parse.ts'
import { type Zone, zone } from './zone.ts'

const when = 'number|array'

export const time: readonly Builtin[] = [
  define('time.now_ns', '-> number', 'now, in nanoseconds since 1970: the same everywhere in one query', (_, context) => integer(context.now), { kind: 'query' }),
  define('time.parse_ns', 'string, string -> number', 'the nanoseconds of a text, by a layout', (args) => moment(parseTime(layoutOf(stringAt(args, 1)), stringAt(args, 2)))),
  define('time.parse_rfc3339_ns', 'string -> number', 'the nanoseconds of a text of RFC 3339', (args) => moment(parseTime(layoutOf('RFC3339'), stringAt(args, 1)))),
  define('time.parse_duration_ns', 'string -> number', 'the nanoseconds of a duration such as 1h30m', (args) => integer(known(parseDuration(stringAt(args, 1))))),
  define('time.format', `${when} -> string`, 'the time as text: nanoseconds, or nanoseconds, zone and layout', (args) => {
    const { at, place, layout } = momentAt(args, 1)
    return formatTime(at, place, layout === '' ? layoutOf('RFC3339Nano') : layoutOf(layout))
  }),
  define('time.date', `${when} -> array`, 'year, month and day', (args) => {
    const { year, month, day } = civilAt(args)
    return [year, month, day]
  }),
  define('time.clock', `${when} -> array`, 'hour, minute and second', (args) => {
    const { hour, minute, second: seconds } = civilAt(args)
    return [hour, minute, seconds]
  }),
  define('time.weekday', `${when} -> string`, 'the day of the week', (args) => weekdayOf(civilAt(args))),
  define('time.add_date', `${when}, number, number, number -> number`, 'the time after years, months and days; days beyond a month run into the next', addDate),
  define('time.diff', `${when}, ${when} -> array`, 'years, months, days, hours, minutes and seconds between two times', difference),
]

function known(result: bigint | { readonly fault: string }): bigint {
  if (typeof result === 'bigint') return result
  throw new BuiltinFault(result.fault)
}

function moment(result: bigint | { readonly fault: string }): Value {
  const at = known(result)
  if (BigInt.asIntN(64, at) !== at) throw new BuiltinFault('time outside of valid range')
  return integer(at)
}

type Moment = { readonly at: bigint; readonly place: Zone; readonly layout: string }

/** Nanoseconds, or an array of nanoseconds, zone and layout. */
function momentAt(args: Args, position: number): Moment {
  const given = args[position - 1] ?? null
  const [value = null, name = '', layout = ''] = isArray(given) ? given : [given]
  if ((!isArray(given) && !isNumber(given)) || (isArray(given) && given.length === 0)) throw operandError(1, given, 'either number (ns) or [number (ns), string (tz)]')
  if (!isNumber(value)) throw operandError(1, value, 'number')
  if (typeof name !== 'string') throw operandError(1, name, 'string')
  if (typeof layout !== 'string') throw operandError(1, layout, 'string')
  const place = zone(name)
  if (place === undefined) throw new BuiltinFault(`unknown time zone ${name}`)
  if (!isInteger(value) || BigInt.asIntN(64, toBigInt(value)) !== toBigInt(value)) throw new BuiltinFault('timestamp too big')
  return { at: toBigInt(value), place, layout }
}

const civil = ({ at, place }: Moment) => civilOf(at, place.at(split(at).seconds).offset)
const civilAt = (args: Args) => civil(momentAt(args, 1))

function addDate(args: Args): Value {
  const start = momentAt(args, 1)
  const [years, months, days] = [intAt(args, 2), intAt(args, 3), intAt(args, 4)]
  if (Math.abs(years) > 1e6 || Math.abs(months) > 1e8 || Math.abs(days) > 1e9) throw new BuiltinFault('time outside of valid range')
  const from = civil(start)
  const local = secondsOf(from.year + years, from.month + months, from.day + days, from.hour, from.minute, from.second)
  const guess = start.place.at(local).offset
  const { offset } = start.place.at(local - guess)
  return moment(BigInt(local - offset) * second + BigInt(from.nanosecond))
}

/** Counted in the zone of the first time, whichever is earlier. */
function difference(args: Args): Value {
  const [one, two] = [momentAt(args, 1), { ...momentAt(args, 2), place: momentAt(args, 1).place }]
  const [a, b] = one.at > two.at ? [civil(two), civil(one)] : [civil(one), civil(two)]
  let years = b.year - a.year
  let months = b.month - a.month
  let days = b.day - a.day
  let hours = b.hour - a.hour
  let minutes = b.minute - a.minute
  let seconds = b.second - a.second
  if (seconds < 0) { seconds += 60; minutes-- }
  if (minutes < 0) { minutes += 60; hours-- }
  if (hours < 0) { hours += 24; days-- }
  if (days < 0) { days += daysIn(a.year, a.month); months-- }
  if (months < 0) { months += 12; years-- }
  return [years, months, days, hours, minutes, seconds]
}
