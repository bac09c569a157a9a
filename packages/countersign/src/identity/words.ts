/**
 * Names that people choose, and what clients claim of themselves. They are shown beside things that are signed, so nothing in them may
 * reorder or hide the text around: control, format and bidi characters are refused in names, and dropped from claims.
 */
import { IdentityError } from './errors.ts'

const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u
const longest = 80

/** A person's name or a key's label: 1 to 80 characters after trimming. */
export function parseName(text: string, what: 'name' | 'label'): string {
  const name = text.normalize('NFC').trim()
  if (name !== '' && Array.from(name).length <= longest && !hidden.test(name)) return name
  throw new IdentityError(
    'invalid_request',
    `The ${what} is empty, longer than ${longest} characters or holds invisible characters.`,
    `Give a ${what} of 1 to ${longest} visible characters.`,
  )
}

/** What a client says of itself, for show only. */
export function shownClaim(text: string): string {
  return Array.from(text.normalize('NFC')).filter((character) => !hidden.test(character)).slice(0, longest).join('').trim()
}

/** The family of a browser, from its own word. */
export function clientFamily(userAgent: string): string {
  const firstWord = shownClaim(userAgent).split(/[\s/]/, 1)[0]
  const family = families.find(([pattern]) => pattern.test(userAgent))?.[1] ?? (firstWord || 'unknown client')
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1]
  return system ? `${family} on ${system}` : family
}

const families: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/(?:Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/Windows/, 'Windows'],
  [/Linux|X11/, 'Linux'],
]
