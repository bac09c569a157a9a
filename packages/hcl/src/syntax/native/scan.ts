/** Where single tokens end, and what they say: the parts of scanning that need no state. */
import { nameEnd } from '../character.ts'

// names repeat all the time: short ones are shared. Only strings that V8 copies, so that none keeps a whole source alive
const shared: string[] = Array.from({ length: 4096 }, () => '')

/** The text between two offsets; short ones with the same hash and text are one string. */
export function sharedSlice(text: string, start: number, end: number, hash: number): string {
  const length = end - start
  if (length > 12) return text.slice(start, end)
  const slot = hash & 4095
  const known = shared[slot]
  if (known !== undefined && known.length === length && text.startsWith(known, start)) return known
  const fresh = text.slice(start, end)
  shared[slot] = fresh
  return fresh
}

/** Where the number that begins at `start` ends: digits, dots and exponents, as long as possible, but not ending in a dot: `1.2.3` is one wrong number. */
export function numberEnd(text: string, start: number): number {
  let i = start + 1
  let end = i
  for (;;) {
    const c = text.charCodeAt(i)
    if (c >= 48 && c <= 57) end = ++i
    else if (c === 46) i++
    else if (c === 101 || c === 69) {
      const sign = text.charCodeAt(i + 1)
      const digit = sign === 43 || sign === 45 ? i + 2 : i + 1
      const d = text.charCodeAt(digit)
      if (!(d >= 48 && d <= 57)) return end
      end = i = digit + 1
    } else return end
  }
}

/** Behind the line of `<<NAME` or `<<-NAME` that begins at `i`; -1 when it is no heredoc: then it is two signs. */
export function heredocStart(text: string, i: number): number {
  const marker = text.charCodeAt(i + 2) === 45 ? i + 3 : i + 2
  let end = nameEnd(text, marker)
  if (end === marker) return -1
  if (text.charCodeAt(end) === 13) end++
  return text.charCodeAt(end) === 10 ? end + 1 : -1
}
