/** Reading a moment by a layout, with Go's latitude: a fraction may follow seconds, runs of spaces count as one. */
import { daysIn, months, second, secondsOf, weekdays } from './civil.ts'
import { type Piece, piecesOf } from './layout.ts'

/** The moment, or Go's error text. */
export function parseTime(layout: string, value: string): bigint | { readonly fault: string } {
  const fail = (detail: string): { readonly fault: string } => ({ fault: `parsing time ${JSON.stringify(value)}${detail}` })
  const read = new Reader(value)
  const all = piecesOf(layout)
  for (const [index, piece] of all.entries()) {
    const rest = read.rest
    const outcome = read.piece(piece, all[index + 1])
    if (outcome === 'range') return fail(`: ${rangeNames[piece.kind] ?? piece.kind} out of range`)
    if (outcome === 'bad') return fail(` as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(piece.text)}`)
  }
  if (read.rest !== '') return fail(`: extra text: ${JSON.stringify(read.rest)}`)
  const moment = read.moment()
  return typeof moment === 'string' ? fail(`: ${moment}`) : moment
}

const rangeNames: Record<string, string> = {
  month02: 'month', month1: 'month', hour24: 'hour', hour12: 'hour', hour1: 'hour', minute: 'minute', minute1: 'minute',
  second: 'second', second1: 'second', offset: 'time zone offset',
}

type Outcome = 'good' | 'bad' | 'range'

class Reader {
  rest: string
  #year = 0
  #month = -1
  #day = -1
  #yday = -1
  #hour = 0
  #minute = 0
  #second = 0
  #nanosecond = 0
  #half: 'AM' | 'PM' | undefined
  #offset = 0

  constructor(text: string) {
    this.rest = text
  }

  piece({ kind, text }: Piece, next: Piece | undefined): Outcome {
    switch (kind) {
      case 'text': return this.#skip(text)
      case 'year': return this.#digits(4, 4, (n) => { this.#year = n })
      case 'year2': return this.#digits(2, 2, (n) => { this.#year = n >= 69 ? n + 1900 : n + 2000 })
      case 'month': return this.#name(months, 0, (index) => { this.#month = index + 1 })
      case 'month3': return this.#name(months, 3, (index) => { this.#month = index + 1 })
      case 'month02': return this.#digits(2, 2, (n) => { this.#month = n }, 1, 12)
      case 'month1': return this.#digits(1, 2, (n) => { this.#month = n }, 1, 12)
      case 'weekday': return this.#name(weekdays, 0, () => undefined)
      case 'weekday3': return this.#name(weekdays, 3, () => undefined)
      case 'day_2':
        if (this.rest.startsWith(' ')) this.rest = this.rest.slice(1)
        return this.#digits(1, 2, (n) => { this.#day = n })
      case 'day': return this.#digits(1, 2, (n) => { this.#day = n })
      case 'day02': return this.#digits(2, 2, (n) => { this.#day = n })
      case 'yday_2':
        this.rest = this.rest.replace(/^ {1,2}(?=\d)/, (spaces) => '0'.repeat(spaces.length))
        return this.#digits(3, 3, (n) => { this.#yday = n })
      case 'yday': return this.#digits(3, 3, (n) => { this.#yday = n })
      case 'hour24': return this.#digits(2, 2, (n) => { this.#hour = n }, 0, 23)
      case 'hour12': return this.#digits(2, 2, (n) => { this.#hour = n }, 0, 12)
      case 'hour1': return this.#digits(1, 2, (n) => { this.#hour = n }, 0, 12)
      case 'minute': return this.#digits(2, 2, (n) => { this.#minute = n }, 0, 59)
      case 'minute1': return this.#digits(1, 2, (n) => { this.#minute = n }, 0, 59)
      case 'second':
      case 'second1': {
        const outcome = this.#digits(kind === 'second' ? 2 : 1, 2, (n) => { this.#second = n }, 0, 59)
        if (outcome === 'good' && next?.kind !== 'fraction0' && next?.kind !== 'fraction9') this.#fraction(/^[.,](\d+)/)
        return outcome
      }
      case 'PM':
      case 'pm': return this.#take(kind === 'PM' ? /^[AP]M/ : /^[ap]m/, (found) => { this.#half = found.toUpperCase() as 'AM' | 'PM' })
      case 'zone': return this.#zone()
      case 'offset': return this.#offsetBy(text)
      case 'fraction0': return this.#fraction(new RegExp(`^[.,](\\d{${text.length - 1}})`)) ? 'good' : 'bad'
      case 'fraction9':
        this.#fraction(/^[.,](\d+)/)
        return 'good'
    }
  }

