/** Time zones, out of the platform's own database through Intl. */

export type Zone = {
  readonly name: string
  /** Seconds by which clocks are ahead of UTC at seconds since 1970, and what the time is called there. */
  at(seconds: number): { readonly offset: number; readonly abbreviation: string }
}

export const utc: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) }

const zones = new Map<string, Zone>()
const most = 64

/** The zone, or undefined where there is none of that name. `Local` is UTC: answers must not depend on where they are computed. */
export function zone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  const known = zones.get(name)
  if (known !== undefined) return known
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return undefined
  const made = make(name)
  if (made === undefined) return undefined
  if (zones.size >= most) zones.clear()
  zones.set(name, made)
  return made
}

/** Locales differ in which zones they have short names for. */
const locales = ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-ZA', 'en-IN', 'en-NZ', 'fr-FR']

function make(name: string): Zone | undefined {
  let offsets: Intl.DateTimeFormat
  try {
    offsets = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
  const shorts = new Map<string, Intl.DateTimeFormat>()
  const short = (locale: string, seconds: number): string => {
    let format = shorts.get(locale)
    if (format === undefined) shorts.set(locale, (format = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' })))
    return part(format, seconds)
  }
  return {
    name,
    at(seconds) {
      const offset = offsetOf(part(offsets, seconds))
      return {
        offset,
        get abbreviation() {
          return locales.map((locale) => short(locale, seconds)).find((text) => /^[A-Z]{3,5}$/.test(text) && (text !== 'GMT' || offset === 0)) ?? numeric(offset)
        },
      }
    },
  }
}

function part(format: Intl.DateTimeFormat, seconds: number): string {
  return format.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
}

/** `GMT-08:00`, `GMT+00:09:21`, `GMT`. */
function offsetOf(text: string): number {
  const parts = /([+\u2212-])(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?/.exec(text)
  if (parts === null) return 0
  const size = Number(parts[2]) * 3600 + Number(parts[3] ?? 0) * 60 + Number(parts[4] ?? 0)
  return parts[1] === '+' ? size : -size
}

/** What the database calls zones without a name: `+03`, `-0330`. */
function numeric(offset: number): string {
  const size = Math.abs(offset)
  const hours = String(Math.floor(size / 3600)).padStart(2, '0')
  const minutes = Math.floor(size / 60) % 60
  return `${offset < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : String(minutes).padStart(2, '0')}`
}
