/**
 * Numbers that a double cannot hold. Terraform's numbers have 512 bits; `JSON.parse` rounds them silently, and what is countersigned
 * must not be a rounded id. Such a number becomes `{"$number": "<lexeme>"}`. The common plan has none: one regular expression says
 * so, and its text is parsed as it is.
 */
const suspicious = /[:,[\s]-?(?:[0-9][0-9.]{15}|[0-9.]+[eE])/
const number = /-?[0-9][0-9.eE+-]*/g

/** True when the text may hold a number that does not survive; a digit run within a string also counts. */
export const mayLoseNumbers = (text: string): boolean => suspicious.test(text) || /^\s*-?[0-9]/.test(text)

/** Digits and exponent without leading and trailing zeros: equal for equal numbers, however they are spelled. */
function normal(lexeme: string): string {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(lexeme)
  if (match === null) return `?${lexeme}`
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const shortened = digits.replace(/0+$/, '')
  if (shortened === '') return '0'
  return `${sign}${shortened}e${Number(exponent) - fraction.length + digits.length - shortened.length}`
}

/** True when parsing the lexeme as a double and writing it again gives the same number, within the safe integers. */
export function survives(lexeme: string): boolean {
  const value = Number(lexeme)
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  return lexeme.length < 16 && !/[eE]/.test(lexeme) ? true : normal(lexeme) === normal(String(value))
}

const protect = (structure: string): string =>
  structure.replace(number, (lexeme) => (survives(lexeme) ? lexeme : `{"$number":${JSON.stringify(lexeme)}}`))

/** The index after the string that begins at `quote`; the length of the text when it does not end. */
function endOfString(text: string, quote: number): number {
  let end = text.indexOf('"', quote + 1)
  while (end !== -1) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return end + 1
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

/** The text with every number that does not survive written as `{"$number":"<lexeme>"}`; strings are left alone. Linear. */
export function protectNumbers(text: string): string {
  const parts: string[] = []
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const structureEnd = quote === -1 ? text.length : quote
    if (structureEnd > at) parts.push(protect(text.slice(at, structureEnd)))
    if (quote === -1) break
    at = endOfString(text, quote)
    parts.push(text.slice(quote, at))
  }
  return parts.join('')
}
