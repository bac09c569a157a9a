/**
 * Finds sensitive values wherever they recur. The rule for short ones, because "1" and "dev" stand everywhere:
 *   8 characters and more: anywhere, within longer text too; also as base64, percent-encoded and JSON-escaped
 *   6 and 7 characters:    the same, without the encodings
 *   4 and 5 characters:    where no letter or digit touches them
 *   1 to 3 characters:     only where they are the whole of a value or of a for_each key
 * Words that say nothing ("", "true", "false", "null", a number below 1,000) are not searched for. A longer value of several lines is
 * also searched for line by line. Every character of every occurrence is taken out: overlapping occurrences are joined.
 */
import { Finder } from './finder.ts'

export type Needles = {
  /** Could the text (JSON, with its escapes) hold one? A false yes only costs time. */
  mayHold(jsonText: string): boolean
  /** The string with every occurrence replaced, or the same string. */
  scrub(text: string, mark: string): string
  isNumber(value: number): boolean
  readonly size: number
}

const trivial = /^(?:true|false|null|nil|none|[0-9]{1,3})$/i
const wordCharacter = /[\p{L}\p{N}]/u

/** As it stands within base64 of a longer text, at each of the three alignments: only the characters that depend on nothing else. */
function base64Cores(value: string): string[] {
  const bytes = new TextEncoder().encode(value)
  return [0, 1, 2].map((shift) => {
    let binary = '\0'.repeat(shift)
    for (const byte of bytes) binary += String.fromCharCode(byte)
    const whole = Math.floor((binary.length * 8) / 6)
    return btoa(binary).slice(shift === 0 ? 0 : shift + 1, whole)
  })
}

/** As query strings and JavaScript write it: they differ in the space and in five marks. */
function percentEncodings(value: string): string[] {
  const uri = encodeURIComponent(value)
  const strict = uri.replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
  return [uri, strict, strict.replaceAll('%20', '+')]
}

/** The same value as other functions of the language write it. */
function variants(value: string): string[] {
  if (value.length < 8 || value.length > 20_000 || /\p{Surrogate}/u.test(value)) return [value]
  const json = JSON.stringify(value).slice(1, -1)
  const html = json.replace(/[<>&]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`)
  const lines = value.includes('\n') ? value.split(/\r?\n/).map((line) => line.trim()).filter((line) => line.length >= 12) : []
  return [value, value.trim(), json, html, ...percentEncodings(value), ...base64Cores(value), ...lines].filter((variant) => variant.length >= 6)
}

const bounded = (text: string, from: number, to: number): boolean =>
  !wordCharacter.test(text.charAt(from - 1)) && !wordCharacter.test(text.charAt(to))

/** A word as the configuration, a provider or Terraform would choose it. */
const plainWord = /^[a-z]+(?:_[a-z]+)*$/
const longestPlainWord = 19

/**
 * For types, names and providers: only values of six characters and more, and no plain lower-case words of up to 19. A user name
 * "terraform" that is marked sensitive must not take every provider out of the plan, nor "postgres" every type.
 */
export function buildWordNeedles(strings: ReadonlySet<string>, numbers: ReadonlySet<number>): Needles {
  const telling = [...strings].filter((value) => value.length >= 6 && (value.length > longestPlainWord || !plainWord.test(value)))
  return buildNeedles(new Set(telling), new Set([...numbers].filter((value) => Math.abs(value) >= 100_000)))
}

export function buildNeedles(strings: ReadonlySet<string>, numbers: ReadonlySet<number>): Needles {
  const long = new Set<string>()
  const short = new Set<string>()
  const whole = new Set<string>()
  const big = new Set([...numbers].filter((value) => Math.abs(value) >= 1000))
  for (const value of [...strings, ...[...big].map(String)]) {
    if (trivial.test(value) || value.trim() === '') continue
    if (value.length >= 6) for (const variant of variants(value)) long.add(variant)
    else if (value.length >= 4) short.add(value)
    else whole.add(value)
  }
  const all = [...long, ...short]
  const escaped = [...new Set([...all, ...whole].map((value) => JSON.stringify(value).slice(1, -1)))]
  const finder = new Finder(all)
  const textFinder = new Finder(escaped.filter((value) => value.length >= 4))
  // In a quoted key of an address a value is escaped twice: then every such key is looked at.
  const careful = [...strings].some((value) => value.length < 6 || /[^\w .:/@+=,-]/.test(value))
  const wholeText = escaped.filter((value) => value.length < 4).map((value) => `"${value}"`)

  return {
    size: all.length + whole.size,
    isNumber: (value) => big.has(value),
    mayHold(jsonText) {
      if (all.length + whole.size === 0) return false
      let hit = wholeText.some((value) => jsonText.includes(value)) || (careful && jsonText.includes('[\\"'))
      if (!hit) textFinder.each(jsonText, () => (hit = true))
      return hit || [...big].some((value) => jsonText.includes(String(value)))
    },
    scrub(text, mark) {
      if (whole.has(text)) return mark
      const spans: [number, number][] = []
      if (all.length > 0) {
        finder.each(text, (from, to) => {
          if (to - from >= 6 || bounded(text, from, to)) spans.push([from, to])
          return false
        })
      }
      return spans.length === 0 ? text : without(text, spans, mark)
    },
  }
}

function without(text: string, spans: [number, number][], mark: string): string {
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1])
  let [out, at] = ['', 0]
  for (const [from, to] of spans) {
    if (to <= at) continue
    if (from >= at && (from > at || at === 0)) out += text.slice(at, from) + mark
    at = to
  }
  return out + text.slice(at)
}