  moment(): bigint | string {
    let hour = this.#hour
    if (this.#half === 'PM' && hour < 12) hour += 12
    if (this.#half === 'AM' && hour === 12) hour = 0
    let month = this.#month
    let day = this.#day
    if (this.#yday >= 0) {
      if (this.#yday < 1 || this.#yday > 365 + (daysIn(this.#year, 2) - 28)) return 'day-of-year out of range'
      if (month < 0 && day < 0) {
        month = 1
        day = this.#yday
      }
    } else if (day < 0) day = 1
    if (month < 0) month = 1
    if (this.#yday < 0 && (day < 1 || day > daysIn(this.#year, month))) return 'day out of range'
    const local = secondsOf(this.#year, month, day, hour, this.#minute, this.#second)
    return BigInt(local - this.#offset) * second + BigInt(this.#nanosecond)
  }

  #take(pattern: RegExp, use: (found: string) => void): Outcome {
    const found = pattern.exec(this.rest)?.[0]
    if (found === undefined) return 'bad'
    this.rest = this.rest.slice(found.length)
    use(found)
    return 'good'
  }

  #digits(least: number, most: number, use: (value: number) => void, from = 0, to = Infinity): Outcome {
    let value = 0
    const outcome = this.#take(new RegExp(`^\\d{${least},${most}}`), (found) => { value = Number(found) })
    if (outcome === 'bad') return outcome
    use(value)
    return value < from || value > to ? 'range' : 'good'
  }

  #name(names: readonly string[], letters: number, use: (index: number) => void): Outcome {
    const index = names.findIndex((name) => this.rest.toLowerCase().startsWith((letters === 0 ? name : name.slice(0, letters)).toLowerCase()))
    if (index < 0) return 'bad'
    this.rest = this.rest.slice(letters === 0 ? (names[index] ?? '').length : letters)
    use(index)
    return 'good'
  }

  #skip(text: string): Outcome {
    let at = 0
    while (at < text.length) {
      if (text[at] === ' ') {
        if (this.rest !== '' && !this.rest.startsWith(' ')) return 'bad'
        while (text[at] === ' ') at++
        this.rest = this.rest.replace(/^ +/, '')
      } else {
        if (this.rest[0] !== text[at]) return 'bad'
        this.rest = this.rest.slice(1)
        at++
      }
    }
    return 'good'
  }

  #fraction(pattern: RegExp): boolean {
    const found = pattern.exec(this.rest)
    if (found === null) return false
    this.#nanosecond = Number((found[1] ?? '').slice(0, 9).padEnd(9, '0'))
    this.rest = this.rest.slice(found[0].length)
    return true
  }

  /** An abbreviation says no offset by itself: only UTC and `GMT+3` do. */
  #zone(): Outcome {
    return this.#take(/^(GMT[+-]\d{1,2}|UTC|[+-]\d{2}(\d{2})?|ChST|MeST|[A-Z]{3,5})/, (found) => {
      if (/^GMT[+-]/.test(found)) this.#offset = Number(found.slice(3)) * 3600
    })
  }

  #offsetBy(form: string): Outcome {
    if (form.startsWith('Z') && this.rest.startsWith('Z')) {
      this.rest = this.rest.slice(1)
      return 'good'
    }
    const parts = form.slice(1).replace(/07|00/g, '(\\d\\d)')
    const found = new RegExp(`^([+-])${parts}`).exec(this.rest)
    if (found === null) return 'bad'
    const [hours = 0, minutes = 0, seconds = 0] = found.slice(2).map(Number)
    this.rest = this.rest.slice(found[0].length)
    this.#offset = (found[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
    return hours > 24 || minutes > 60 || seconds > 60 ? 'range' : 'good'
  }
}
