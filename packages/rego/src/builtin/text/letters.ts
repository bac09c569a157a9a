/** Case and trimming, with Go's rules where JavaScript's differ: one character for one, and Unicode's White_Space property. */
// eslint-disable-next-line no-control-regex
const ascii = /^[\x00-\x7f]*$/

export function lower(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : each(text, (character) => character.toLowerCase())
}

export function upper(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : each(text, (character) => character.toUpperCase())
}

/** Go maps character by character: where JavaScript's answer is longer (`ß` to `SS`), there is no single one, and it stays. */
function each(text: string, change: (character: string) => string): string {
  let out = ''
  for (const character of text) {
    const changed = change(character)
    out += character === '\u0130' ? (changed.startsWith('i') ? 'i' : character) : changed.length > character.length && Array.from(changed).length > 1 ? character : changed
  }
  return out
}

const space = '[\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const isSpace = new RegExp(`^${space}$`)

export function spaceTrimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace.test(text[start] ?? '')) start++
  while (end > start && isSpace.test(text[end - 1] ?? '')) end--
  return text.slice(start, end)
}

export function trimmed(text: string, cutset: string, atStart: boolean, atEnd: boolean): string {
  const cut = new Set(cutset)
  let start = 0
  let end = text.length
  while (atStart && start < end) {
    const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
    if (!cut.has(character)) break
    start += character.length
  }
  while (atEnd && end > start) {
    const wide = (text.charCodeAt(end - 1) & 0xfc00) === 0xdc00 && (text.charCodeAt(end - 2) & 0xfc00) === 0xd800
    if (!cut.has(text.slice(end - (wide ? 2 : 1), end))) break
    end -= wide ? 2 : 1
  }
  return text.slice(start, end)
}
