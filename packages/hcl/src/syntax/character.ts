/** Classes of characters: spec.md, "Identifiers"; identifiers are UAX #31's with `-` and, to begin with, `_`. */

const START = 1
const CONTINUE = 2
const classes = new Uint8Array(128)
for (let c = 0; c < 128; c++) {
  const letter = (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95
  if (letter) classes[c] = START | CONTINUE
  else if ((c >= 48 && c <= 57) || c === 45) classes[c] = CONTINUE
}

const idStart = /\p{ID_Start}/u
const idContinue = /\p{ID_Continue}/u

const codePoint = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at) ?? 0)

/** Whether an identifier can begin with this ASCII unit. */
export const startsName = (unit: number): boolean => unit < 128 && ((classes[unit] ?? 0) & START) !== 0

/** Whether an identifier can go on with this ASCII unit. */
export const continuesName = (unit: number): boolean => unit < 128 && ((classes[unit] ?? 0) & CONTINUE) !== 0

/** How many units of an identifier's beginning stand at `at`, for what is not ASCII; 0 if none. */
export function wideStart(text: string, at: number): number {
  const one = codePoint(text, at)
  return idStart.test(one) ? one.length : 0
}

/** How many units of an identifier's going on stand at `at`, for what is not ASCII; 0 if none. */
export function wideContinue(text: string, at: number): number {
  const one = codePoint(text, at)
  return idContinue.test(one) ? one.length : 0
}

/** Where the identifier that begins at `at` ends; `at` itself if none begins there. */
export function nameEnd(text: string, at: number): number {
  const first = text.charCodeAt(at)
  let i = at
  if (startsName(first)) i++
  else if (first >= 128) i += wideStart(text, at)
  if (i === at) return at
  for (;;) {
    const unit = text.charCodeAt(i)
    if (continuesName(unit)) i++
    else if (unit >= 128) {
      const length = wideContinue(text, i)
      if (length === 0) return i
      i += length
    } else return i
  }
}

/** Space as strip markers and flush heredocs know it: Unicode's White_Space, all of which is one unit each. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 32 || (unit >= 9 && unit <= 13)
  return unit === 0x85 || unit === 0xa0 || unit === 0x1680 || (unit >= 0x2000 && unit <= 0x200a) || unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000
}

/** Without the space at its beginning. */
export function trimLeft(text: string): string {
  let i = 0
  while (i < text.length && isSpace(text.charCodeAt(i))) i++
  return i === 0 ? text : text.slice(i)
}

/** Without the space at its end. */
export function trimRight(text: string): string {
  let i = text.length
  while (i > 0 && isSpace(text.charCodeAt(i - 1))) i--
  return i === text.length ? text : text.slice(0, i)
}
